/** What really went wrong in a world: a fault is counted where it has an effect, not where it is ordered. */
export type Trouble =
  | "text dropped"
  | "half-open"
  | "cut"
  | "reset"
  | "code rewritten"
  | "onClose missing"
  | "onClose doubled"
  | "onClose late"
  | "socket lingers"
  | "suspend"
  | "burst after suspend"
  | "clock jump"
  | "cold start"
  | "storage lost"
  | "older socket fenced"
  | "node crash"
  | "node pause"
  | "broker stall"
  | "publication unheard"
  | "publication echoed"
  | "last publication unheard"
  | "hidden client left"
  | "hidden client stayed"
  | "forked history"
  | "trimmed history"
  | "lost log"
  | "skip of the expired"
  | "skip to the newest"
  | "token renewed"
  | "token refused"
  | "call repeated"
  | "call interrupted";

export interface Tally {
  count(trouble: Trouble): void;
  readonly counts: Readonly<Partial<Record<Trouble, number>>>;
}

export function createTally(): Tally {
  const counts: Partial<Record<Trouble, number>> = {};
  return {
    counts,
    count(trouble) {
      counts[trouble] = (counts[trouble] ?? 0) + 1;
    },
  };
}
