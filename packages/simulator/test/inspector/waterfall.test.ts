import { expect, test } from "vitest";
import { handshakeCost, waterfall } from "../../src/inspector/waterfall.js";

const start = 1_700_000_000_000;
const profile = {
  fetchStart: start,
  domainLookUpStart: start,
  domainLookUpEnd: start + 20,
  connectStart: start + 20,
  connectEnd: start + 70,
  rtt: 50,
  handshakeCost: 30,
  cost: 100,
};

test("each step begins where the one before ended, in percent of the whole", () => {
  expect(waterfall(profile, false)).toEqual([
    { step: "dns", ms: 20, offset: 0, width: 20 },
    { step: "tcp", ms: 50, offset: 20, width: 50 },
    { step: "upgrade", ms: 30, offset: 70, width: 30 },
  ]);
  expect(handshakeCost(profile)).toBe(100);
});

test("a secure connection has TLS in its second step", () => {
  expect(waterfall(profile, true).map(({ step }) => step)).toEqual(["dns", "tcpTls", "upgrade"]);
});

test.each([
  ["nothing was measured", undefined, []],
  [
    "all in the same millisecond",
    { ...profile, domainLookUpEnd: start, connectStart: start, connectEnd: start, handshakeCost: 0 },
    [0, 0, 0],
  ],
  ["clocks that went back", { ...profile, domainLookUpEnd: start - 5, connectEnd: start + 10 }, [0, 0, 30]],
  ["fields that are missing", { fetchStart: start, handshakeCost: 7 }, [0, 0, 7]],
  ["fields that are no numbers", { ...profile, handshakeCost: Number.NaN }, [20, 50, 0]],
])("%s", (_, given, ms) => {
  const bars = waterfall(given, false);
  expect(bars.map((bar) => bar.ms)).toEqual(ms);
  for (const { offset, width } of bars) {
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset + width).toBeLessThanOrEqual(100.000_1);
  }
});

test.each([
  [undefined, undefined],
  [{}, undefined],
  [{ cost: Number.NaN }, undefined],
  [{ cost: 0 }, 0],
])("the cost of %j is %s", (given, cost) => {
  expect(handshakeCost(given)).toBe(cost);
});
