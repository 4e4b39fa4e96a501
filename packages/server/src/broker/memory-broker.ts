import { ClosedError } from "../closed-error.js";
import { systemClock, type Clock } from "../clock.js";
import { createRandom32 } from "../random32.js";
import { Beginnings } from "./beginnings.js";
import { ControlBus } from "./control-bus.js";
import { ExpiryQueue } from "./expiry-queue.js";
import { readPage } from "./history-page.js";
import { KeyWindow } from "./key-window.js";
import { MemoryChannel } from "./memory-channel.js";
import { MemoryPresence } from "./memory-presence.js";
import { MemoryRecords } from "./memory-records.js";
import {
  checkChannel,
  checkChannelList,
  checkChannels,
  checkForget,
  checkHistory,
  checkPublish,
} from "./requests.js";
import { Ticker } from "./ticker.js";
import type {
  Broker,
  ChannelsPage,
  ChannelsQuery,
  ControlListener,
  ControlMessage,
  ForgetTarget,
  HistoryPage,
  HistoryQuery,
  Published,
  PublishRequest,
} from "./broker.js";
import type { ChannelListener, Durability } from "./publication.js";

export interface MemoryBrokerOptions {
  readonly clock?: Clock;
  /** Unsigned 32-bit random integers, for nonces. Default: from the operating system. */
  readonly random32?: () => number;
  /**
   * Most bytes of publications in all histories together. Beyond it the channels published to longest ago lose their
   * history first; their readers are told a gap. Default: 256 MiB.
   */
  readonly maxHistoryBytes?: number;
  /** How long idempotency keys are remembered at least. Default: 10 minutes. */
  readonly keepKeysMs?: number;
  /** Most idempotency keys remembered; publishes with a key are refused beyond it. Default: 1,000,000. */
  readonly maxKeys?: number;
  /** Most records kept; new ones are refused beyond it. Default: 1,000,000. */
  readonly maxRecords?: number;
  /** A channel without history, listeners and members is forgotten this long after its last publication. Default: 1 hour. */
  readonly forgetChannelMs?: number;
}

/**
 * The broker of a single process: everything in memory, every answer at once, nothing left after a restart.
 * Several nodes of one process (in tests) may share one.
 */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  return new MemoryBroker(options);
}

export type { MemoryBroker };

/** As `Broker`, but every answer comes at once. */
class MemoryBroker implements Broker {
  readonly durability: Durability = "memory";
  readonly presence: MemoryPresence;
  readonly records: MemoryRecords;
  private readonly clock: Clock;
  private readonly random32: () => number;
  private readonly channelsByName: Map<string, MemoryChannel> = new Map();
  private readonly keys: KeyWindow<string>;
  private readonly upkeep: ExpiryQueue<MemoryChannel> = new ExpiryQueue();
  private readonly beginnings: Beginnings;
  private readonly bus: ControlBus = new ControlBus();
  private readonly ticker: Ticker;
  private readonly maxHistoryBytes: number;
  private readonly forgetChannelMs: number;
  private historyBytes = 0;
  private isClosed = false;

  constructor(options: MemoryBrokerOptions) {
    const { clock = systemClock, random32 = createRandom32() } = options;
    this.clock = clock;
    this.random32 = random32;
    this.beginnings = new Beginnings(random32());
    this.maxHistoryBytes = options.maxHistoryBytes ?? 256 * 1024 * 1024;
    this.forgetChannelMs = options.forgetChannelMs ?? 3_600_000;
    this.keys = new KeyWindow(options.keepKeysMs ?? 600_000, options.maxKeys ?? 1_000_000, clock.now());
    this.ticker = new Ticker(clock, (nowMs) => this.tick(nowMs));
    const wake = (): void => this.ticker.wake();
    this.presence = new MemoryPresence(
      clock,
      (event) => this.channelsByName.get(event.channel)?.audience.hear(event),
      wake,
    );
    this.records = new MemoryRecords(clock, options.maxRecords ?? 1_000_000, wake);
  }

  publish(request: PublishRequest): Published {
    this.checkOpen();
    checkPublish(request, "memory");
    const { channel: name, key } = request;
    const nowMs = this.clock.now();
    const scopedKey = key === undefined ? undefined : `${name}\n${key}`;
    if (scopedKey !== undefined) {
      const position = this.keys.get(scopedKey, nowMs);
      if (position !== undefined) return { position, duplicate: true, durability: "memory" };
      this.keys.reserve();
    }

    const channel = this.channel(name, nowMs);
    const bytesBefore = channel.bytes;
    const publication = channel.append(request, this.random32(), nowMs);
    if (scopedKey !== undefined) this.keys.set(scopedKey, publication.position, nowMs);
    this.historyBytes += channel.bytes - bytesBefore;
    if (this.historyBytes > this.maxHistoryBytes) this.evict();
    if (channel.dueAtMs < channel.upkeepAtMs) this.planUpkeep(channel);
    channel.audience.hear(publication);
    return { position: publication.position, duplicate: false, durability: "memory" };
  }

  history(query: HistoryQuery): HistoryPage {
    this.checkOpen();
    checkHistory(query);
    const nowMs = this.clock.now();
    const channel = this.find(query.channel);
    this.trim(channel, nowMs);
    return readPage(channel, query, nowMs);
  }

  position(channel: string): string {
    this.checkOpen();
    checkChannel(channel);
    return this.find(channel).head;
  }

  positions(channels: readonly string[]): readonly string[] {
    this.checkOpen();
    checkChannelList(channels);
    return channels.map((channel) => this.find(channel).head);
  }

  channels(query: ChannelsQuery): ChannelsPage {
    this.checkOpen();
    checkChannels(query);
    const { prefix = "", after = "", limit } = query;
    const nowMs = this.clock.now();
    const inUse = new Set(this.presence.channelNames());
    for (const [name, channel] of this.channelsByName) {
      this.trim(channel, nowMs);
      if (channel.length > 0 || channel.audience.listeners.length > 0) inUse.add(name);
    }
    const names = [...inUse].filter((name) => name.startsWith(prefix) && name > after);
    const channels = names
      .sort()
      .slice(0, limit)
      .map((name) => this.find(name).info());
    return { channels, more: names.length > limit };
  }

  attach(channel: string, listener: ChannelListener): void {
    this.checkOpen();
    checkChannel(channel);
    this.channel(channel, this.clock.now()).audience.add(listener);
  }

  detach(channel: string, listener: ChannelListener): void {
    const known = this.channelsByName.get(channel);
    if (known === undefined) return;
    known.audience.delete(listener);
    if (known.isEmpty && known.audience.listeners.length === 0) this.channelsByName.delete(channel);
  }

  forget(target: ForgetTarget): void {
    this.checkOpen();
    checkForget(target);
    const isMeant = matcherOf(target);
    for (const [name, channel] of this.channelsByName) {
      // Also those that begin anew here: they come last.
      if (!isMeant(name) || channel.isEmpty) continue;
      this.historyBytes -= channel.bytes;
      this.channelsByName.delete(name);
      this.beginnings.forget(name);
      for (const listener of channel.audience.listeners) this.attach(name, listener);
      const anew = this.find(name);
      anew.audience.hear({ channel: name, resumeAt: anew.head, reason: "fork" });
    }
    this.keys.deleteAll((key) => isMeant(key.slice(0, key.lastIndexOf("\n"))));
  }

  addNode(nodeId: string, listener: ControlListener): void {
    this.checkOpen();
    this.bus.add(nodeId, listener);
  }

  removeNode(nodeId: string): void {
    this.bus.delete(nodeId);
  }

  nodes(): readonly string[] {
    this.checkOpen();
    return this.bus.nodes();
  }

  control(message: ControlMessage): void {
    this.checkOpen();
    this.bus.send(message);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.ticker.stop();
    this.presence.close();
    this.records.close();
  }

  private checkOpen(): void {
    if (this.isClosed) throw new ClosedError("broker: closed");
  }

  /** For reading: a channel that nothing is kept of is made anew each time, and is the same each time. */
  private find(name: string): MemoryChannel {
    return (
      this.channelsByName.get(name) ??
      new MemoryChannel(name, this.beginnings.nonce(name), this.forgetChannelMs)
    );
  }

  /** For keeping something. */
  private channel(name: string, nowMs: number): MemoryChannel {
    let channel = this.channelsByName.get(name);
    if (channel === undefined) {
      channel = this.find(name);
      this.channelsByName.set(name, channel);
      channel.usedAtMs = nowMs;
      this.planUpkeep(channel);
    }
    channel.usedAtMs = nowMs;
    return channel;
  }

  private trim(channel: MemoryChannel, nowMs: number): void {
    const bytesBefore = channel.bytes;
    channel.trim(nowMs);
    this.historyBytes += channel.bytes - bytesBefore;
  }

  /** Makes room: the channels published to longest ago go first, until a tenth of the space is free. */
  private evict(): void {
    const goal = this.maxHistoryBytes * 0.9;
    const oldestFirst = [...this.channelsByName.values()]
      .filter((channel) => channel.length > 0)
      .sort((one, other) => one.publishedAtMs - other.publishedAtMs);
    for (const channel of oldestFirst) {
      if (this.historyBytes <= goal) return;
      const bytesBefore = channel.bytes;
      channel.shrink(this.historyBytes - goal);
      this.historyBytes += channel.bytes - bytesBefore;
    }
  }

  private planUpkeep(channel: MemoryChannel): void {
    channel.upkeepAtMs = channel.dueAtMs;
    this.upkeep.add(channel, channel.upkeepAtMs);
    this.ticker.wake();
  }

  private tick(nowMs: number): boolean {
    for (const channel of this.upkeep.takeDue(nowMs)) {
      if (this.channelsByName.get(channel.name) !== channel) continue;
      this.trim(channel, nowMs);
      const isInUse = channel.audience.listeners.length > 0 || this.presence.hasMembers(channel.name);
      if (isInUse) channel.usedAtMs = nowMs;
      if (channel.dueAtMs <= nowMs && channel.length === 0) {
        this.channelsByName.delete(channel.name);
        this.beginnings.forget(channel.name);
      } else {
        this.planUpkeep(channel);
      }
    }
    const membersLeft = this.presence.expire(nowMs);
    const recordsLeft = this.records.expire(nowMs);
    return membersLeft || recordsLeft || !this.upkeep.isEmpty;
  }
}

function matcherOf(target: ForgetTarget): (name: string) => boolean {
  return (name) => ("channel" in target ? name === target.channel : name.startsWith(target.prefix));
}
