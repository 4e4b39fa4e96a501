import { offsetOf } from "./position.js";

/** A publication that was said to be accepted. */
export interface AcceptedPublication {
  readonly channel: string;
  readonly position: string;
  /**
   * The broker itself lost it, as in a failover to an older copy. Who never saw it cannot know; who did must be told a
   * gap before anything of what survived. A beginning, with offset 0, is listed only where its log was lost.
   */
  readonly isLost?: boolean;
}

/** What one client was given, in the order in which it was given. */
export interface SeenEvent {
  /**
   * `attached`: the subscription stands at this position; a client begins with the first. `gap`: the client was told
   * that what it missed up to this position does not come.
   */
  readonly type: "attached" | "message" | "gap";
  readonly channel: string;
  readonly position: string;
}

/**
 * `lost`: accepted, not seen, and no gap told. `duplicated`: seen twice. `reordered`: seen after a later one.
 * `unexpected`: seen though never accepted, or before the client was attached. `unreported-gap`: seen by a client that
 * stood in a history that the broker had lost, and was not told.
 */
export type FindingKind = "lost" | "duplicated" | "reordered" | "unexpected" | "unreported-gap";

export interface Finding {
  readonly kind: FindingKind;
  readonly client: string;
  readonly channel: string;
  readonly position: string;
}

/** What one client saw; `isCaughtUp`: it was connected and quiet at the end, so nothing accepted may be missing. */
export type HistoryCheck = (client: string, seen: readonly SeenEvent[], isCaughtUp: boolean) => Finding[];

interface Place {
  readonly position: string;
  readonly offset: number;
  readonly isLost: boolean;
}

interface Standing {
  readonly place: Place;
  /** The offset after which all that was not lost must come: behind `place`, where that was lost. */
  readonly owedAfter: number;
}

/**
 * Holds what clients were given against what was accepted (PROTOCOL.md 2.5): everything once, in order, or a gap. The
 * order of `accepted` does not matter: positions have it.
 */
export function createHistoryCheck(accepted: readonly AcceptedPublication[]): HistoryCheck {
  const channels = new Map<string, Map<string, Place>>();
  for (const { channel, position, isLost = false } of accepted) {
    let places = channels.get(channel);
    if (places === undefined) {
      places = new Map();
      channels.set(channel, places);
    }
    places.set(position, { position, offset: offsetOf(position), isLost });
  }
  /** What is owed: what was not lost, by offset. */
  const owed = new Map(
    [...channels].map(([channel, places]) => [
      channel,
      [...places.values()].filter(({ isLost }) => !isLost).sort((a, b) => a.offset - b.offset),
    ]),
  );

  function between(channel: string, after: number, before: number): readonly Place[] {
    const places = owed.get(channel) ?? [];
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (places[middle]!.offset <= after) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < places.length && places[end]!.offset < before) end += 1;
    return places.slice(low, end);
  }

  return (client, seen, isCaughtUp) => {
    const findings: Finding[] = [];
    const standing = new Map<string, Standing>();
    const delivered = new Map<string, Set<string>>();

    for (const { type, channel, position } of seen) {
      const find = (kind: FindingKind, what: string): void => {
        findings.push({ kind, client, channel, position: what });
      };
      const known = channels.get(channel)?.get(position);
      const stands = standing.get(channel);
      if (type !== "message") {
        // A client may begin before the oldest that was recorded; a gap may put it back, after a fork.
        if (type === "gap" || stands === undefined)
          standing.set(channel, standAt(known ?? { position, offset: offsetOf(position), isLost: false }));
        continue;
      }
      if (known === undefined || stands === undefined) {
        find("unexpected", position);
        continue;
      }
      const before = delivered.get(channel) ?? new Set();
      delivered.set(channel, before);
      if (before.has(position) || position === stands.place.position) {
        find("duplicated", position);
        continue;
      }
      before.add(position);
      const isFork = stands.place.isLost && !known.isLost;
      if (isFork || known.offset === stands.place.offset) {
        find("unreported-gap", position);
      } else if (known.offset < stands.place.offset) {
        find("reordered", position);
        continue;
      } else {
        for (const missed of between(channel, stands.place.offset, known.offset))
          find("lost", missed.position);
      }
      standing.set(channel, { place: known, owedAfter: known.isLost ? stands.owedAfter : known.offset });
    }

    if (isCaughtUp) {
      for (const [channel, { owedAfter }] of standing) {
        for (const { position } of between(channel, owedAfter, Infinity))
          findings.push({ kind: "lost", client, channel, position });
      }
    }
    return findings;
  };
}

function standAt(place: Place): Standing {
  return { place, owedAfter: place.isLost ? place.offset - 1 : place.offset };
}
