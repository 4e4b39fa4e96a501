import { ClosedError } from "../closed-error.js";
import { RequestError } from "../request-error.js";
import { ExpiryQueue } from "./expiry-queue.js";
import { checkRecordKey, checkRecordWrite } from "./requests.js";
import type { Clock } from "../clock.js";
import type { RecordStore, RecordWrite, RecordWritten, StoredRecord } from "./record.js";

/** Records in memory. */
export class MemoryRecords implements RecordStore {
  private readonly records: Map<string, StoredRecord> = new Map();
  private readonly expiries: ExpiryQueue<string> = new ExpiryQueue();
  private isClosed = false;
  private readonly clock: Clock;
  private readonly maxRecords: number;
  private readonly wake: () => void;

  constructor(clock: Clock, maxRecords: number, wake: () => void) {
    this.clock = clock;
    this.maxRecords = maxRecords;
    this.wake = wake;
  }

  read(key: string): StoredRecord | undefined {
    checkRecordKey(key);
    const nowMs = this.now();
    const record = this.records.get(key);
    return record !== undefined && record.expiresAtMs > nowMs ? record : undefined;
  }

  write(write: RecordWrite): RecordWritten {
    checkRecordWrite(write);
    const { key, value, expect, ttlMs, owner } = write;
    const current = this.read(key);
    if ((current?.version ?? 0) !== expect)
      return current === undefined ? { ok: false } : { ok: false, current };
    if (current === undefined && this.records.size >= this.maxRecords) {
      throw new RequestError(
        "unavailable",
        true,
        `records: ${this.maxRecords} are kept already, the most that this broker holds`,
      );
    }
    const expiresAtMs = this.now() + ttlMs;
    const version = expect + 1;
    this.records.set(
      key,
      owner === undefined
        ? { key, value, version, expiresAtMs }
        : { key, value, version, expiresAtMs, owner },
    );
    this.expiries.add(key, expiresAtMs);
    this.wake();
    return { ok: true, version };
  }

  take(key: string): StoredRecord | undefined {
    const record = this.read(key);
    if (record !== undefined) this.records.delete(key);
    return record;
  }

  /** Looks at all records: an index would cost every one of them more than this costs who asks for it. */
  takeOwned(owner: string): readonly StoredRecord[] {
    checkRecordKey(owner);
    const nowMs = this.now();
    const owned = [...this.records.values()].filter((record) => record.owner === owner);
    for (const { key } of owned) this.records.delete(key);
    return owned.filter(({ expiresAtMs }) => expiresAtMs > nowMs).sort(byKey);
  }

  /** Forgets the records whose time is over. Answers whether any are left. */
  expire(nowMs: number): boolean {
    for (const key of this.expiries.takeDue(nowMs)) {
      const record = this.records.get(key);
      if (record === undefined) continue;
      if (record.expiresAtMs <= nowMs) this.records.delete(key);
      else this.expiries.add(key, record.expiresAtMs);
    }
    return !this.expiries.isEmpty;
  }

  close(): void {
    this.isClosed = true;
  }

  private now(): number {
    if (this.isClosed) throw new ClosedError("broker: closed");
    return this.clock.now();
  }
}

export function byKey(one: StoredRecord, other: StoredRecord): number {
  return one.key < other.key ? -1 : 1;
}
