/** What one look at a server gave, and what to do about it. */
export interface Check {
  /** Stable, for programs: "certificate-dates". */
  readonly id: string;
  readonly outcome: "ok" | "warn" | "fail";
  /** What was seen. */
  readonly text: string;
  /** What to do; absent where all is well. */
  readonly advice?: string;
}

export function ok(id: string, text: string): Check {
  return { id, outcome: "ok", text };
}

export function warn(id: string, text: string, advice: string): Check {
  return { id, outcome: "warn", text, advice };
}

export function fail(id: string, text: string, advice: string): Check {
  return { id, outcome: "fail", text, advice };
}
