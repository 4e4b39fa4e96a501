import type { Feed, HistoryItem } from "./feed.js";
import type { SessionInput } from "./inputs.js";
import type { SessionMachine } from "./session-machine.js";

// What a session's feeds send within its window: PROTOCOL.md 2.6. What is on its way to the client counts; what has no
// room waits in history.

/** A page of history has come, or there is none: `items` absent. */
export function page(
  m: SessionMachine,
  { channel, head, items }: Extract<SessionInput, { type: "page" }>,
  now: number,
): void {
  const feed = m.feeds.get(channel);
  if (feed === undefined || !feed.isReading) return;
  if (items === undefined || (items.length === 0 && head !== feed.sent)) {
    release(m, feed);
    const { position, why } = feed.lost(head);
    m.send({ t: "gap", c: channel, p: position, why }, now);
    catchUp(m, now);
    return;
  }
  const newest = items[0];
  if (feed.keeps === "newest" && newest !== undefined) leap(m, feed, newest, now);
  count(m, feed, () => feed.took(items, head));
  if (items.length > 0) m.sendText(`[${items.map((item) => item.text).join(",")}]`, now);
  catchUp(m, now);
}

/** The client has everything up to a position. */
export function ack(
  m: SessionMachine,
  channel: string,
  position: string,
  level: "received" | "processed",
  from: string | undefined,
  now: number,
): void {
  const feed = m.feeds.get(channel);
  if (feed === undefined) return;
  const range = count(m, feed, () => feed.ack(position, level, from));
  if (range !== undefined) m.emit({ type: "acked", channel, ...range, level });
  catchUp(m, now);
}

/** There may be room in the window again: whoever was held back goes on. */
export function catchUp(m: SessionMachine, now: number): void {
  for (const feed of m.feeds.values()) {
    if (!hasRoom(m)) return;
    const gap = feed.unmute();
    if (gap !== undefined) m.send({ t: "gap", c: feed.channel, p: gap.position, why: gap.why }, now);
    read(m, feed);
  }
}

/** What a feed had on its way no longer counts against the window. */
export function release(m: SessionMachine, feed: Feed | undefined): void {
  if (feed === undefined) return;
  m.unackedCount -= feed.unackedCount;
  m.unackedBytes -= feed.unackedBytes;
}

export function hasRoom({ unackedCount, unackedBytes, options }: SessionMachine): boolean {
  return unackedCount < options.window && unackedBytes < options.windowBytes;
}

/** Counts for the session what a change of one feed puts on its way, or takes off. */
function count<Result>(m: SessionMachine, feed: Feed, change: () => Result): Result {
  const { unackedCount, unackedBytes } = feed;
  const result = change();
  m.unackedCount += feed.unackedCount - unackedCount;
  m.unackedBytes += feed.unackedBytes - unackedBytes;
  return result;
}

function read(m: SessionMachine, feed: Feed): void {
  if (!feed.wantsPage(hasRoom(m))) return;
  feed.startReading();
  const { pageMessages, pageBytes, window } = m.options;
  const limit = Math.min(pageMessages, Math.max(1, window - m.unackedCount));
  const wish = { type: "read", channel: feed.channel, after: feed.sent, bytes: pageBytes } as const;
  m.emit(feed.keeps === "newest" ? { ...wish, limit: 1, newest: true } : { ...wish, limit });
}

/** A conflated channel goes to its newest over whatever was between. */
function leap(m: SessionMachine, feed: Feed, newest: HistoryItem, now: number): void {
  const from = feed.sent;
  const found = feed.leapTo(newest);
  if (found === undefined) return;
  const { position: p, isFork } = found;
  m.send(
    isFork ? { t: "gap", c: feed.channel, p, why: "fork" } : { t: "skip", c: feed.channel, p, prev: from },
    now,
  );
}
