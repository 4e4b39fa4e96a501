import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@weapp-socket/testkit/free-port";
import { onTestFinished } from "vitest";

/** `server.js` in a process of its own, with a store that outlives it. */
export interface KillableServer {
  readonly port: number;
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

export async function createKillableServer(): Promise<KillableServer> {
  const path = mkdtempSync(join(tmpdir(), "weapp-socket-sessions-"));
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
  onTestFinished(async () => {
    await kill();
    rmSync(path, { recursive: true, force: true });
  });
  return {
    port,
    kill,
    async start() {
      const started = spawn(process.execPath, [join(import.meta.dirname, "server.js"), String(port), path], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      child = started;
      const ended = once(started, "exit").then(([code]) => {
        throw new Error(`server: expected to listen, ended with ${String(code)}`);
      });
      await Promise.race([once(started.stdout, "data"), ended]);
      ended.catch(() => {});
    },
  };
}
