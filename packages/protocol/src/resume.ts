import { offsetOf } from "./position.js";
import type { GapWhy } from "./messages.js";

/** What a broker knows when a client comes back: the newest position, and whether the client's is still in history. */
export interface ResumeFacts {
  readonly wanted: string;
  readonly head: string;
  /** The exact position is in the history, or is the one before its oldest publication. */
  readonly found: boolean;
  /** Whether the channel keeps a history at all. */
  readonly keepsHistory: boolean;
  /** The channel keeps its newest alone, which makes up for all before it. Default false. */
  readonly conflates?: boolean;
  /** Publications after `wanted`; 0 where unknown. */
  readonly missed: number;
  /** The most that the server replays. */
  readonly maxReplay: number;
}

export type ResumeDecision =
  | { readonly from: "head" }
  | { readonly from: "history" }
  | { readonly gap: GapWhy };

/**
 * PROTOCOL.md 2.5: a client resumes only from its exact position. An offset alone proves nothing: after a failover the
 * same offset may name another publication.
 */
export function decideResume(facts: ResumeFacts): ResumeDecision {
  const { wanted, head, found, keepsHistory, missed, maxReplay } = facts;
  if (wanted === head) return { from: "head" };
  if (facts.conflates === true && offsetOf(wanted) < offsetOf(head)) return { from: "history" };
  if (found) return missed > maxReplay ? { gap: "too-many" } : { from: "history" };
  if (offsetOf(wanted) >= offsetOf(head)) return { gap: "fork" };
  return { gap: keepsHistory ? "trimmed" : "no-history" };
}
