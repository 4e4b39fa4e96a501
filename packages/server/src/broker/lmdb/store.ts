import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { isTear, type StoreDamageError } from "./damage-error.js";
import { currentOwner, isRunning, type Owner } from "./owner.js";
import { damageOf, unwritable, wordDamage } from "./lost-part.js";
import {
  isSealed,
  openTable,
  seal,
  SEAL_BYTES,
  textValue,
  type StoreTable,
  type TableHost,
} from "./table.js";
import { WriteGroup } from "./write-group.js";

/** Of the layout of tables, keys and values. A store of another version is refused. */
const FORMAT_VERSION = "2";
/** Things found damaged that are told of one by one; what follows is only counted. */
const MAX_TOLD = 1000;

/** How the file is opened, by whomever. */
export const FILE_OPTIONS = { noSubdir: true, maxDbs: 12, encoding: "binary" } as const;

export const TABLES = ["rows", "log", "upkeep", "keys0", "keys1", "records", "owners"] as const;

/** What the store asks of whoever fills its groups. */
export interface StoreClient {
  /** The last writes of a group. */
  finish(group: WriteGroup): void;
  /** Nothing of the group is in the store. */
  fail(group: WriteGroup, error: unknown): void;
}

/** How the session before this one ended, as far as it matters for what may be lost. */
export interface StoreSession {
  /** Counted from 1 at every open. */
  readonly number: number;
  /** The store was new, or closed; otherwise its process died. */
  readonly wasClosed: boolean;
  /** The machine went down with the process: what was not flushed is lost. */
  readonly lostPower: boolean;
}

/** The tables, and the way into them: groups of writes, one transaction each, the next begun when the last is in. */
export class LmdbStore implements TableHost {
  readonly session: StoreSession;
  /** Channel name: row. */
  readonly rows: StoreTable;
  /** Channel id and offset: publication. */
  readonly log: StoreTable;
  /** Second and channel name: nothing. */
  readonly upkeep: StoreTable;
  /** Channel and idempotency key: position. Two tables that take turns. */
  readonly keys: readonly [StoreTable, StoreTable];
  readonly records: StoreTable;
  /** Owner and record key: nothing. */
  readonly owners: StoreTable;
  private readonly env: RootDatabase<Buffer, string>;
  private readonly path: string;
  private gathering: WriteGroup | undefined;
  private isCommitting = false;
  private idle: (() => void) | undefined;
  private unflushed = 0;
  private uncommittedBytes = 0;
  private client: StoreClient | undefined;
  private watched: Promise<unknown> | undefined;
  /** Why the last group could not be written, until one is. */
  private failure: unknown;
  private readonly told: Set<string> = new Set();
  private readonly onError: ((error: StoreDamageError) => void) | undefined;
  /** How often something was found damaged. */
  damaged = 0;

  /**
   * Opens or makes the store in the folder `path`. Throws where another process has it, and `StoreDamageError` where its
   * own words are damaged. `onError` hears of what else is.
   */
  constructor(path: string, onError?: (error: StoreDamageError) => void) {
    mkdirSync(path, { recursive: true });
    this.path = path;
    this.onError = onError;
    this.env = open<Buffer, string>({
      path: dataFile(path),
      ...FILE_OPTIONS,
      eventTurnBatching: false,
    });
    const table = (name: (typeof TABLES)[number]): StoreTable => openTable(this.env, name, this);
    this.rows = table("rows");
    this.log = table("log");
    this.upkeep = table("upkeep");
    this.keys = [table("keys0"), table("keys1")];
    this.records = table("records");
    this.owners = table("owners");
    try {
      this.session = this.env.transactionSync(() => this.begin());
    } catch (error) {
      void this.env.close();
      throw error;
    }
  }

  /** Bytes of publications that wait to be written. */
  get pendingBytes(): number {
    return this.uncommittedBytes + (this.gathering?.bytes ?? 0);
  }

  serve(client: StoreClient): void {
    this.client = client;
  }

  /** A value of the store itself, under a word. Throws `StoreDamageError`: nothing goes without these. */
  get(word: string): unknown {
    const value = this.env.get(word);
    if (value === undefined) return undefined;
    if (!isSealed(Buffer.from(word), value)) throw wordDamage(word);
    return JSON.parse(value.toString("utf8", SEAL_BYTES)) as unknown;
  }

  /** To be called within a write of a group. */
  put(word: string, value: unknown): void {
    const bytes = textValue(JSON.stringify(value));
    seal(Buffer.from(word), bytes);
    this.watch(this.env.put(word, bytes));
  }

  onDamage(table: string, key: Buffer | undefined, cause: unknown, what: string | undefined): void {
    // That the store is closed, or the caller wrong, is no damage.
    if (cause !== undefined && !isTear(cause)) throw cause;
    this.tell(damageOf(table, key, cause, what));
  }

  private tell(error: StoreDamageError): void {
    this.damaged += 1;
    if (this.told.size >= MAX_TOLD || this.told.has(error.message)) return;
    this.told.add(error.message);
    this.onError?.(error);
  }

  /** Every write goes through here: where it fails, the group that it is in is told, and nobody else has to be. */
  watch(write: Promise<unknown>): void {
    if (write === this.watched) return;
    this.watched = write;
    write.catch(ignore);
  }

  /** How an earlier session ended, where it did not end by `close`. */
  crashOf(session: number): { readonly lostPower: boolean } | undefined {
    return this.get(`crash ${session}`) as { lostPower: boolean } | undefined;
  }

  /** The group that is filled now. It is written in the next turn of the event loop at the earliest. */
  group(): WriteGroup {
    if (this.gathering === undefined) {
      this.gathering = new WriteGroup();
      if (!this.isCommitting) setImmediate(() => this.commit());
    }
    return this.gathering;
  }

  /** Completes when what was gathered until now survives the loss of power. Rejects where it could not be written. */
  async written(): Promise<void> {
    const group = this.group();
    await new Promise<void>((resolve, reject) => {
      group.onFlushed.push(resolve);
      group.onFailed.push(reject);
    });
  }

  /**
   * Writes what was gathered, marks the store as closed, and frees it. Where that cannot be written the store is freed
   * without the mark, as after a crash, and this rejects.
   */
  async close(): Promise<void> {
    await this.settled();
    try {
      if (this.failure !== undefined) throw this.failure;
      await this.env.remove("owner");
      await this.env.flushed;
    } catch (error) {
      const reason = String(await causeOf(error));
      throw new Error(`store ${this.path}: could not write what was left: ${reason}`, { cause: error });
    } finally {
      await this.env.close();
    }
  }

  /** Frees the store as a process does that dies. */
  async discard(): Promise<void> {
    await this.env.close();
  }

  private async settled(): Promise<void> {
    while (this.gathering !== undefined || this.isCommitting || this.unflushed > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
      });
    }
  }

  private begin(): StoreSession {
    // Without a seal: what another version has must be readable.
    const version = this.env.get("version")?.toString();
    if (version !== undefined && version !== FORMAT_VERSION) {
      throw new Error(`store ${this.path}: expected format ${FORMAT_VERSION}, got ${version}`);
    }
    // Before anything is written: a store that cannot be used is left as it was.
    for (const word of this.env.getKeys()) if (isWord(word)) this.get(word);
    const owner = this.get("owner") as Owner | undefined;
    const current = currentOwner(statSync(dataFile(this.path)).ino);
    if (owner !== undefined && isRunning(owner, current)) {
      throw new Error(`store ${this.path}: in use by process ${owner.pid}`);
    }
    const last = (this.get("session") as number | undefined) ?? 0;
    const lostPower = owner !== undefined && (owner.boot !== current.boot || current.boot === "");
    if (owner !== undefined) this.put(`crash ${last}`, { lostPower });
    this.watch(this.env.put("version", Buffer.from(FORMAT_VERSION)));
    this.put("session", last + 1);
    this.put("owner", current);
    return { number: last + 1, wasClosed: owner === undefined, lostPower };
  }

  private commit(): void {
    const group = this.gathering;
    if (group === undefined) return;
    this.gathering = undefined;
    this.isCommitting = true;
    this.unflushed++;
    this.uncommittedBytes = group.bytes;
    let committed: Promise<unknown>;
    let flushed: Promise<unknown>;
    try {
      committed = this.env.batch(() => {
        for (const write of group.writes) write();
        this.client?.finish(group);
      });
      flushed = Promise.resolve(this.env.flushed);
    } catch (error) {
      committed = Promise.reject(error);
      flushed = committed;
    }
    // Its failure is the commit's, which is handled below.
    flushed.catch(ignore);
    void this.settle(group, committed, flushed);
  }

  private async settle(
    group: WriteGroup,
    committed: Promise<unknown>,
    flushed: Promise<unknown>,
  ): Promise<void> {
    let isCommitted = false;
    try {
      await committed;
      isCommitted = true;
      this.failure = undefined;
      this.commitNext();
      for (const callback of group.onCommitted) callback();
      await flushed;
      for (const callback of group.onFlushed) callback();
    } catch (error) {
      this.failure = await causeOf(error);
      if (isTear(this.failure)) this.tell(unwritable(this.failure));
      this.fail(group, this.failure);
      // What was gathered since follows what has failed, so it fails with it.
      const { gathering } = this;
      this.gathering = undefined;
      if (gathering !== undefined) this.fail(gathering, this.failure);
      if (!isCommitted) this.commitNext();
    }
    this.unflushed--;
    this.idle?.();
  }

  private commitNext(): void {
    this.isCommitting = false;
    this.uncommittedBytes = 0;
    if (this.gathering !== undefined) this.commit();
  }

  private fail(group: WriteGroup, error: unknown): void {
    for (const callback of group.onFailed) callback(error);
    this.client?.fail(group, error);
  }
}

/** Whether it names a value of the store's own that has a seal, and no table. */
export function isWord(name: string): boolean {
  return name !== "version" && !(TABLES as readonly string[]).includes(name);
}

export function dataFile(path: string): string {
  return join(path, "data.mdb");
}

function ignore(): void {}

/** LMDB rejects with an error that has a promise of the real one. */
async function causeOf(error: unknown): Promise<unknown> {
  try {
    await (error as { commitError?: Promise<unknown> }).commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
