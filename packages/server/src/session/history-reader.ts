import { offsetOf, type AttachFacts, type HistoryItem } from "@weapp-socket/protocol";
import type { Broker, HistoryPage } from "../broker/broker.js";
import type { ResolvedRule } from "../channel-rules.js";
import { messageText, skipText } from "./envelope.js";
import { NO_RECEIPTS, toReceipted, type Receipted } from "./owed-receipts.js";

/** What of a channel's history a session needs, in the words of its machine. */
export interface PageItems {
  /** Absent: the position is not in the history. */
  readonly items: readonly HistoryItem[] | undefined;
  readonly head: string;
  readonly receipted: readonly Receipted[];
}

/** Where a client that wants to go on from `wanted` stands. */
export async function readAttachFacts(
  broker: Broker,
  channel: string,
  wanted: string | undefined,
  { policy, conflates }: ResolvedRule,
): Promise<AttachFacts> {
  const keeps = { keepsHistory: policy.historyCount > 0, conflates };
  if (wanted === undefined) {
    return { wanted, head: await broker.position(channel), ...keeps, found: false, missed: 0 };
  }
  const { status, position } = await broker.history({
    channel,
    direction: "forward",
    after: wanted,
    limit: 1,
  });
  const found = status === "ok";
  return {
    wanted,
    head: position,
    ...keeps,
    found,
    missed: found ? offsetOf(position) - offsetOf(wanted) : 0,
  };
}

export interface PageWish {
  readonly channel: string;
  readonly after: string;
  readonly limit: number;
  readonly bytes: number;
  readonly newest?: true;
}

/** The next page of what a client missed: a chain without a hole, since what has expired is skipped by name. */
export async function readItems(broker: Broker, name: string, wish: PageWish): Promise<PageItems> {
  const { channel, after, limit, bytes, newest } = wish;
  if (newest === true) return readNewest(broker, name, channel);
  const page = await broker.history({ channel, direction: "forward", after, limit, maxBytes: bytes });
  return {
    items: page.status === "ok" ? chain(name, after, page) : undefined,
    head: page.position,
    receipted: page.publications.flatMap((publication) => toReceipted(publication) ?? []),
  };
}

/** What a conflated channel keeps, which has no receipts. */
async function readNewest(broker: Broker, name: string, channel: string): Promise<PageItems> {
  const { publications, position } = await broker.history({ channel, direction: "backward", limit: 1 });
  const items = publications.map((publication) => ({
    p: publication.position,
    prev: publication.previous,
    text: messageText(name, publication),
  }));
  return { items, head: position, receipted: NO_RECEIPTS };
}

function chain(name: string, after: string, { publications, next }: HistoryPage): readonly HistoryItem[] {
  const items: HistoryItem[] = [];
  let at = after;
  const skipTo = (position: string): void => {
    if (position !== at) items.push({ p: position, text: skipText(name, position, at), isSkip: true });
  };
  for (const publication of publications) {
    skipTo(publication.previous);
    items.push({ p: publication.position, text: messageText(name, publication) });
    at = publication.position;
  }
  skipTo(next);
  return items;
}
