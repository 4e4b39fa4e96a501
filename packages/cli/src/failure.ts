/** The command was called wrong: exit code 2, and the way to its help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command was called right and could not do it: exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** What to do about it, if that is known. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
