import type { ErrorBody, Json } from "./messages.js";

/** Milliseconds that a method may run: afterwards a call without a reply is one whose outcome is unknown. */
export const CALL_RUN_MS = 60_000;

/** Milliseconds that the reply of a call is kept, at least (PROTOCOL.md 2.7). */
export const CALL_KEEP_MS = 600_000;

/** How often a client may ask again while the first call runs. */
const ASK_AGAIN_MS = 1_000;

export type CallReply = { readonly ok: Json } | { readonly error: ErrorBody };

/** What is written down under a call's key: before its method runs, and again when it has. */
export interface CallRecord {
  /** Of the same clock as `now`. */
  readonly runsUntil: number;
  readonly reply?: CallReply;
}

/** `run`: write down `record`, if and only if nothing is there, and run the method; otherwise answer with `reply`. */
export type CallDecision =
  | { readonly type: "run"; readonly record: CallRecord }
  | { readonly type: "reply"; readonly reply: CallReply };

/** A call takes effect at most once per key: what to do about one whose key has `record`. */
export function decideCall(record: CallRecord | undefined, now: number): CallDecision {
  if (record === undefined) return { type: "run", record: { runsUntil: now + CALL_RUN_MS } };
  if (record.reply !== undefined) return { type: "reply", reply: record.reply };
  const error: ErrorBody =
    now < record.runsUntil
      ? { code: "unavailable", message: "call: still running", retry: true, afterMs: ASK_AGAIN_MS }
      : { code: "unknown-outcome", message: "call: begun, and no reply was left", retry: false };
  return { type: "reply", reply: { error } };
}
