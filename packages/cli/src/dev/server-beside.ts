import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import type { CommandContext } from "../command.js";
import { writeDevServer } from "./dev-file.js";
import { watchModules } from "./module-watcher.js";
import { createServerProcess, type ServerProcessEvent } from "./server-process.js";

export interface ServerBesideOptions {
  readonly file: string;
  readonly port: number;
  /** Called each time the port answers. */
  readonly onReady: (url: string) => void;
}

/**
 * Runs the push server's file beside the simulator: starts it, starts it anew when it or a file that it imports
 * changes, says what it says, and lets `push` find it. Resolves, before it is ready, to the function that ends all that.
 */
export async function startServerBeside(
  { file, port, onReady }: ServerBesideOptions,
  { terminal, cwd, stop }: CommandContext,
): Promise<() => Promise<void>> {
  const name = basename(file);
  const url = `ws://127.0.0.1:${port}`;
  const admin = `http://127.0.0.1:${port}`;
  const key = randomBytes(24).toString("hex");

  const onEvent = (event: ServerProcessEvent): void => {
    switch (event.type) {
      case "line":
        terminal.report(
          { event: "server-output", stream: event.stream, text: event.text },
          `${terminal.style("dim", `[${name}]`)} ${event.text}`,
        );
        return;
      case "ready":
        if (terminal.json) terminal.report({ event: "server", url, admin, pid: event.pid }, "");
        onReady(url);
        return;
      case "ended": {
        if (stop.aborted) return;
        const how = event.signal === null ? `with code ${event.code}` : `by ${event.signal}`;
        terminal.report(
          { event: "server-ended", code: event.code, signal: event.signal },
          `${terminal.style("red", `${name} ended ${how}`)}; it starts again when it changes`,
        );
      }
    }
  };
  const server = createServerProcess({ file, port, env: { WEAPP_SOCKET_KEY: key }, onEvent });
  const restart = async (): Promise<void> => {
    const listening = terminal.progress(
      `waiting for ${name} to listen on port ${port} (it finds the number in PORT)`,
    );
    await server.restart();
    listening();
  };
  const unwatch = await watchModules(file, () => {
    terminal.report({ event: "server-changed" }, terminal.style("dim", `${name} changed, starting it again`));
    void restart();
  });
  const forget = await writeDevServer(cwd, { url, admin, key, pid: process.pid });
  void restart();
  return async () => {
    unwatch();
    await forget();
    await server.stop();
  };
}
