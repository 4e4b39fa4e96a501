import type { Arguments } from "./arguments.js";
import type { Terminal } from "./terminal.js";

/** An option as the help shows it and the parser takes it. */
export interface OptionSpec {
  readonly type: "text" | "flag";
  /** What stands for the value in the help: "PORT". For `text` only. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  readonly summary: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command meets of the world around it. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted when the user or the system asks the command to end. */
  readonly stop: AbortSignal;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Buffer>;
  /** Ends the process at once, whatever is unfinished. */
  readonly exit: (code: number) => void;
}

export interface Command {
  readonly name: string;
  /** One line in the list of commands. */
  readonly summary: string;
  /** What follows the command's name: "DIR [options]". */
  readonly usage: string;
  /** Paragraphs that say what it does and what to know. */
  readonly description: readonly string[];
  readonly options: OptionSpecs;
  /** How many arguments that are no options it takes. */
  readonly positionals: { readonly min: number; readonly max: number };
  /** What to type, and what it does. */
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  /** Resolves to the exit code once it is done. Throws `UsageError` (2) or `CommandError` (1). */
  run(args: Arguments, context: CommandContext): Promise<number>;
}
