import { StoreDamageError } from "./damage-error.js";

interface Part {
  /** What it is, by its key. A key may hold secrets, of which a log must say nothing. */
  readonly name: (key: Buffer) => string;
  readonly consequence: string;
}

const CHANGED = "it is not what was written";

const KEY: Part = {
  name: (key) => `an idempotency key of channel ${key.toString().split("\n", 1)[0]}`,
  consequence: "a repetition would take effect again",
};

const PARTS: Readonly<Record<string, Part>> = {
  rows: {
    name: (key) => `channel ${key.toString()}`,
    consequence: "it begins anew, and its readers are told a gap",
  },
  log: { name: () => "a publication", consequence: "its readers are told a gap" },
  upkeep: { name: () => "a note of what is due", consequence: "it is trimmed when it is next used" },
  keys0: KEY,
  keys1: KEY,
  records: {
    name: (key) => `a record of the kind ${key.toString().split(":", 1)[0]}`,
    consequence: "it counts as ended",
  },
  owners: { name: () => "a note of whose a record is", consequence: "its owner is not found to have it" },
};

/** `key`: absent where a whole run of entries cannot be read. `cause`: LMDB's error, absent where the checksum is wrong. */
export function damageOf(
  table: string,
  key: Buffer | undefined,
  cause: unknown,
  what: string | undefined,
): StoreDamageError {
  const part = PARTS[table]!;
  const name = what ?? (key === undefined ? `the rest of table ${table}` : part.name(key));
  const why = cause === undefined ? CHANGED : firstLine(cause);
  return new StoreDamageError(name, why, part.consequence);
}

/** What the store notes of itself, without which it cannot be used. */
export function wordDamage(word: string): StoreDamageError {
  return new StoreDamageError(
    `the store's own word ${word}`,
    CHANGED,
    "the store is set aside at its next start",
  );
}

/** A group of writes failed for what is damaged already. */
export function unwritable(cause: unknown): StoreDamageError {
  return new StoreDamageError(
    "pages that were to be written",
    firstLine(cause),
    "publishers are refused where these pages are needed, until a new start sets the store aside",
  );
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0]!;
}
