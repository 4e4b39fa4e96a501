import { RequestError } from "../../request-error.js";
import { textValue } from "./table.js";
import type { ForgetTarget, Published } from "../broker.js";
import type { MaybePromise } from "../maybe-promise.js";
import type { Durability } from "../publication.js";
import type { LmdbStore } from "./store.js";
import type { WriteGroup } from "./write-group.js";

interface Turn {
  readonly newer: number;
  readonly turnedAtMs: number;
}

/** As `KeyWindow`, but in the store: two tables that take turns. */
export class LmdbKeys {
  /** Of publications that are not in the store yet. */
  private readonly pending: Map<
    string,
    { readonly published: MaybePromise<Published>; readonly atMs: number }
  > = new Map();
  private readonly store: LmdbStore;
  private readonly keepMs: number;
  private readonly maxKeys: number;
  private turnState: Turn;
  private readonly sizes: [number, number];

  constructor(store: LmdbStore, keepMs: number, maxKeys: number, nowMs: number) {
    this.store = store;
    this.keepMs = keepMs;
    this.maxKeys = maxKeys;
    this.turnState = (store.get("keys") as Turn | undefined) ?? { newer: 0, turnedAtMs: nowMs };
    this.sizes = [store.keys[0].count, store.keys[1].count];
  }

  /** What was published under the key, or is being published. */
  get(channel: string, key: string, nowMs: number): MaybePromise<Published> | undefined {
    this.turn(nowMs);
    const scoped = scopedKey(channel, key);
    const pending = this.pending.get(scoped);
    if (pending !== undefined && nowMs - pending.atMs < 2 * this.keepMs) return pending.published;
    const bytes = Buffer.from(scoped);
    const { newer } = this.turnState;
    const stored = this.store.keys[newer]!.get(bytes) ?? this.store.keys[1 - newer]!.get(bytes);
    if (stored === undefined) return undefined;
    const [atMs, durability, position] = stored.toString().split(" ");
    if (nowMs - Number(atMs) >= 2 * this.keepMs) return undefined;
    return { position: position!, duplicate: false, durability: durability as Durability };
  }

  /** Throws where there is no room for another key. */
  reserve(): void {
    if (this.sizes[0] + this.sizes[1] + this.pending.size >= this.maxKeys) {
      throw new RequestError(
        "unavailable",
        true,
        `idempotency keys: ${this.maxKeys} are remembered already, the most that this broker holds`,
      );
    }
  }

  /** Forgets the keys of channels. What is being published has to be written before. */
  forget(target: ForgetTarget, group: WriteGroup): void {
    const start = Buffer.from("channel" in target ? scopedKey(target.channel, "") : target.prefix);
    for (const [index, table] of this.store.keys.entries()) {
      for (const { key } of table.entries({ start })) {
        if (!key.subarray(0, start.length).equals(start)) break;
        this.sizes[index]! -= 1;
        group.writes.push(() => table.remove(key));
      }
    }
  }

  /** Remembers what becomes of the publication, and writes it with the group. */
  add(
    channel: string,
    key: string,
    published: MaybePromise<Published>,
    position: string,
    durability: Durability,
    nowMs: number,
    group: WriteGroup,
  ): void {
    const scoped = scopedKey(channel, key);
    this.pending.set(scoped, { published, atMs: nowMs });
    const forget = (): void => {
      this.pending.delete(scoped);
    };
    group.writes.push(() => {
      const { newer } = this.turnState;
      this.sizes[newer]!++;
      this.store.keys[newer]!.put(Buffer.from(scoped), textValue(`${nowMs} ${durability} ${position}`));
    });
    (durability === "fsync" ? group.onFlushed : group.onCommitted).push(forget);
    group.onFailed.push(forget);
  }

  private turn(nowMs: number): void {
    if (nowMs - this.turnState.turnedAtMs < this.keepMs) return;
    const newer = 1 - this.turnState.newer;
    this.turnState = { newer, turnedAtMs: nowMs };
    this.sizes[newer] = 0;
    this.store.group().writes.push(() => {
      this.store.put("keys", this.turnState);
      this.store.keys[newer]!.clear();
    });
  }
}

function scopedKey(channel: string, key: string): string {
  return `${channel}\n${key}`;
}
