import { MAX_PAGE } from "../requests.js";
import { RequestError } from "../../request-error.js";
import { Beginnings, type BeginningSeeds } from "../beginnings.js";
import { LmdbChannel } from "./channel.js";
import { decodeRow } from "./row.js";
import { emptyValue } from "./table.js";
import type { ChannelsPage, ChannelsQuery, ForgetTarget } from "../broker.js";
import type { Durability } from "../publication.js";
import type { LmdbStore } from "./store.js";
import type { WriteGroup } from "./write-group.js";

const LEVELS: readonly Durability[] = ["memory", "disk", "fsync"];
/** Channels held in memory; beyond it those that nobody uses are read from the store again when they are. */
const MAX_IN_MEMORY = 100_000;
/** Channels looked after per tick. */
const UPKEEP_CHANNELS = 256;
/** Publications taken out of the store per channel and group, beside two for each that comes in. */
const UPKEEP_PUBLICATIONS = 1024;
/** Bytes freed per tick when the store is too large. */
const FREE_BYTES = 16 * 1024 * 1024;

interface Totals {
  /** The id that the next new channel gets. */
  readonly nextId: number;
  /** Bytes of publications in the store. */
  readonly bytes: number;
}

interface ChannelsOptions {
  readonly forgetChannelMs: number;
  readonly maxHistoryBytes: number;
  readonly hasMembers: (channel: string) => boolean;
}

/** The channels of a store: loaded when asked for, looked after in the background. */
export class LmdbChannels {
  private readonly byName: Map<string, LmdbChannel> = new Map();
  private readonly store: LmdbStore;
  private readonly random32: () => number;
  private readonly options: ChannelsOptions;
  private readonly beginnings: Beginnings;
  private nextId: number;
  private totalBytes: number;

  constructor(store: LmdbStore, random32: () => number, options: ChannelsOptions) {
    this.store = store;
    this.random32 = random32;
    this.options = options;
    const totals = store.get("totals") as Totals | undefined;
    this.nextId = totals?.nextId ?? 1;
    this.totalBytes = totals?.bytes ?? 0;
    const seeds = store.get("beginnings") as BeginningSeeds | undefined;
    const isWhole = seeds !== undefined && store.session.wasClosed;
    this.beginnings = new Beginnings(isWhole ? seeds.seed : random32(), seeds?.forgotten);
    store.group().writes.push(() => this.writeBeginnings());
  }

  /** Writes the rows of the group's channels, and takes out what their histories no longer return. */
  finish(group: WriteGroup): void {
    for (const channel of group.channels) {
      if (channel.excess > 0) this.removeExcess(channel, UPKEEP_PUBLICATIONS + 2 * group.onCommitted.length);
      channel.writeRow();
    }
    this.store.put("totals", { nextId: this.nextId, bytes: this.totalBytes } satisfies Totals);
  }

  /** The group was not written. */
  fail(group: WriteGroup, error: unknown): void {
    for (const channel of group.channels) {
      const bytes = this.store.rows.get(Buffer.from(channel.name));
      this.totalBytes -= channel.bytes;
      channel.restore(bytes === undefined ? undefined : decodeRow(bytes));
      this.totalBytes += channel.bytes;
      channel.breakChain(this.random32(), error);
    }
  }

  /** Bytes of publications in the store. */
  get bytes(): number {
    return this.totalBytes;
  }

  inMemory(name: string): LmdbChannel | undefined {
    return this.byName.get(name);
  }

  get(name: string): LmdbChannel {
    let channel = this.byName.get(name);
    if (channel === undefined) {
      channel = this.load(name) ?? this.begin(name);
      this.byName.set(name, channel);
    }
    return channel;
  }

  /**
   * To be called before a publication is appended: makes sure that a crash will be known to have cost something. A
   * channel's row says how weak the weakest publication of this session was; where the store does not know that yet,
   * the publication that is first so weak waits for the row. Answers with the durability to wait for.
   */
  mark(channel: LmdbChannel, asked: Durability): Durability {
    const session = this.store.session.number;
    const hasRow = channel.session > 0;
    const isMarked = channel.session === session && LEVELS.indexOf(channel.weakest) <= LEVELS.indexOf(asked);
    if (isMarked) return asked;
    channel.weakest = asked;
    channel.session = session;
    // Without a row there is nothing to say: after a crash the channel begins anew, at a position that nobody has.
    return hasRow && asked === "memory" ? "disk" : asked;
  }

  /** Within a write of a group. */
  writeEntry(channel: LmdbChannel, offset: number, entry: Buffer): void {
    const before = channel.bytes;
    channel.writeEntry(offset, entry);
    this.totalBytes += channel.bytes - before;
  }

  checkRoom(): void {
    const { maxHistoryBytes } = this.options;
    if (this.totalBytes > maxHistoryBytes * 1.25) {
      throw new RequestError(
        "unavailable",
        true,
        `store: ${this.totalBytes} bytes are kept, the most is ${maxHistoryBytes}, and trimming does not keep up`,
      );
    }
  }

  /** Sees to it that the channel is looked after when its next publication ages, or when it may be forgotten. */
  planUpkeep(channel: LmdbChannel, group: WriteGroup): void {
    const atMs = this.upkeepAt(channel);
    if (atMs === Infinity || (channel.upkeepAtMs !== 0 && channel.upkeepAtMs <= atMs)) return;
    channel.upkeepAtMs = atMs;
    group.channels.add(channel);
    group.writes.push(() => {
      this.store.upkeep.put(upkeepKey(atMs, channel.name), emptyValue());
    });
  }

  /** Channels that something is kept of, in memory or in the store. */
  find(target: ForgetTarget): readonly LmdbChannel[] {
    const isKept = (channel: LmdbChannel): boolean =>
      channel.offset > 0 || this.store.rows.has(Buffer.from(channel.name));
    return this.namesOf(target)
      .map((name) => this.get(name))
      .filter(isKept);
  }

  private namesOf(target: ForgetTarget): readonly string[] {
    if ("channel" in target) return [target.channel];
    const { prefix } = target;
    const names = new Set([...this.byName.keys()].filter((name) => name.startsWith(prefix)));
    for (const { key } of this.store.rows.entries({ start: Buffer.from(prefix) })) {
      const name = key.toString();
      if (!name.startsWith(prefix)) break;
      names.add(name);
    }
    return [...names];
  }

  /** Takes a settled channel out of the store, and lets it begin anew with those who are in it. */
  forget(channel: LmdbChannel, group: WriteGroup): void {
    const { name, upkeepAtMs } = channel;
    group.channels.delete(channel);
    group.writes.push(() => {
      channel.removeAll();
      if (upkeepAtMs > 0) this.store.upkeep.remove(upkeepKey(upkeepAtMs, name));
    });
    this.totalBytes -= channel.bytes;
    this.forgetBeginning(name);
    const anew = LmdbChannel.begin(this.store, name, this.nextId++, this.beginnings.nonce(name));
    for (const listener of channel.audience.listeners) anew.audience.add(listener);
    this.byName.set(name, anew);
    anew.audience.hear({ channel: name, resumeAt: anew.head, reason: "fork" });
    group.onFailed.push(() => {
      this.totalBytes += channel.bytes;
      this.byName.set(name, channel);
    });
  }

  list(
    { prefix = "", after = "", limit }: ChannelsQuery,
    others: Iterable<string>,
    nowMs: number,
  ): ChannelsPage {
    const names: string[] = [];
    const isAsked = (name: string): boolean => name.startsWith(prefix) && name > after;
    for (const name of others) if (isAsked(name)) names.push(name);
    for (const [name, channel] of this.byName) {
      if (!isAsked(name) || names.includes(name)) continue;
      channel.trimAge(nowMs);
      if (channel.length > 0 || channel.audience.listeners.length > 0) names.push(name);
    }
    const start = Buffer.from(after > prefix ? after : prefix);
    let stored = 0;
    for (const { key } of this.store.rows.entries({ start })) {
      const name = key.toString();
      if (!name.startsWith(prefix) && name > prefix) break;
      if (stored > limit) break;
      if (!isAsked(name) || this.byName.has(name)) continue;
      const channel = this.get(name);
      channel.trimAge(nowMs);
      if (channel.length === 0) continue;
      names.push(name);
      stored++;
    }
    const channels = [...new Set(names)]
      .sort()
      .slice(0, Math.min(limit, MAX_PAGE))
      .map((name) => this.get(name).info());
    return { channels, more: new Set(names).size > limit };
  }

  /** Writes what only memory knows, before the store is closed. */
  saveAll(): void {
    for (const channel of this.byName.values()) this.save(channel);
  }

  /** Once a second: trims, forgets, makes room. */
  tick(nowMs: number): void {
    const end = upkeepKey(Math.floor(nowMs / 1000) * 1000 + 1, "");
    const due = [...this.store.upkeep.entries({ end, limit: UPKEEP_CHANNELS })];
    if (due.length > 0) {
      const group = this.store.group();
      for (const { key, value } of due) {
        group.writes.push(() => this.store.upkeep.remove(key));
        if (value === undefined) continue;
        this.lookAfter(key.toString("utf8", 6), key.readUIntBE(0, 6) * 1000, nowMs, group);
      }
    }
    if (this.totalBytes > this.options.maxHistoryBytes) this.makeRoom();
    if (this.byName.size > MAX_IN_MEMORY) this.leaveMemory();
  }

  private begin(name: string): LmdbChannel {
    if (this.store.rows.has(Buffer.from(name))) this.forgetBeginning(name);
    return LmdbChannel.begin(this.store, name, this.nextId++, this.beginnings.nonce(name));
  }

  private load(name: string): LmdbChannel | undefined {
    const bytes = this.store.rows.get(Buffer.from(name));
    if (bytes === undefined) return undefined;
    const channel = LmdbChannel.load(this.store, name, decodeRow(bytes));
    if (channel.session < this.store.session.number) {
      const crash = this.store.crashOf(channel.session);
      const isLost =
        crash !== undefined &&
        (channel.weakest === "memory" || (crash.lostPower && channel.weakest === "disk"));
      if (isLost) {
        channel.breakChain(this.random32(), undefined);
        this.mark(channel, "disk");
        this.store.group().channels.add(channel);
      }
    }
    return channel;
  }

  private upkeepAt(channel: LmdbChannel): number {
    if (channel.historyCount > 0) return channel.publishedAtMs + channel.historyAgeMs;
    return channel.publishedAtMs + this.options.forgetChannelMs;
  }

  private lookAfter(name: string, plannedMs: number, nowMs: number, group: WriteGroup): void {
    const channel = this.get(name);
    if (channel.session === 0 || Math.ceil(channel.upkeepAtMs / 1000) * 1000 !== plannedMs) return;
    channel.trimAge(nowMs);
    channel.upkeepAtMs = 0;
    group.channels.add(channel);
    const isUsed =
      channel.audience.listeners.length > 0 || this.options.hasMembers(name) || !channel.isAtRest;
    let nextMs: number;
    if (channel.excess > UPKEEP_PUBLICATIONS) nextMs = nowMs;
    else if (channel.length > 0) nextMs = channel.agesAtMs;
    else nextMs = Math.max(channel.publishedAtMs, isUsed ? nowMs : 0) + this.options.forgetChannelMs;
    if (nextMs > nowMs || channel.length > 0 || channel.excess > 0) {
      const atMs = Math.max(nextMs, nowMs + 1);
      if (atMs === Infinity) return;
      channel.upkeepAtMs = atMs;
      group.writes.push(() => {
        this.store.upkeep.put(upkeepKey(atMs, name), emptyValue());
      });
      return;
    }
    group.channels.delete(channel);
    group.writes.push(() => channel.removeRow());
    this.forgetBeginning(name);
    this.byName.delete(name);
  }

  /** The channels published to longest ago lose their oldest, until a tenth of the space is free; a part at a time. */
  private makeRoom(): void {
    const { maxHistoryBytes } = this.options;
    let toFree = Math.min(FREE_BYTES, this.totalBytes - maxHistoryBytes * 0.9);
    const oldestFirst = [...this.store.rows.entries()]
      .flatMap(({ key, value }) =>
        value === undefined ? [] : { name: key.toString(), row: decodeRow(value) },
      )
      .filter(({ row }) => row.bytes > 0)
      .sort((one, other) => one.row.publishedAtMs - other.row.publishedAtMs);
    const group = this.store.group();
    for (const { name } of oldestFirst) {
      if (toFree <= 0) return;
      const channel = this.get(name);
      const bytes = Math.min(toFree, channel.bytes);
      channel.shrink(bytes);
      group.writes.push(() => this.removeExcess(channel, Infinity));
      group.channels.add(channel);
      toFree -= bytes;
    }
  }

  private removeExcess(channel: LmdbChannel, limit: number): void {
    const before = channel.bytes;
    channel.removeExcess(limit);
    this.totalBytes += channel.bytes - before;
  }

  private leaveMemory(): void {
    let left = this.byName.size - MAX_IN_MEMORY * 0.9;
    for (const [name, channel] of this.byName) {
      if (left <= 0) return;
      if (!channel.isAtRest) continue;
      this.save(channel);
      if (channel.isDirty) continue;
      this.byName.delete(name);
      left--;
    }
  }

  /** A channel that never had a publication has nothing to save: its beginning is known without a row. */
  private save(channel: LmdbChannel): void {
    if (channel.isDirty && channel.offset > 0) this.store.group().channels.add(channel);
  }

  /** What the channel had is gone, in order or by damage: who stands at its beginning must not be led on from there. */
  private forgetBeginning(name: string): void {
    this.beginnings.forget(name);
    this.store.group().writes.push(() => this.writeBeginnings());
  }

  private writeBeginnings(): void {
    this.store.put("beginnings", this.beginnings.seeds);
  }
}

/** Rounded up to the second, so that what is found is due. */
function upkeepKey(atMs: number, name: string): Buffer {
  const nameBytes = Buffer.from(name);
  const key = Buffer.allocUnsafe(6 + nameBytes.length);
  key.writeUIntBE(Math.ceil(atMs / 1000), 0, 6);
  nameBytes.copy(key, 6);
  return key;
}
