/** Milliseconds past the server's heartbeat after which silence means a dead link (G6). */
const GRACE_MS = 10_000;
/** Milliseconds that a probe's answer may take. */
const PROBE_MS = 2_500;
/** A tick this much later than its deadline means that we slept, not that the server was silent. */
const SLEPT_MS = 3_000;

export type LivenessVerdict = "fine" | "probe" | "dead";

/** Whether the link of a live client still lives. Silence while suspended does not count. */
export interface Liveness {
  begin(heartbeatMs: number, now: number): void;
  heard(now: number): void;
  /** A ping was sent: an answer, or anything else, must come soon. */
  probing(now: number): void;
  check(now: number): LivenessVerdict;
  readonly deadline: number;
}

export function createLiveness(): Liveness {
  let silenceMs = 0;
  let heardAt = 0;
  let probeUntil = Infinity;

  const deadline = (): number => Math.min(probeUntil, heardAt + silenceMs);

  function heard(now: number): void {
    heardAt = now;
    probeUntil = Infinity;
  }

  return {
    begin(heartbeatMs, now) {
      silenceMs = heartbeatMs + GRACE_MS;
      heard(now);
    },
    heard,
    probing(now) {
      probeUntil = Math.min(probeUntil, now + PROBE_MS);
    },
    check(now) {
      if (now < deadline()) return "fine";
      if (now - deadline() < SLEPT_MS) return "dead";
      heard(now);
      return "probe";
    },
    get deadline() {
      return deadline();
    },
  };
}
