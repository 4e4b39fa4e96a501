import { mkdirSync } from "node:fs";
import { ClosedError } from "../../closed-error.js";
import { systemClock, type Clock } from "../../clock.js";
import { createRandom32 } from "../../random32.js";
import { RequestError } from "../../request-error.js";
import { ControlBus } from "../control-bus.js";
import { readPage } from "../history-page.js";
import { MemoryPresence } from "../memory-presence.js";
import { formatPosition } from "../position.js";
import {
  checkChannel,
  checkChannelList,
  checkChannels,
  checkForget,
  checkHistory,
  checkPublish,
} from "../requests.js";
import { Ticker } from "../ticker.js";
import { LmdbChannels } from "./channels.js";
import { findDamage, markClosed, markOpen, setAside, wasClosedWhole } from "./damage.js";
import { isTear, StoreDamageError } from "./damage-error.js";
import { encodeEntry } from "./entry.js";
import { LmdbKeys } from "./keys.js";
import { LmdbRecords, unwritten } from "./records.js";
import { LmdbStore, TABLES } from "./store.js";
import type {
  BrokerUsage,
  ChannelsPage,
  ChannelsQuery,
  ControlListener,
  ControlMessage,
  ForgetTarget,
  HistoryPage,
  HistoryQuery,
  Published,
  PublishRequest,
} from "../broker.js";
import type { MaybePromise } from "../maybe-promise.js";
import type { ChannelListener, Durability, Publication } from "../publication.js";
import type { LmdbChannel } from "./channel.js";
import type { LmdbBroker, LmdbBrokerOptions, OpenReport } from "./options.js";
import type { WriteGroup } from "./write-group.js";

/** Opens the store. Rejects with `Error` where another process has it, or where it is damaged and that is refused. */
export async function openLmdbBroker(options: LmdbBrokerOptions): Promise<LmdbBroker> {
  const { path } = options;
  mkdirSync(path, { recursive: true });
  const reason = wasClosedWhole(path) ? undefined : await findDamage(path, TABLES);
  if (reason !== undefined) return openDamaged(options, reason);
  try {
    return await openStore(options, undefined);
  } catch (error) {
    // Where nothing is damaged the error has another cause.
    const found = isDamage(error) ? error.message : await findDamage(path, TABLES);
    if (found === undefined) throw error;
    return openDamaged(options, found);
  }
}

function isDamage(error: unknown): error is Error {
  return error instanceof StoreDamageError || isTear(error);
}

async function openDamaged(options: LmdbBrokerOptions, reason: string): Promise<LmdbBroker> {
  const { path, clock = systemClock, onDamage = "set-aside" } = options;
  if (onDamage === "refuse") throw new Error(`store ${path}: damaged: ${reason}`);
  return openStore(options, { reason, path: setAside(path, clock.now()) });
}

async function openStore(options: LmdbBrokerOptions, damage: OpenReport["damage"]): Promise<LmdbBroker> {
  const { path } = options;
  // Before anything else: where opening it ends the process, the next start reads it through.
  markOpen(path);
  const store = new LmdbStore(path, options.onError);
  try {
    return new StoreBroker(store, options, damage);
  } catch (error) {
    await store.discard();
    throw error;
  }
}

class StoreBroker implements LmdbBroker {
  readonly durability: Durability = "fsync";
  readonly report: OpenReport;
  readonly presence: MemoryPresence;
  readonly records: LmdbRecords;
  private readonly store: LmdbStore;
  private readonly options: LmdbBrokerOptions;
  private readonly clock: Clock;
  private readonly random32: () => number;
  private readonly known: LmdbChannels;
  private readonly keys: LmdbKeys;
  private readonly bus: ControlBus = new ControlBus();
  private readonly ticker: Ticker;
  private closing: Promise<void> | undefined;

  constructor(store: LmdbStore, options: LmdbBrokerOptions, damage: OpenReport["damage"]) {
    const { clock = systemClock, random32 = createRandom32() } = options;
    this.store = store;
    this.options = options;
    this.clock = clock;
    this.random32 = random32;
    const { number, wasClosed, lostPower } = store.session;
    const found = number === 1 ? "new" : wasClosed ? "closed" : lostPower ? "lost-power" : "crashed";
    this.report =
      damage === undefined ? { session: number, found } : { session: number, found: "damaged", damage };
    this.ticker = new Ticker(clock, (nowMs) => this.tick(nowMs));
    this.presence = new MemoryPresence(
      clock,
      (event) => this.known.inMemory(event.channel)?.audience.hear(event),
      () => undefined,
    );
    this.records = new LmdbRecords(store, clock, options.maxRecords ?? 10_000_000);
    this.keys = new LmdbKeys(
      store,
      options.keepKeysMs ?? 600_000,
      options.maxKeys ?? 10_000_000,
      clock.now(),
    );
    this.known = new LmdbChannels(store, random32, {
      forgetChannelMs: options.forgetChannelMs ?? 2_592_000_000,
      maxHistoryBytes: options.maxHistoryBytes ?? 16 * 1024 ** 3,
      hasMembers: (channel) => this.presence.hasMembers(channel),
    });
    store.serve(this.known);
    this.ticker.wake();
  }

  publish(request: PublishRequest): MaybePromise<Published> {
    this.checkOpen();
    checkPublish(request, "fsync");
    const { channel: name, key, policy, ttlMs, data, format, wantsReceipt = false } = request;
    const nowMs = this.clock.now();
    if (key !== undefined) {
      const first = this.keys.get(name, key, nowMs);
      if (first instanceof Promise) return first.then(asDuplicate);
      if (first !== undefined) return asDuplicate(first);
      this.keys.reserve();
    }
    const historyCount = policy?.historyCount ?? 0;
    if (historyCount > 0) this.checkRoom(data.length);

    const channel = this.known.get(name);
    const durability = this.known.mark(channel, policy?.durability ?? "memory");
    const publication: Publication = {
      channel: name,
      position: formatPosition(channel.offset + 1, this.random32()),
      previous: channel.tail,
      data,
      format,
      publishedAtMs: Math.max(nowMs, channel.publishedAtMs),
      expiresAtMs: ttlMs === undefined ? Infinity : nowMs + ttlMs,
      key,
      wantsReceipt,
    };
    channel.append(publication, policy, historyCount > 0);
    const isWritten = historyCount > 0 || durability !== "memory" || key !== undefined;
    const group = isWritten ? this.store.group() : undefined;
    if (group !== undefined) {
      if (historyCount > 0 || durability !== "memory") group.channels.add(channel);
      if (historyCount > 0) this.writeEntry(channel, publication, group);
      this.known.planUpkeep(channel, group);
    }
    const published = deliver(channel, publication, durability, group);
    if (key !== undefined) {
      this.keys.add(name, key, published, publication.position, durability, nowMs, group!);
    }
    return published;
  }

  history(query: HistoryQuery): HistoryPage {
    this.checkOpen();
    checkHistory(query);
    const nowMs = this.clock.now();
    const channel = this.known.get(query.channel);
    channel.trimAge(nowMs);
    return readPage(channel, query, nowMs);
  }

  position(channel: string): string {
    this.checkOpen();
    checkChannel(channel);
    return this.known.get(channel).head;
  }

  positions(channels: readonly string[]): readonly string[] {
    this.checkOpen();
    checkChannelList(channels);
    return channels.map((channel) => this.known.get(channel).head);
  }

  channels(query: ChannelsQuery): ChannelsPage {
    this.checkOpen();
    checkChannels(query);
    return this.known.list(query, this.presence.channelNames(), this.clock.now());
  }

  attach(channel: string, listener: ChannelListener): void {
    this.checkOpen();
    checkChannel(channel);
    this.known.get(channel).audience.add(listener);
  }

  detach(channel: string, listener: ChannelListener): void {
    this.known.inMemory(channel)?.audience.delete(listener);
  }

  async forget(target: ForgetTarget): Promise<void> {
    this.checkOpen();
    checkForget(target);
    let channels = this.known.find(target);
    while (channels.some(({ isSettled }) => !isSettled)) {
      await this.written();
      channels = this.known.find(target);
    }
    const group = this.store.group();
    for (const channel of channels) this.known.forget(channel, group);
    this.keys.forget(target, group);
    await this.written();
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

  usage(): BrokerUsage {
    const { pendingBytes, damaged } = this.store;
    return { historyBytes: this.known.bytes, pendingBytes, damaged };
  }

  async close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.ticker.stop();
    this.presence.close();
    this.records.close();
    this.known.saveAll();
    await this.store.close();
    // Where one thing is damaged others may be: the next start reads it through.
    if (this.store.damaged === 0) markClosed(this.options.path);
  }

  private checkOpen(): void {
    if (this.closing !== undefined) throw new ClosedError("broker: closed");
  }

  private async written(): Promise<void> {
    try {
      await this.store.written();
    } catch (error) {
      throw unwritten(error);
    }
  }

  private checkRoom(bytes: number): void {
    const { maxPendingBytes = 64 * 1024 * 1024 } = this.options;
    if (this.store.pendingBytes + bytes > maxPendingBytes) {
      throw new RequestError(
        "unavailable",
        true,
        `store: ${this.store.pendingBytes} bytes wait to be written already, the most is ${maxPendingBytes}`,
      );
    }
    this.known.checkRoom();
  }

  private writeEntry(channel: LmdbChannel, publication: Publication, group: WriteGroup): void {
    const { offset } = channel;
    const entry = encodeEntry(publication);
    group.bytes += entry.length;
    group.writes.push(() => this.known.writeEntry(channel, offset, entry));
    group.onCommitted.push(() => channel.commit(offset));
  }

  private tick(nowMs: number): boolean {
    this.presence.expire(nowMs);
    this.records.sweep(nowMs);
    this.known.tick(nowMs);
    return true;
  }
}

/** Delivers when the group has reached the durability, in the order of the channel. */
function deliver(
  channel: LmdbChannel,
  publication: Publication,
  durability: Durability,
  group: WriteGroup | undefined,
): MaybePromise<Published> {
  const published: Published = { position: publication.position, duplicate: false, durability };
  let isDelivered = false;
  let settle: { resolve: (published: Published) => void; reject: (error: unknown) => void } | undefined;
  const pending = {
    publication,
    isReady: durability === "memory",
    deliver: () => {
      isDelivered = true;
      settle?.resolve(published);
    },
    fail: (error: unknown) => settle?.reject(unwritten(error)),
  };
  const ready = (): void => {
    pending.isReady = true;
    channel.deliverReady();
  };
  if (durability === "disk") group!.onCommitted.push(ready);
  if (durability === "fsync") group!.onFlushed.push(ready);
  channel.enqueue(pending);
  if (isDelivered) return published;
  return new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
}

function asDuplicate(published: Published): Published {
  return { ...published, duplicate: true };
}
