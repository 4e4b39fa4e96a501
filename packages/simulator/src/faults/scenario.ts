import type { LinkFailureCause, NetworkType } from "@weapp-socket/runtime/core";

/** A timeline of faults: the same seed makes the same story. */
export interface Scenario {
  readonly seed: number;
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  /** Milliseconds from the start of the page to the first time. */
  readonly at: number;
  /** Milliseconds from one time to the next; null: once. */
  readonly every: number | null;
  /** No time after this many milliseconds; null: no end. */
  readonly until: number | null;
  /** From 0 to 1, rolled each time. */
  readonly probability: number;
  /** Undoes it after this many milliseconds; null: it stays. Only for what lasts. */
  readonly for: number | null;
  readonly action: ScenarioAction;
}

export type ScenarioAction =
  | { readonly do: "offline" | "online" | "pause" | "resume" | "hide" | "show" }
  | { readonly do: "latency"; readonly ms: number; readonly jitterMs: number }
  | { readonly do: "bandwidth"; readonly bytesPerSecond: number | null }
  | { readonly do: "network"; readonly type: NetworkType }
  | { readonly do: "reject"; readonly count: number; readonly cause: LinkFailureCause }
  | { readonly do: "cut" | "halfOpen"; readonly only: string }
  | { readonly do: "close"; readonly code: number; readonly reason: string; readonly only: string };
