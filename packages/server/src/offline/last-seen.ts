import { createHash } from "node:crypto";
import { ownedBy, type RecordStore } from "../broker/record.js";
import { ownerOf } from "../inner-channel.js";

const KEEP_MS = 30 * 86_400_000;

/** When the last connection of an inbox ended, in the broker's records, so that every node knows. */
export class LastSeen {
  private readonly records: RecordStore;

  constructor(records: RecordStore) {
    this.records = records;
  }

  async note(inbox: string, atMs: number): Promise<void> {
    const key = keyOf(inbox);
    let record = await this.records.read(key);
    while (record === undefined || Number(record.value) < atMs) {
      const expect = record?.version ?? 0;
      const owner = ownedBy(ownerOf(inbox)?.user);
      const written = await this.records.write({
        key,
        value: String(atMs),
        expect,
        ttlMs: KEEP_MS,
        ...owner,
      });
      if (written.ok) return;
      record = written.current;
    }
  }

  async read(inbox: string): Promise<number | null> {
    const record = await this.records.read(keyOf(inbox));
    return record === undefined ? null : Number(record.value);
  }
}

/** Users and devices may be longer together than a key. */
function keyOf(inbox: string): string {
  return `seen:${createHash("sha256").update(inbox).digest("base64url")}`;
}
