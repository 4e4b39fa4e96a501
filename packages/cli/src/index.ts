import { readFileSync } from "node:fs";
import { createLeaveListener } from "@weapp-socket/server/leave-signal";
import { parseArguments } from "./arguments.js";
import type { Command, CommandContext } from "./command.js";
import { CommandError, UsageError } from "./failure.js";
import { commonOptions, formatCommandHelp, formatHelp } from "./help.js";
import { nearest } from "./suggestion.js";
import { createTerminal, type Terminal, type TerminalStream } from "./terminal.js";
import { bench } from "./commands/bench.js";
import { build } from "./commands/build.js";
import { doctor } from "./commands/doctor.js";
import { dev } from "./commands/dev.js";
import { push } from "./commands/push.js";
import { serve } from "./commands/serve.js";
import { verify } from "./commands/verify.js";

const commands: readonly Command[] = [dev, serve, push, build, doctor, bench, verify];

/** What the command line program uses of its process. `process` itself fits. */
export interface CommandHost {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly stdin: AsyncIterable<Buffer>;
  readonly env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Runs one command and resolves to its exit code: 0 done (or ended as asked), 1 could not do it, 2 called wrong.
 * `args` is what follows the program's name. SIGINT, SIGTERM and SIGHUP end the command in order while it runs, a
 * second one at once, with 1.
 */
export async function main(args: readonly string[], host: CommandHost): Promise<number> {
  const [name = "--help", ...rest] = args;
  const json = args.includes("--json");
  const terminal = createTerminal({ out: host.stdout, err: host.stderr, env: host.env, json });
  if (name === "--help" || name === "-h" || name === "help") return help(rest[0], host, terminal);
  if (name === "--version" || name === "-v") return print(host, version());
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return unknownCommand(name, terminal);
  if (rest.includes("--help") || rest.includes("-h")) return print(host, formatCommandHelp(command));
  return run(command, rest, host, terminal);
}

async function run(
  command: Command,
  args: readonly string[],
  host: CommandHost,
  terminal: Terminal,
): Promise<number> {
  const stop = new AbortController();
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  const end = createLeaveListener(
    () => stop.abort(),
    () => host.exit(1),
  );
  for (const signal of signals) host.on(signal, end);
  const context: CommandContext = {
    terminal,
    stop: stop.signal,
    cwd: host.cwd(),
    env: host.env,
    stdin: host.stdin,
    exit: (code) => host.exit(code),
  };
  try {
    const parsed = parseArguments(args, { ...command.options, ...commonOptions });
    const { min, max } = command.positionals;
    const extra = parsed.positionals[max];
    if (extra !== undefined) throw new UsageError(`unexpected argument ${extra}`);
    if (parsed.positionals.length < min)
      throw new UsageError(`usage: weapp-socket ${command.name} ${command.usage}`);
    return await command.run(parsed, context);
  } catch (error) {
    return failed(error, terminal, `weapp-socket ${command.name}`);
  } finally {
    for (const signal of signals) host.off(signal, end);
  }
}

function help(about: string | undefined, host: CommandHost, terminal: Terminal): number {
  if (about === undefined || about.startsWith("-")) return print(host, formatHelp(commands));
  const command = commands.find((candidate) => candidate.name === about);
  return command === undefined ? unknownCommand(about, terminal) : print(host, formatCommandHelp(command));
}

function unknownCommand(name: string, terminal: Terminal): number {
  const kind = name.startsWith("-") ? "option" : "command";
  const known = kind === "option" ? ["--help", "--version"] : commands.map((command) => command.name);
  const meant = nearest(name, known);
  const suggestion = meant === undefined ? "" : `; did you mean ${meant}?`;
  return failed(new UsageError(`unknown ${kind} ${name}${suggestion}`), terminal, "weapp-socket");
}

/** Says what went wrong and gives the exit code. What is no failure of ours keeps its stack: it is a bug. */
function failed(error: unknown, terminal: Terminal, program: string): number {
  if (!(error instanceof UsageError) && !(error instanceof CommandError)) throw error;
  const hint = error instanceof UsageError ? `try: ${program} --help` : error.hint;
  if (terminal.json) terminal.report({ event: "error", message: error.message, ...(hint && { hint }) }, "");
  terminal.note(`${terminal.style("red", "error:")} ${error.message}`);
  if (hint !== undefined) terminal.note(terminal.style("dim", hint));
  return error instanceof UsageError ? 2 : 1;
}

function print(host: CommandHost, text: string): number {
  host.stdout.write(`${text}\n`);
  return 0;
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
