import type { Timeline } from "./timeline.js";

/** How long an entry lasts that is not refreshed, and how long after a leave. */
const TTL_MS = 60_000;
export const GRACE_MS = 10_000;
export const REFRESH_MS = 20_000;

interface Entry {
  owner: object;
  until: number;
}

/** Who is in which channel, as a broker keeps it for all nodes: the newest owner's, until its time is over. */
export interface Presence {
  join(channel: string, member: string, owner: object): void;
  /** As `join`, unless somebody else owns the entry. */
  refresh(channel: string, member: string, owner: object): void;
  leave(channel: string, member: string, owner: object): void;
  members(channel: string): readonly string[];
  /** How often the member has left a channel. */
  leaves(member: string): number;
}

export function createPresence(timeline: Timeline): Presence {
  const entries = new Map<string, Map<string, Entry>>();
  const leaves = new Map<string, number>();

  function channelOf(name: string): Map<string, Entry> {
    let members = entries.get(name);
    if (members === undefined) entries.set(name, (members = new Map()));
    return members;
  }

  function expire(channel: string, member: string): void {
    const entry = channelOf(channel).get(member);
    if (entry === undefined) return;
    if (timeline.now < entry.until) {
      timeline.after(entry.until - timeline.now, () => expire(channel, member));
      return;
    }
    channelOf(channel).delete(member);
    leaves.set(member, (leaves.get(member) ?? 0) + 1);
  }

  function join(channel: string, member: string, owner: object): void {
    const isNew = !channelOf(channel).has(member);
    channelOf(channel).set(member, { owner, until: timeline.now + TTL_MS });
    if (isNew) timeline.after(TTL_MS, () => expire(channel, member));
  }

  return {
    join,
    refresh(channel, member, owner) {
      const entry = channelOf(channel).get(member);
      if (entry === undefined || entry.owner === owner) join(channel, member, owner);
    },
    leave(channel, member, owner) {
      const entry = channelOf(channel).get(member);
      if (entry?.owner !== owner) return;
      entry.until = Math.min(entry.until, timeline.now + GRACE_MS);
      timeline.after(GRACE_MS, () => expire(channel, member));
    },
    members: (channel) => [...channelOf(channel).keys()],
    leaves: (member) => leaves.get(member) ?? 0,
  };
}

interface Present {
  readonly channel: string;
  readonly member: string;
  readonly owner: object;
}

/** One node's share of it: a member is there while one of its connections is, the newest of which owns the entry. */
export interface PresentHere {
  join(present: Present): void;
  leave(channel: string, owner: object): void;
  refresh(): void;
}

export function createPresentHere(presence: Presence): PresentHere {
  /** The newest first. */
  let here: readonly Present[] = [];

  const ownerOf = ({ channel, member }: Present): object | undefined =>
    here.find((each) => each.channel === channel && each.member === member)?.owner;

  return {
    join(present) {
      const { channel, member, owner } = present;
      here = [present, ...here.filter((each) => each.channel !== channel || each.owner !== owner)];
      presence.join(channel, member, owner);
    },
    leave(channel, owner) {
      const gone = here.find((each) => each.channel === channel && each.owner === owner);
      if (gone === undefined) return;
      const wasOwner = ownerOf(gone) === owner;
      here = here.filter((each) => each !== gone);
      const next = ownerOf(gone);
      if (next === undefined) presence.leave(channel, gone.member, owner);
      else if (wasOwner) presence.join(channel, gone.member, next);
    },
    refresh() {
      for (const present of here) {
        if (ownerOf(present) === present.owner)
          presence.refresh(present.channel, present.member, present.owner);
      }
    },
  };
}
