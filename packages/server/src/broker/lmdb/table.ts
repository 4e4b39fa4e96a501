import type { Database, RangeOptions, RootDatabase } from "lmdb";
import { checksum } from "./checksum.js";

/** How many bytes at the start of each value are the table's: a checksum of the key and of what follows. */
export const SEAL_BYTES = 4;

export interface TableHost {
  /** The table could not read something, or it is not what was written. `what`: where the caller knows it better. */
  onDamage(table: string, key: Buffer | undefined, cause: unknown, what: string | undefined): void;
  /** Every write: see `LmdbStore.watch`. */
  watch(write: Promise<unknown>): void;
}

export interface TableEntry {
  readonly key: Buffer;
  /** Without its seal; `undefined` where it is damaged. */
  readonly value: Buffer | undefined;
}

/**
 * One table of the store. What it gives back is what was put under that key, or nothing: whatever is not is told of and
 * counts as lost. LMDB itself would give back what the disk made of it.
 */
export class StoreTable {
  readonly name: string;
  private readonly database: Database<Buffer, Buffer>;
  private readonly host: TableHost;

  constructor(name: string, database: Database<Buffer, Buffer>, host: TableHost) {
    this.name = name;
    this.database = database;
    this.host = host;
  }

  /** How many entries it has. */
  get count(): number {
    return (this.database.getStats() as { entryCount?: number }).entryCount ?? 0;
  }

  /** Without its seal. `what` names it where it is damaged. */
  get(key: Buffer, what?: () => string): Buffer | undefined {
    try {
      const value = this.database.get(key);
      if (value === undefined) return undefined;
      if (isSealed(key, value)) return value.subarray(SEAL_BYTES);
      this.host.onDamage(this.name, key, undefined, what?.());
    } catch (error) {
      this.host.onDamage(this.name, key, error, what?.());
    }
    return undefined;
  }

  /** Whether there is something under the key, whatever it is. */
  has(key: Buffer): boolean {
    return this.sizeOf(key) !== undefined;
  }

  /** Bytes of the value, its seal included, whatever it is; 0 where it cannot be read, `undefined` where there is none. */
  sizeOf(key: Buffer): number | undefined {
    try {
      return this.database.get(key)?.length;
    } catch (error) {
      this.host.onDamage(this.name, key, error, undefined);
      return 0;
    }
  }

  /** In the order of the keys. Where it cannot be read on it ends. */
  *entries(options: RangeOptions = {}): Generator<TableEntry, void, undefined> {
    try {
      for (const { key, value } of this.database.getRange(options)) {
        if (isSealed(key, value)) {
          yield { key, value: value.subarray(SEAL_BYTES) };
        } else {
          this.host.onDamage(this.name, key, undefined, undefined);
          yield { key, value: undefined };
        }
      }
    } catch (error) {
      this.host.onDamage(this.name, undefined, error, undefined);
    }
  }

  /** Within a write of a group. The first bytes of `value` are free for the seal. */
  put(key: Buffer, value: Buffer): void {
    seal(key, value);
    this.host.watch(this.database.put(key, value));
  }

  /** Within a write of a group. */
  remove(key: Buffer): void {
    this.host.watch(this.database.remove(key));
  }

  /** Within a write of a group. */
  clear(): void {
    this.host.watch(this.database.clearAsync());
  }
}

export function openTable(env: RootDatabase<Buffer, string>, name: string, host: TableHost): StoreTable {
  const options = { name, encoding: "binary", keyEncoding: "binary" } as const;
  return new StoreTable(name, env.openDB<Buffer, Buffer>(options), host);
}

/** A value that is a text. */
export function textValue(text: string): Buffer {
  const value = Buffer.allocUnsafe(SEAL_BYTES + Buffer.byteLength(text));
  value.write(text, SEAL_BYTES);
  return value;
}

/** A value that says nothing: that its key is there is all. */
export function emptyValue(): Buffer {
  return Buffer.allocUnsafe(SEAL_BYTES);
}

export function seal(key: Buffer, value: Buffer): void {
  value.writeUInt32LE(checksum(value.subarray(SEAL_BYTES), checksum(key)), 0);
}

export function isSealed(key: Buffer, value: Buffer): boolean {
  if (value.length < SEAL_BYTES) return false;
  return checksum(value.subarray(SEAL_BYTES), checksum(key)) === value.readUInt32LE(0);
}
