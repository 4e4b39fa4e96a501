import { formatPosition } from "@weapp-socket/protocol";
import type { Json } from "@weapp-socket/protocol";
import type { Random } from "./random.js";
import type { Tally } from "./tally.js";

export interface Stored {
  readonly channel: string;
  readonly p: string;
  readonly prev: string;
  readonly d: Json;
  readonly key: string | undefined;
  isOrphan: boolean;
  /** Its time to live is over: whoever has not had it gets a skip. */
  isExpired: boolean;
}

/** Where a channel began, before its first publication. */
export interface Beginning {
  readonly channel: string;
  readonly p: string;
  isOrphan: boolean;
}

interface Channel {
  head: string;
  offset: number;
  items: Stored[];
}

/** A broker that can be made to lie as real ones do: it forks, trims and forgets. The log remembers the truth. */
export interface Store {
  readonly log: readonly Stored[];
  readonly beginnings: readonly Beginning[];
  publish(
    channel: string,
    d: Json,
    key: string | undefined,
  ): { readonly stored: Stored; readonly isNew: boolean };
  head(channel: string): string;
  /** Of a conflated channel: what it keeps. */
  newest(channel: string): Stored | undefined;
  conflates(channel: string): boolean;
  /** Undefined when `position` is not in the history. */
  after(channel: string, position: string): readonly Stored[] | undefined;
  keepsHistory(channel: string): boolean;
  /** What a replica would have had; `restore` of an old one is a forked failover. */
  snapshot(): () => void;
  /** Keeps the newest `count` of each channel. */
  trim(count: number): void;
  /** Some of what is kept has lived its time. */
  expire(): void;
  /** The channel's log is gone, and begins again. */
  lose(channel: string): void;
}

/** Channels whose name starts with "live:" keep no history, those with "price:" their newest alone. */
export function createStore(random: Random, tally: Tally): Store {
  let channels = new Map<string, Channel>();
  let keys = new Map<string, Stored>();
  const log: Stored[] = [];
  const beginnings: Beginning[] = [];

  function channelOf(name: string): Channel {
    let channel = channels.get(name);
    if (channel === undefined) {
      channel = { head: formatPosition(0, random.uint32()), offset: 0, items: [] };
      channels.set(name, channel);
      beginnings.push({ channel: name, p: channel.head, isOrphan: false });
    }
    return channel;
  }

  return {
    log,
    beginnings,
    publish(name, d, key) {
      const known = key === undefined ? undefined : keys.get(key);
      if (known !== undefined) return { stored: known, isNew: false };
      const channel = channelOf(name);
      channel.offset += 1;
      const p = formatPosition(channel.offset, random.uint32());
      const stored: Stored = {
        channel: name,
        p,
        prev: channel.head,
        d,
        key,
        isOrphan: false,
        isExpired: false,
      };
      channel.head = p;
      if (!name.startsWith("live:")) channel.items.push(stored);
      if (key !== undefined) keys.set(key, stored);
      log.push(stored);
      return { stored, isNew: true };
    },
    head: (name) => channelOf(name).head,
    newest: (name) => channelOf(name).items.at(-1),
    conflates: (name) => name.startsWith("price:"),
    expire() {
      for (const [name, { items }] of channels) {
        if (name.startsWith("room:")) for (const item of items) item.isExpired ||= random.chance(0.3);
      }
    },
    after(name, position) {
      const { items, head } = channelOf(name);
      if (position === head) return [];
      if (position === items[0]?.prev) return items;
      const at = items.findIndex((item) => item.p === position);
      return at < 0 ? undefined : items.slice(at + 1);
    },
    keepsHistory: (name) => !name.startsWith("live:"),
    snapshot() {
      const then = new Map(
        [...channels].map(([name, channel]) => [name, { ...channel, items: [...channel.items] }]),
      );
      const thenKeys = new Map(keys);
      const length = log.length;
      const begun = beginnings.length;
      return () => {
        if (log.length > length) tally.count("forked history");
        for (const gone of [...log.slice(length), ...beginnings.slice(begun)]) gone.isOrphan = true;
        channels = new Map(
          [...then].map(([name, channel]) => [name, { ...channel, items: [...channel.items] }]),
        );
        keys = new Map(thenKeys);
      };
    },
    trim(count) {
      for (const channel of channels.values()) {
        const kept = count === 0 ? [] : channel.items.slice(-count);
        if (kept.length < channel.items.length) tally.count("trimmed history");
        channel.items = kept;
      }
    },
    lose(name) {
      if (channelOf(name).offset > 0) tally.count("lost log");
      channels.delete(name);
      for (const gone of [...log, ...beginnings]) if (gone.channel === name) gone.isOrphan = true;
      for (const [key, stored] of keys) if (stored.channel === name) keys.delete(key);
    },
  };
}
