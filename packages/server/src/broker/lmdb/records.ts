import { ClosedError } from "../../closed-error.js";
import { RequestError } from "../../request-error.js";
import { byKey } from "../memory-records.js";
import { checkRecordKey, checkRecordWrite } from "../requests.js";
import { emptyValue, textValue } from "./table.js";
import type { Clock } from "../../clock.js";
import type { RecordStore, RecordWrite, RecordWritten, StoredRecord } from "../record.js";
import type { LmdbStore } from "./store.js";

/** Records looked at per tick, in search of expired ones. */
const SWEEP = 512;

/** Records in the store. An answer comes when the change survives the death of the process. */
export class LmdbRecords implements RecordStore {
  /** Changes that are not in the store yet; `undefined`: removed. */
  private readonly pending: Map<string, StoredRecord | undefined> = new Map();
  private readonly store: LmdbStore;
  private readonly clock: Clock;
  private readonly maxRecords: number;
  private count: number;
  /** Where the search for expired records goes on. */
  private sweptTo = "";
  private isClosed = false;

  constructor(store: LmdbStore, clock: Clock, maxRecords: number) {
    this.store = store;
    this.clock = clock;
    this.maxRecords = maxRecords;
    this.count = store.records.count;
  }

  read(key: string): StoredRecord | undefined {
    checkRecordKey(key);
    const nowMs = this.now();
    const record = this.stored(key);
    return record !== undefined && record.expiresAtMs > nowMs ? record : undefined;
  }

  write(write: RecordWrite): RecordWritten | Promise<RecordWritten> {
    checkRecordWrite(write);
    const { key, value, expect, ttlMs, owner } = write;
    const current = this.read(key);
    if ((current?.version ?? 0) !== expect)
      return current === undefined ? { ok: false } : { ok: false, current };
    const before = this.stored(key);
    if (before === undefined && this.count >= this.maxRecords) {
      throw new RequestError(
        "unavailable",
        true,
        `records: ${this.maxRecords} are kept already, the most that this broker holds`,
      );
    }
    const expiresAtMs = this.now() + ttlMs;
    const version = expect + 1;
    const record: StoredRecord =
      owner === undefined
        ? { key, value, version, expiresAtMs }
        : { key, value, version, expiresAtMs, owner };
    return this.change(key, before, record, { ok: true, version });
  }

  take(key: string): StoredRecord | undefined | Promise<StoredRecord | undefined> {
    const record = this.read(key);
    return record === undefined ? undefined : this.change(key, record, undefined, record);
  }

  async takeOwned(owner: string): Promise<readonly StoredRecord[]> {
    checkRecordKey(owner);
    const nowMs = this.now();
    const keys = new Set<string>();
    const start = ownerKey(owner, "");
    for (const { key } of this.store.owners.entries({ start })) {
      if (!key.subarray(0, start.length).equals(start)) break;
      keys.add(key.toString("utf8", start.length));
    }
    for (const [key, record] of this.pending) if (record?.owner === owner) keys.add(key);
    const owned = [...keys].flatMap((key) => this.stored(key) ?? []).filter((each) => each.owner === owner);
    await Promise.all(owned.map(async (record) => this.change(record.key, record, undefined, undefined)));
    return owned.filter(({ expiresAtMs }) => expiresAtMs > nowMs).sort(byKey);
  }

  /** Looks for expired records, some at a time. */
  sweep(nowMs: number): void {
    let seen = 0;
    const start = Buffer.from(this.sweptTo);
    let last = "";
    for (const { key, value } of this.store.records.entries({ start, limit: SWEEP })) {
      seen++;
      last = key.toString();
      if (value === undefined) {
        if (!this.pending.has(last)) this.drop(key);
        continue;
      }
      const record = JSON.parse(value.toString()) as StoredRecord;
      if (record.expiresAtMs <= nowMs && !this.pending.has(last)) {
        void this.change(last, record, undefined, undefined).catch(() => undefined);
      }
    }
    this.sweptTo = seen === SWEEP ? last : "";
  }

  close(): void {
    this.isClosed = true;
  }

  private now(): number {
    if (this.isClosed) throw new ClosedError("broker: closed");
    return this.clock.now();
  }

  /** Whether or not its time is over. */
  private stored(key: string): StoredRecord | undefined {
    if (this.pending.has(key)) return this.pending.get(key);
    const value = this.store.records.get(Buffer.from(key));
    return value === undefined ? undefined : (JSON.parse(value.toString()) as StoredRecord);
  }

  /** Takes out what is damaged. */
  private drop(key: Buffer): void {
    this.count -= 1;
    this.store.group().writes.push(() => this.store.records.remove(key));
  }

  private change<T>(
    key: string,
    before: StoredRecord | undefined,
    after: StoredRecord | undefined,
    answer: T,
  ): Promise<T> {
    const group = this.store.group();
    this.pending.set(key, after);
    this.count += Number(after !== undefined) - Number(before !== undefined);
    group.writes.push(() => {
      const { records, owners } = this.store;
      const isSameOwner = before?.owner === after?.owner;
      if (before?.owner !== undefined && !isSameOwner) owners.remove(ownerKey(before.owner, key));
      if (after === undefined) records.remove(Buffer.from(key));
      else records.put(Buffer.from(key), textValue(JSON.stringify(after)));
      if (after?.owner !== undefined && !isSameOwner) owners.put(ownerKey(after.owner, key), emptyValue());
    });
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        if (this.pending.get(key) === after) this.pending.delete(key);
      };
      group.onCommitted.push(() => {
        forget();
        resolve(answer);
      });
      group.onFailed.push((error) => {
        forget();
        this.count -= Number(after !== undefined) - Number(before !== undefined);
        reject(unwritten(error));
      });
    });
  }
}

/** What a caller is told when the store could not write. */
export function unwritten(error: unknown): RequestError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RequestError("unavailable", true, `store: could not write: ${reason}`, { cause: error });
}

/** The owner's length first, so that no owner's keys begin with another's. */
function ownerKey(owner: string, key: string): Buffer {
  const ownerBytes = Buffer.from(owner);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(ownerBytes.length);
  return Buffer.concat([length, ownerBytes, Buffer.from(key)]);
}
