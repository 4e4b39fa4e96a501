/** Milliseconds. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly capMs: number;
}

/** First wait up to 1 s, doubling up to 30 s. */
export const defaultBackoff: BackoffPolicy = { baseMs: 1_000, capMs: 30_000 };

/**
 * Exponential backoff with full jitter: anything from 0 to `min(cap, base * 2^attempt)`, so that clients that lost
 * their server together do not come back together. `attempt` counts from 0; `random` is in [0, 1).
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: number): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempt, 30));
  return Math.floor(random * ceiling);
}

/** A random time within the window that a bye named. */
export function withinMs(window: readonly [minMs: number, maxMs: number], random: number): number {
  const [min, max] = window;
  return Math.floor(min + random * Math.max(0, max - min));
}
