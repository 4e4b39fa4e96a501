import type { Broker, HistoryPage, HistoryStatus } from "./broker/broker.js";
import { positionOffset } from "./broker/position.js";
import type { Publication } from "./broker/publication.js";
import type { Hub, Member } from "./hub.js";
import { contentFrame } from "./outbound-frame.js";

/** What to replay: the newest so many, or everything after a position. Exactly one of these. */
export type ReplayWish = { readonly last: number } | { readonly after: string };

/**
 * How a replay went: `ok`, or why nothing was replayed. The member is in the channel in any case. `too-many`: more
 * publications or bytes than a replay may have.
 */
export type ReplayStatus = HistoryStatus | "too-many";

const MAX_REPLAY = 1000;

/**
 * Sends what history has and then lets the member into the channel, without a hole and without a repetition between the
 * two: what is published while history is being read is held back until its turn.
 */
export async function joinWithHistory(
  { hub, broker }: { readonly hub: Hub; readonly broker: Broker },
  member: Member,
  name: string,
  wish: ReplayWish,
  maxBytes: number,
): Promise<ReplayStatus> {
  const held: Publication[] = [];
  const hold = (publication: Publication): void => {
    held.push(publication);
  };
  try {
    await hub.watch(name, hold);
    const page = await broker.history(
      "last" in wish
        ? { channel: name, direction: "backward", limit: Math.min(wish.last, MAX_REPLAY), maxBytes }
        : { channel: name, direction: "forward", after: wish.after, limit: MAX_REPLAY, maxBytes },
    );
    if (!member.isOpen) return page.status;
    const isTooMuch = "after" in wish && page.more;
    // From here on in one go: nothing can be published between the replay and the join.
    const known = isTooMuch ? 0 : replay(hub, member, page, "last" in wish);
    for (const publication of held) {
      if (offsetOf(publication) > known) hub.send(member, contentFrame(publication));
    }
    void hub.join(member, name);
    return isTooMuch ? "too-many" : page.status;
  } finally {
    hub.unwatch(name, hold);
  }
}

/** The offset up to which the member has everything. */
function replay(hub: Hub, member: Member, page: HistoryPage, isBackward: boolean): number {
  if (page.status !== "ok") return 0;
  const oldestFirst = isBackward ? page.publications.toReversed() : page.publications;
  for (const publication of oldestFirst) hub.send(member, contentFrame(publication));
  return positionOffset(page.position) ?? 0;
}

function offsetOf({ position }: Publication): number {
  return positionOffset(position) ?? Infinity;
}
