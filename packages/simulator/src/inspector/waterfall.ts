/** One step of a handshake, as a bar: offset and width in percent of the whole. */
export interface Bar {
  readonly step: "dns" | "tcp" | "tcpTls" | "upgrade";
  readonly ms: number;
  readonly offset: number;
  readonly width: number;
}

/**
 * The steps of a socket's profile, in WeChat's field names: five epoch timestamps and three durations, all in
 * milliseconds. WeChat counts TLS into the connection. Empty where nothing was measured.
 */
export function waterfall(
  profile: Readonly<Record<string, number>> | undefined,
  isSecure: boolean,
): readonly Bar[] {
  if (profile === undefined) return [];
  const at = (name: string): number => finite(profile[name]);
  const start = at("fetchStart");
  const steps = [
    ["dns", at("domainLookUpStart") - start, at("domainLookUpEnd") - at("domainLookUpStart")],
    [isSecure ? "tcpTls" : "tcp", at("connectStart") - start, at("connectEnd") - at("connectStart")],
    ["upgrade", at("connectEnd") - start, at("handshakeCost")],
  ] as const;
  const bars = steps.map(([step, from, ms]) => ({ step, from: Math.max(0, from), ms: Math.max(0, ms) }));
  const total = Math.max(1, ...bars.map(({ from, ms }) => from + ms));
  return bars.map(({ step, from, ms }) => ({
    step,
    ms,
    offset: (from / total) * 100,
    width: (ms / total) * 100,
  }));
}

/** Milliseconds of the whole handshake. */
export function handshakeCost(profile: Readonly<Record<string, number>> | undefined): number | undefined {
  const cost = profile?.["cost"];
  return cost === undefined || !Number.isFinite(cost) ? undefined : cost;
}

function finite(value: number | undefined): number {
  return value === undefined || !Number.isFinite(value) ? 0 : value;
}
