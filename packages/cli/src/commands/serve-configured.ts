import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConfiguredServer, ListenAddress, ServerConfig } from "@weapp-socket/server";
import type { Logger as PinoLogger } from "pino";
import { portOf, type Arguments } from "../arguments.js";
import type { CommandContext } from "../command.js";
import { CommandError } from "../failure.js";
import { portProblem } from "../port.js";
import { aborted } from "../stop.js";

const defaultDrainMs = 10_000;
/** What closing handshakes, the last writes and the webhook may take beyond the drain's window. */
const marginMs = 15_000;
/** Beside what the server itself leaves out: nothing of this is ever logged by us, whatever an application adds. */
const secrets = ["token", "ticket", "secret", "key", "authorization", "password"];

/**
 * `serve --config FILE`: a push server as the file says, for production. Logs are one JSON object a line on standard
 * output. Ends by a drain: nobody is let in any more, and those who are in are sent away one after the other. It ends
 * by itself after one over HTTP.
 */
export async function serveConfigured(
  file: string,
  args: Arguments,
  { terminal, stop, cwd, env, exit }: CommandContext,
): Promise<number> {
  const { openConfiguredServer, parseConfig, ConfigError } = await import("@weapp-socket/server");
  const host = args.text("host");
  const port = args.text("port") === undefined ? undefined : portOf(args, "port", 0);
  const read = await readJson(resolve(cwd, file), file);
  try {
    const config: ServerConfig = {
      ...parseConfig(read, env),
      ...(port !== undefined && { port }),
      ...(host !== undefined && { host }),
    };
    const logger = await createLogger(env["LOG_LEVEL"] ?? "info");
    const configured = await openConfiguredServer(config, { logger });
    const { server } = configured;
    // Not `events.once`, which an error of the server would reject.
    const closed = new Promise<void>((done) => void server.once("close", done));
    // The server has logged it. Nobody else has to do anything about it.
    server.on("error", () => undefined);
    try {
      const { url } = await listen(configured, config);
      // People read standard error: the other is the log's.
      if (terminal.json) terminal.report({ event: "server", url }, "");
      else terminal.note(`  push server  ${terminal.style("cyan", url)}\n`);
      await Promise.race([aborted(stop), closed]);
      const windowMs = config.drainMs ?? defaultDrainMs;
      setTimeout(() => {
        logger.error({ deadlineMs: windowMs + marginMs }, "the drain did not end in time");
        exit(1);
      }, windowMs + marginMs).unref();
      await server.drain({ windowMs });
    } finally {
      await close(configured);
    }
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(`${file}: ${error.message}`);
    throw error;
  }
}

async function createLogger(level: string): Promise<PinoLogger> {
  const { pino } = await import("pino");
  const levels = [...Object.keys(pino.levels.values), "silent"];
  if (!levels.includes(level)) {
    throw new CommandError(`LOG_LEVEL: expected one of ${levels.join(", ")}, got ${level}`);
  }
  return pino({ level, redact: secrets.flatMap((name) => [name, `*.${name}`]) });
}

async function listen(
  configured: ConfiguredServer,
  { port = 3000, host = "127.0.0.1" }: ServerConfig,
): Promise<ListenAddress> {
  try {
    return await configured.listen();
  } catch (error) {
    // The system's error knows which of the ports it is.
    const failure = error as NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };
    if (failure.code === "EADDRINUSE") throw new CommandError(failure.message, "choose another with --port");
    if (failure.code === undefined) throw error;
    const where = failure.address ?? failure.hostname ?? host;
    throw new CommandError(portProblem(failure, failure.port ?? port, where));
  }
}

/** What cannot be written at the end, as on a full disk, is said in one line. */
async function close(configured: ConfiguredServer): Promise<void> {
  try {
    await configured.close();
  } catch (error) {
    throw new CommandError((error as Error).message);
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
