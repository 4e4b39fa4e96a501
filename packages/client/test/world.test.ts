import { expect, test } from "vitest";
import { runWorld } from "@weapp-socket/testkit/world";
import { createWorldPhone } from "./world-phone.js";

const first = Number(process.env["SEED"] ?? Math.floor(Date.now() / 1000) % 1_000_000);
const count = Number(process.env["SEEDS"] ?? 100);

test(
  `the whole client loses nothing in silence: ${count} worlds from SEED=${first}`,
  () => {
    let delivered = 0;
    let gaps = 0;
    for (let seed = first; seed < first + count; seed += 1) {
      const report = runWorld(seed, createWorldPhone);
      expect(report.findings, `SEED=${seed}`).toEqual([]);
      expect(report.brokenKeys, `SEED=${seed}`).toEqual([]);
      expect(report.brokenPresence, `SEED=${seed}`).toEqual([]);
      expect(report.brokenCalls, `SEED=${seed}`).toEqual([]);
      expect(report.untrueReceipts, `SEED=${seed}`).toEqual([]);
      expect(report.unanswered, `SEED=${seed}`).toEqual([]);
      expect(report.leftBehind, `SEED=${seed}`).toEqual([]);
      delivered += report.delivered;
      gaps += report.gaps;
    }
    expect(delivered).toBeGreaterThan(100 * count);
    expect(gaps).toBeGreaterThan(0);
  },
  10_000 + count * 500,
);
