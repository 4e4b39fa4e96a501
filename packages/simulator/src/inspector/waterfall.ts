/** One step of a handshake, as a bar: both in percent of the whole. */
export interface Bar {
  readonly step: "dns" | "tcp" | "upgrade";
  readonly ms: number;
  readonly offset: number;
  readonly width: number;
}

/** The steps of a socket's profile (WeChat's field names; milliseconds). Empty where nothing was measured. */
export function waterfall(profile: Readonly<Record<string, number>> | undefined): readonly Bar[] {
  if (profile === undefined) return [];
  const {
    fetchStart = 0,
    domainLookUpStart = 0,
    domainLookUpEnd = 0,
    connectStart = 0,
    connectEnd = 0,
    handshakeCost = 0,
  } = profile;
  const steps = [
    ["dns", domainLookUpStart - fetchStart, domainLookUpEnd - domainLookUpStart],
    ["tcp", connectStart - fetchStart, connectEnd - connectStart],
    ["upgrade", connectEnd - fetchStart, handshakeCost],
  ] as const;
  const total = Math.max(1, ...steps.map(([, start, ms]) => start + ms));
  return steps.map(([step, start, ms]) => ({
    step,
    ms: Math.max(0, ms),
    offset: (Math.max(0, start) / total) * 100,
    width: (Math.max(0, ms) / total) * 100,
  }));
}
