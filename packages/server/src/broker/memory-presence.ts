import { ClosedError } from "../closed-error.js";
import { ExpiryQueue } from "./expiry-queue.js";
import { checkChannel, checkLimit } from "./requests.js";
import type { Clock } from "../clock.js";
import type {
  Member,
  PresenceEntry,
  PresenceJoin,
  PresenceKey,
  PresencePage,
  PresenceQuery,
  PresenceStore,
} from "./presence.js";
import type { PresenceEvent } from "./publication.js";

interface Entry {
  readonly channel: string;
  member: Member;
  expiresAtMs: number;
}

/** Presence of one process, for the engines whose connections all end with it. */
export class MemoryPresence implements PresenceStore {
  private readonly channels: Map<string, Map<string, Entry>> = new Map();
  private readonly expiries: ExpiryQueue<Entry> = new ExpiryQueue();
  private isClosed = false;
  private readonly clock: Clock;
  private readonly announce: (event: PresenceEvent) => void;
  private readonly wake: () => void;

  /** `announce` takes every event; `wake` is called when `expire` has something to wait for. */
  constructor(clock: Clock, announce: (event: PresenceEvent) => void, wake: () => void) {
    this.clock = clock;
    this.announce = announce;
    this.wake = wake;
  }

  join(join: PresenceJoin): number {
    const { channel, memberId, ttlMs } = join;
    checkChannel(channel);
    checkTtl(ttlMs);
    const nowMs = this.now();
    const member = toMember(join);
    const present = this.find(channel, memberId, nowMs);
    let members = this.channels.get(channel);
    if (members === undefined) this.channels.set(channel, (members = new Map()));
    if (present === undefined) {
      const entry: Entry = { channel, member, expiresAtMs: nowMs + ttlMs };
      members.set(memberId, entry);
      this.expiries.add(entry, entry.expiresAtMs);
      this.announce(toEvent("join", entry));
    } else {
      present.member = member;
      this.move(present, nowMs + ttlMs);
    }
    this.wake();
    return members.size;
  }

  refresh(entries: readonly PresenceEntry[], ttlMs: number): void {
    checkTtl(ttlMs);
    const nowMs = this.now();
    for (const entry of entries) {
      const present = this.find(entry.channel, entry.memberId, nowMs);
      if (present === undefined) this.join({ ...entry, ttlMs });
      else if (present.member.connectionId === entry.connectionId) this.move(present, nowMs + ttlMs);
    }
  }

  leave({ channel, memberId, connectionId }: PresenceKey, graceMs: number): void {
    const nowMs = this.now();
    const entry = this.find(channel, memberId, nowMs);
    if (entry?.member.connectionId !== connectionId) return;
    if (graceMs <= 0) this.end(entry);
    else this.move(entry, Math.min(entry.expiresAtMs, nowMs + graceMs));
  }

  list({ channel, after = "", limit }: PresenceQuery): PresencePage {
    checkChannel(channel);
    checkLimit(limit, 0);
    const nowMs = this.now();
    const members = [...(this.channels.get(channel)?.values() ?? [])]
      .filter((entry) => entry.expiresAtMs > nowMs)
      .map((entry) => entry.member);
    const following = members
      .filter((member) => member.memberId > after)
      .sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
    return {
      members: following.slice(0, limit),
      count: members.length,
      more: following.length > limit,
    };
  }

  hasMembers(channel: string): boolean {
    return this.channels.has(channel);
  }

  /** Channels that have members, in no order. */
  channelNames(): Iterable<string> {
    return this.channels.keys();
  }

  /** Ends the entries whose time is over. Answers whether any are left. */
  expire(nowMs: number): boolean {
    for (const entry of this.expiries.takeDue(nowMs)) {
      if (this.channels.get(entry.channel)?.get(entry.member.memberId) !== entry) continue;
      if (entry.expiresAtMs <= nowMs) this.end(entry);
      else this.expiries.add(entry, entry.expiresAtMs);
    }
    return !this.expiries.isEmpty;
  }

  /** An entry whose time is over ends here, so that whoever asks sees it leave before anything else. */
  private find(channel: string, memberId: string, nowMs: number): Entry | undefined {
    const entry = this.channels.get(channel)?.get(memberId);
    if (entry === undefined || entry.expiresAtMs > nowMs) return entry;
    this.end(entry);
    return undefined;
  }

  private move(entry: Entry, expiresAtMs: number): void {
    const isSooner = expiresAtMs < entry.expiresAtMs;
    entry.expiresAtMs = expiresAtMs;
    if (isSooner) this.expiries.add(entry, expiresAtMs);
  }

  private end(entry: Entry): void {
    const members = this.channels.get(entry.channel);
    members?.delete(entry.member.memberId);
    if (members?.size === 0) this.channels.delete(entry.channel);
    this.announce(toEvent("leave", entry));
  }

  close(): void {
    this.isClosed = true;
  }

  private now(): number {
    if (this.isClosed) throw new ClosedError("broker: closed");
    return this.clock.now();
  }
}

function toMember({ memberId, connectionId, user, info }: PresenceEntry): Member {
  return info === undefined ? { memberId, connectionId, user } : { memberId, connectionId, user, info };
}

function toEvent(type: "join" | "leave", { channel, member }: Entry): PresenceEvent {
  const { memberId, user, info } = member;
  return info === undefined ? { channel, type, memberId, user } : { channel, type, memberId, user, info };
}

function checkTtl(ttlMs: number): void {
  if (!(ttlMs > 0)) throw new RangeError(`ttlMs: expected more than 0, got ${String(ttlMs)}`);
}
