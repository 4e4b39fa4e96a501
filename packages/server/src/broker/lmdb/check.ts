import { existsSync } from "node:fs";
import { open, type RootDatabase } from "lmdb";
import { findDamage } from "./damage.js";
import { damageOf, wordDamage } from "./lost-part.js";
import { dataFile, FILE_OPTIONS, isWord, TABLES } from "./store.js";
import { isSealed, openTable, type StoreTable } from "./table.js";
import type { StoreDamageError } from "./damage-error.js";

/** What a store is like that was read from its first byte to its last. */
export interface StoreCheck {
  /** Why it cannot be read to its end: a broker would set it aside. Absent: it can. */
  readonly torn?: string;
  /** How many things are in it. */
  readonly entries: number;
  /** Things that are not as they were written, or that are not found where they are. */
  readonly damaged: number;
  /** The first 1000 of them. */
  readonly damage: readonly StoreDamageError[];
}

const MAX_DAMAGE = 1000;

/**
 * Reads a store through and changes nothing. It may be open meanwhile. Rejects with `Error` where there is none. What a
 * broker reads is checked all the same; this finds what nobody has asked for yet.
 */
export async function checkLmdbStore(path: string): Promise<StoreCheck> {
  const file = dataFile(path);
  if (!existsSync(file)) throw new Error(`store ${path}: expected a file data.mdb in it, got none`);
  const torn = await findDamage(path, TABLES);
  // Reading it here would end this process as well.
  if (torn !== undefined) return { torn, entries: 0, damaged: 0, damage: [] };
  const env = open<Buffer, string>({ path: file, ...FILE_OPTIONS, readOnly: true });
  try {
    return checkAll(env);
  } finally {
    await env.close();
  }
}

function checkAll(env: RootDatabase<Buffer, string>): StoreCheck {
  const damage: StoreDamageError[] = [];
  let damaged = 0;
  let entries = 0;
  const tell = (error: StoreDamageError): void => {
    damaged += 1;
    if (damage.length < MAX_DAMAGE) damage.push(error);
  };
  const host = {
    onDamage: (table: string, key: Buffer | undefined, cause: unknown): void =>
      tell(damageOf(table, key, cause, undefined)),
    watch: (): void => undefined,
  };
  for (const word of env.getKeys()) {
    if (!isWord(word)) continue;
    entries += 1;
    if (!isSealed(Buffer.from(word), env.get(word) ?? Buffer.alloc(0))) tell(wordDamage(word));
  }
  for (const name of TABLES) {
    const table: StoreTable = openTable(env, name, host);
    for (const { key } of table.entries()) {
      entries += 1;
      if (!table.has(key)) tell(damageOf(name, key, new Error("it is not found by its key"), undefined));
    }
  }
  return { entries, damaged, damage };
}
