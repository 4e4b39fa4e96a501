import { expect, test } from "vitest";
import { runWorld } from "@weapp-socket/testkit/world";

const first = Number(process.env["SEED"] ?? Math.floor(Date.now() / 1000) % 1_000_000);
const count = Number(process.env["SEEDS"] ?? 100);

test(
  `nothing is lost in silence, doubled or out of order: ${count} worlds from SEED=${first}`,
  () => {
    let delivered = 0;
    let gaps = 0;
    for (let seed = first; seed < first + count; seed += 1) {
      const report = runWorld(seed);
      expect(report.findings, `SEED=${seed}`).toEqual([]);
      expect(report.brokenKeys, `SEED=${seed}`).toEqual([]);
      expect(report.unfenced, `SEED=${seed}`).toBe(0);
      expect(report.leftBehind, `SEED=${seed}`).toEqual([]);
      delivered += report.delivered;
      gaps += report.gaps;
    }
    expect(delivered).toBeGreaterThan(100 * count);
    expect(gaps).toBeGreaterThan(0);
  },
  10_000 + count * 100,
);
