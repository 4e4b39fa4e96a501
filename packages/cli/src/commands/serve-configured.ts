import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ServerConfig } from "@weapp-socket/server";
import { portOf, type Arguments } from "../arguments.js";
import type { CommandContext } from "../command.js";
import { CommandError } from "../failure.js";
import { aborted } from "../stop.js";

const defaultDrainMs = 10_000;
/** Beside what the server itself leaves out: nothing of this is ever logged by us, whatever an application adds. */
const secrets = ["token", "ticket", "secret", "key", "authorization", "password"];

/**
 * `serve --config FILE`: a push server as the file says, for production. Logs are one JSON object a line on standard
 * output. Ends by a drain: nobody is let in any more, and those who are in are sent away one after the other.
 */
export async function serveConfigured(
  file: string,
  args: Arguments,
  { terminal, stop, cwd, env }: CommandContext,
): Promise<number> {
  const { openConfiguredServer, parseConfig, ConfigError } = await import("@weapp-socket/server");
  const { pino } = await import("pino");
  const host = args.text("host");
  const port = args.text("port") === undefined ? undefined : portOf(args, "port", 0);
  const read = await readJson(resolve(cwd, file), file);
  try {
    const config: ServerConfig = {
      ...parseConfig(read, env),
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
    };
    const logger = pino({
      level: env["LOG_LEVEL"] ?? "info",
      redact: secrets.flatMap((name) => [name, `*.${name}`]),
    });
    const configured = await openConfiguredServer(config, { logger });
    const { server } = configured;
    server.on("error", (error) => logger.error({ err: error }, "error"));
    try {
      const { url } = await configured.listen();
      // People read standard error: the other is the log's.
      if (terminal.json) terminal.report({ event: "server", url }, "");
      else terminal.note(`  push server  ${terminal.style("cyan", url)}\n`);
      await aborted(stop);
      await server.drain({ windowMs: config.drainMs ?? defaultDrainMs });
    } finally {
      await configured.close();
    }
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(`${file}: ${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new CommandError((error as Error).message, "choose another with --port");
    throw error;
  }
}

async function readJson(path: string, name: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CommandError(`${name}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CommandError(`${name}: expected JSON: ${(error as Error).message}`);
  }
}
