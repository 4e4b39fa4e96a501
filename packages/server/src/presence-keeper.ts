import type { Broker } from "./broker/broker.js";
import type { MaybePromise } from "./broker/maybe-promise.js";
import type { PresenceEntry } from "./broker/presence.js";
import type { Clock } from "./clock.js";

/** Who is to be kept. */
export interface PresentMember {
  /** Of the connection. */
  readonly id: string;
  /** Empty for nobody in particular. */
  readonly user: string;
  readonly device: string;
}

interface Entry {
  readonly connectionId: string;
  readonly user: string;
  readonly info: string | undefined;
}

/** How long an entry outlives its node. */
const TTL_MS = 60_000;
const REFRESH_MS = 20_000;
const BATCH = 1000;

/**
 * This node's share of the presence of all channels: enters its connections with the broker, renews them, and takes them
 * out. A member is an installation of a user, or of nobody in particular; it stays as long as one of its connections does.
 */
export class PresenceKeeper {
  private readonly broker: Broker;
  private readonly clock: Clock;
  private readonly onBrokerError: (error: unknown) => void;
  /** By channel and member; the newest connection last: it owns the entry. */
  private readonly entries = new Map<string, Entry[]>();
  private cancelTimer: (() => void) | undefined;

  constructor(broker: Broker, clock: Clock, onBrokerError: (error: unknown) => void) {
    this.broker = broker;
    this.clock = clock;
    this.onBrokerError = onBrokerError;
  }

  get size(): number {
    return this.entries.size;
  }

  /** `info` is JSON text that others see. */
  join(channel: string, member: PresentMember, info: string | undefined): void {
    this.watch(this.enter(channel, memberIdOf(member), { connectionId: member.id, user: member.user, info }));
  }

  leave(channel: string, member: PresentMember, graceMs: number): void {
    this.remove(channel, memberIdOf(member), member.id, graceMs);
  }

  /** Each connection for itself, whoever its user is. Answers how many the channel has then; fails as the broker does. */
  joinAlone(channel: string, member: PresentMember, info: string): MaybePromise<number> {
    return this.enter(channel, member.id, { connectionId: member.id, user: member.user, info });
  }

  /** What was said of it alone. */
  infoAlone(channel: string, { id }: PresentMember): string | undefined {
    return this.entries.get(`${channel}\n${id}`)?.at(-1)?.info;
  }

  leaveAlone(channel: string, member: PresentMember): void {
    this.remove(channel, member.id, member.id, 0);
  }

  close(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private enter(channel: string, memberId: string, entry: Entry): MaybePromise<number> {
    const key = `${channel}\n${memberId}`;
    const others = this.entries.get(key)?.filter(({ connectionId }) => connectionId !== entry.connectionId);
    this.entries.set(key, [...(others ?? []), entry]);
    this.cancelTimer ??= this.clock.schedule(REFRESH_MS, () => this.refresh());
    return this.announce(channel, memberId, entry);
  }

  private remove(channel: string, memberId: string, connectionId: string, graceMs: number): void {
    const key = `${channel}\n${memberId}`;
    const entries = this.entries.get(key);
    if (entries === undefined) return;
    const wasOwner = entries.at(-1)?.connectionId === connectionId;
    const rest = entries.filter((entry) => entry.connectionId !== connectionId);
    const owner = rest.at(-1);
    if (owner === undefined) {
      this.entries.delete(key);
      this.watch(this.broker.presence.leave({ channel, memberId, connectionId }, graceMs));
      return;
    }
    this.entries.set(key, rest);
    if (wasOwner) this.watch(this.announce(channel, memberId, owner));
  }

  private announce(channel: string, memberId: string, entry: Entry): MaybePromise<number> {
    const join = toPresence(channel, memberId, entry);
    return this.broker.presence.join({ ...join, ttlMs: TTL_MS });
  }

  private refresh(): void {
    this.cancelTimer = undefined;
    let batch: PresenceEntry[] = [];
    for (const [key, entries] of this.entries) {
      const cut = key.indexOf("\n");
      batch.push(toPresence(key.slice(0, cut), key.slice(cut + 1), entries.at(-1)!));
      if (batch.length < BATCH) continue;
      this.watch(this.broker.presence.refresh(batch, TTL_MS));
      batch = [];
    }
    if (batch.length > 0) this.watch(this.broker.presence.refresh(batch, TTL_MS));
    if (this.entries.size > 0) this.cancelTimer = this.clock.schedule(REFRESH_MS, () => this.refresh());
  }

  private watch(done: MaybePromise<unknown>): void {
    if (done instanceof Promise) done.catch(this.onBrokerError);
  }
}

function toPresence(channel: string, memberId: string, { connectionId, user, info }: Entry): PresenceEntry {
  return { channel, memberId, connectionId, user, ...(info !== undefined && { info }) };
}

function memberIdOf({ id, user, device }: PresentMember): string {
  if (device !== "") return `${user} ${device}`;
  return user === "" ? id : user;
}
