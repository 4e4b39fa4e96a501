import assert from "node:assert/strict";
import { policyOf } from "./suite/world.js";
import type { Broker, ChannelPolicy, HistoryQuery, Published } from "../../src/broker/broker.js";
import type { Durability, PublicationFormat } from "../../src/broker/publication.js";

/** What a channel should be like, written down as plainly as possible: everything ever published, and a few marks. */
interface ModelChannel {
  head: string;
  offset: number;
  policy: ChannelPolicy;
  /** Everything that may still be read, oldest first. */
  log: ModelPublication[];
  /** Positions that nobody may resume from any more. */
  readonly lost: Set<string>;
  /** Every position ever seen, the beginning included. */
  readonly seen: string[];
  /** The engine keeps something of it over a crash. */
  isStored: boolean;
  /** Something weak was published in this session. */
  isWeak: boolean;
}

interface ModelPublication {
  readonly position: string;
  readonly previous: string;
  readonly data: string;
  readonly publishedAtMs: number;
  readonly expiresAtMs: number;
}

export interface ModelPublish {
  readonly channel: string;
  readonly data: string;
  readonly historyCount: number;
  readonly historyAgeMs: number;
  readonly durability: Durability;
  readonly key: string | undefined;
  readonly ttlMs: number | undefined;
}

export interface ModelRead {
  readonly channel: string;
  readonly direction: "forward" | "backward";
  readonly limit: number;
  /** Which of the positions ever seen, as a fraction of their number. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

const KEEP_KEYS_MS = 600_000;

/** A reference broker that learns positions from the real one, and checks everything else. */
export class BrokerModel {
  private readonly channels: Map<string, ModelChannel> = new Map();
  private readonly keys: Map<string, { position: string; atMs: number }> = new Map();
  private readonly nonces: Set<string> = new Set();

  async publish(broker: Broker, publish: ModelPublish, nowMs: number): Promise<void> {
    const { data, historyCount, historyAgeMs, durability, key, ttlMs } = publish;
    const channel = await this.channel(broker, publish.channel);
    const policy = policyOf(historyCount, historyAgeMs, durability);
    const format: PublicationFormat = "text";
    const published = await broker.publish({
      channel: publish.channel,
      data,
      format,
      policy,
      ...(key !== undefined && { key }),
      ...(ttlMs !== undefined && { ttlMs }),
    });
    if (key !== undefined && this.isRepeated(`${publish.channel} ${key}`, published, nowMs)) return;
    assert.equal(published.duplicate, false);
    const { position } = published;
    assert.match(position, new RegExp(`^${channel.offset + 1}-[0-9a-f]{8}$`));
    assert.equal(this.nonces.has(position), false);
    this.nonces.add(position);
    channel.offset++;
    trimAge(channel, nowMs);
    channel.policy = policy;
    channel.log.push({
      position,
      previous: channel.head,
      data,
      publishedAtMs: nowMs,
      expiresAtMs: nowMs + (ttlMs ?? Infinity),
    });
    channel.head = position;
    channel.seen.push(position);
    channel.isStored ||= historyCount > 0 || durability !== "memory" || key !== undefined;
    channel.isWeak ||= durability === "memory";
    channel.log = channel.log.slice(Math.max(0, channel.log.length - historyCount));
  }

  async read(broker: Broker, read: ModelRead, nowMs: number): Promise<void> {
    const channel = await this.channel(broker, read.channel);
    const { policy, head, seen } = channel;
    trimAge(channel, nowMs);
    const { log } = channel;
    const pick = (fraction: number | undefined): string | undefined =>
      fraction === undefined ? undefined : seen[Math.floor(fraction * seen.length)];
    const after = pick(read.after);
    const before = pick(read.before);
    const query: HistoryQuery = {
      channel: read.channel,
      direction: read.direction,
      limit: read.limit,
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
    };
    const page = await broker.history(query);
    assert.equal(await broker.position(read.channel), head);
    assert.equal(page.position, head);

    const places = new Set([head, ...log.map(({ previous }) => previous)]);
    const isKnown = (position: string | undefined): boolean =>
      position === undefined || position === head || (policy.historyCount > 0 && places.has(position));
    const isOk = isKnown(after) && isKnown(before) && (after === undefined || !channel.lost.has(after));
    if (!isOk) {
      assert.notEqual(page.status, "ok");
      assert.deepEqual(page.publications, []);
      return;
    }
    assert.equal(page.status, "ok");
    const start = after === undefined ? 0 : indexAfter(log, after);
    const end = before === undefined ? log.length : indexAfter(log, before) - 1;
    const asked = log.slice(start, Math.max(start, end));
    if (read.direction === "backward") asked.reverse();
    const live = asked.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    const expected = live.slice(0, read.limit);
    assert.deepEqual(
      page.publications.map(({ position, previous, data }) => ({ position, previous, data })),
      expected.map(({ position, previous, data }) => ({ position, previous, data })),
    );
    assert.equal(page.more, live.length > read.limit);
    if (read.direction === "forward" && before === undefined && !page.more) assert.equal(page.next, head);
  }

  /** What there was is gone; what never was stays as it is. */
  async forget(broker: Broker, name: string): Promise<void> {
    const channel = await this.channel(broker, name);
    await broker.forget({ channel: name });
    for (const key of this.keys.keys()) if (key.startsWith(`${name} `)) this.keys.delete(key);
    const head = await broker.position(name);
    if (channel.offset === 0) {
      assert.equal(head, channel.head);
      return;
    }
    assert.match(head, /^0-/);
    assert.equal(channel.seen.includes(head), false);
    for (const position of channel.seen) channel.lost.add(position);
    channel.seen.push(head);
    Object.assign(channel, { head, offset: 0, log: [], policy: policyOf(0), isStored: false, isWeak: false });
  }

  /** The store was closed and opened again: nothing may have changed. */
  async reopened(broker: Broker): Promise<void> {
    for (const [name, channel] of this.channels) {
      assert.equal(await broker.position(name), channel.head);
      channel.isStored ||= channel.offset > 0;
      channel.isWeak = false;
    }
  }

  /** The process died after everything was written: weak channels tell a gap, the others are as they were. */
  async crashed(broker: Broker): Promise<void> {
    for (const [name, channel] of this.channels) {
      const head = await broker.position(name);
      if (channel.isStored && !channel.isWeak) {
        assert.equal(head, channel.head);
        continue;
      }
      assert.notEqual(head, channel.head);
      for (const position of channel.seen) channel.lost.add(position);
      if (!channel.isStored) {
        channel.log = [];
        channel.policy = policyOf(0);
      }
      // Publications without history are not written, so it may go on from an earlier offset.
      const offset = Number(head.split("-")[0]);
      if (channel.log.length > 0) assert.equal(offset, channel.offset + 1);
      else assert.ok(offset <= (channel.isStored ? channel.offset + 1 : 0));
      channel.offset = offset;
      channel.log = channel.log.slice(Math.max(0, channel.log.length - channel.policy.historyCount + 1));
      channel.head = head;
      channel.seen.push(head);
      channel.isWeak = false;
    }
  }

  private isRepeated(key: string, published: Published, nowMs: number): boolean {
    const first = this.keys.get(key);
    const ageMs = first === undefined ? Infinity : nowMs - first.atMs;
    if (ageMs < KEEP_KEYS_MS) assert.equal(published.duplicate, true);
    if (ageMs >= 2 * KEEP_KEYS_MS) assert.equal(published.duplicate, false);
    if (published.duplicate) {
      assert.equal(published.position, first?.position);
      return true;
    }
    this.keys.set(key, { position: published.position, atMs: nowMs });
    return false;
  }

  private async channel(broker: Broker, name: string): Promise<ModelChannel> {
    let channel = this.channels.get(name);
    if (channel === undefined) {
      const head = await broker.position(name);
      assert.match(head, /^0-[0-9a-f]{8}$/);
      channel = {
        head,
        offset: 0,
        policy: policyOf(0),
        log: [],
        lost: new Set(),
        seen: [head],
        isStored: false,
        isWeak: false,
      };
      this.channels.set(name, channel);
    }
    return channel;
  }
}

function trimAge(channel: ModelChannel, nowMs: number): void {
  const { historyAgeMs } = channel.policy;
  channel.log = channel.log.filter(({ publishedAtMs }) => publishedAtMs + historyAgeMs > nowMs);
}

function indexAfter(log: readonly ModelPublication[], position: string): number {
  const index = log.findIndex(({ previous }) => previous === position);
  return index < 0 ? log.length : index;
}
