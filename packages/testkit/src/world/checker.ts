/**
 * Holds what applications were given against what was accepted (guarantees G1 to G3). Knows nothing of positions' insides,
 * sessions or sockets: only of what was accepted, in which order, after what, and what each client saw.
 */
export interface Accepted {
  readonly channel: string;
  readonly position: string;
  /** The position before it in its channel, as it was when it was accepted. */
  readonly previous: string;
  /** Grows with every acceptance. */
  readonly sequence: number;
  /**
   * The broker itself lost it (a failover to an older copy). Who never saw it cannot know; who did must be told a gap
   * before anything of the surviving history.
   */
  readonly isOrphan: boolean;
}

export type Seen =
  /** The subscription stands at this position; the first one is where the client begins. */
  | { readonly type: "attached"; readonly channel: string; readonly position: string }
  | { readonly type: "message"; readonly channel: string; readonly position: string }
  /** Told: what was missed up to this position does not come. */
  | { readonly type: "gap"; readonly channel: string; readonly position: string };

export type FindingKind = "lost" | "duplicated" | "reordered" | "unexpected";

export interface Finding {
  readonly kind: FindingKind;
  readonly client: string;
  readonly channel: string;
  readonly position: string;
}

/**
 * `isCaughtUp`: the client was connected and quiet at the end, so that everything accepted must have been seen by now.
 */
export function check(
  accepted: readonly Accepted[],
  client: string,
  seen: readonly Seen[],
  isCaughtUp: boolean,
): Finding[] {
  const findings: Finding[] = [];
  const sequences = new Map(accepted.map((item) => [`${item.channel} ${item.position}`, item.sequence]));
  const byChannel = new Map<string, number[]>();
  for (const item of accepted) {
    if (item.isOrphan) continue;
    const list = byChannel.get(item.channel);
    if (list === undefined) byChannel.set(item.channel, [item.sequence]);
    else list.push(item.sequence);
  }
  // A position that was never accepted is the beginning of what followed it.
  const beginnings = new Map<string, number>();
  for (const { channel, previous, sequence } of accepted) {
    const key = `${channel} ${previous}`;
    if (!beginnings.has(key)) beginnings.set(key, sequence - 0.5);
  }
  const positionOf = new Map(accepted.map((item) => [item.sequence, item.position]));
  const standing = new Map<string, number>();

  for (const event of seen) {
    const { channel, position } = event;
    const find = (kind: FindingKind, what: string = position): void => {
      findings.push({ kind, client, channel, position: what });
    };
    const key = `${channel} ${position}`;
    // The beginning of a channel in which nothing stands: whatever it is called, nothing is owed.
    const empty = byChannel.has(channel) ? undefined : 0;
    const place = event.type === "message" ? undefined : (beginnings.get(key) ?? empty);
    const sequence = sequences.get(key) ?? place;
    if (sequence === undefined) {
      find("unexpected");
      continue;
    }
    const stands = standing.get(channel);
    if (event.type === "attached") {
      if (stands === undefined) standing.set(channel, sequence);
      continue;
    }
    if (event.type === "gap") {
      // A fork may put a client back to a smaller sequence: what it is owed begins there.
      standing.set(channel, sequence);
      continue;
    }
    if (stands === undefined) {
      find("unexpected");
      continue;
    }
    if (sequence === stands) {
      find("duplicated");
    } else if (sequence < stands) {
      find("reordered");
    } else {
      for (const between of byChannel.get(channel) ?? []) {
        if (between > stands && between < sequence) find("lost", positionOf.get(between));
      }
      standing.set(channel, sequence);
    }
  }

  if (isCaughtUp) {
    for (const [channel, stands] of standing) {
      for (const sequence of byChannel.get(channel) ?? []) {
        if (sequence > stands)
          findings.push({ kind: "lost", client, channel, position: positionOf.get(sequence)! });
      }
    }
  }
  return findings;
}
