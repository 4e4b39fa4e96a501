/**
 * Something in a store is not as it was written, by the fault of a disk as a rule. It counts as lost, and the store goes
 * on without it.
 */
export class StoreDamageError extends Error {
  override readonly name: string = "StoreDamageError";
  /** What is damaged: `publication 17 of channel room:9`. */
  readonly what: string;
  /** What becomes of it: `its readers are told a gap`. */
  readonly consequence: string;

  constructor(what: string, cause: string, consequence: string) {
    super(`${what}: damaged (${cause}); ${consequence}`);
    this.what = what;
    this.consequence = consequence;
  }
}

/** Whether an error of LMDB's says that the file is not whole. */
export function isTear(error: unknown): boolean {
  return (
    error instanceof Error && /^MDB_(?:CORRUPTED|PAGE_NOTFOUND|INVALID|PANIC|BAD_TXN)\b/.test(error.message)
  );
}
