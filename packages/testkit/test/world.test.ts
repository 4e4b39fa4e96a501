import { expect, test } from "vitest";
import { runWorld, type Trouble } from "@weapp-socket/testkit/world";

const first = Number(process.env["SEED"] ?? Math.floor(Date.now() / 1000) % 1_000_000);
const count = Number(process.env["SEEDS"] ?? 100);

test(
  `nothing is lost in silence, doubled or out of order: ${count} worlds from SEED=${first}`,
  () => {
    let delivered = 0;
    let gaps = 0;
    let receipts = 0;
    for (let seed = first; seed < first + count; seed += 1) {
      const report = runWorld(seed);
      expect(report.findings, `SEED=${seed}`).toEqual([]);
      expect(report.brokenKeys, `SEED=${seed}`).toEqual([]);
      expect(report.brokenCalls, `SEED=${seed}`).toEqual([]);
      expect(report.untrueReceipts, `SEED=${seed}`).toEqual([]);
      expect(report.brokenPresence, `SEED=${seed}`).toEqual([]);
      expect(report.unanswered, `SEED=${seed}`).toEqual([]);
      expect(report.unfenced, `SEED=${seed}`).toBe(0);
      expect(report.leftBehind, `SEED=${seed}`).toEqual([]);
      delivered += report.delivered;
      gaps += report.gaps;
      receipts += report.receipts;
    }
    expect(delivered).toBeGreaterThan(100 * count);
    expect(gaps).toBeGreaterThan(0);
    expect(receipts).toBeGreaterThan(count);
  },
  10_000 + count * 500,
);

test("every trouble comes, in a hundred worlds", () => {
  const fewest: Readonly<Record<Trouble, number>> = {
    "text dropped": 100,
    "half-open": 100,
    cut: 100,
    reset: 30,
    "code rewritten": 100,
    "onClose missing": 100,
    "onClose doubled": 100,
    "onClose late": 100,
    "socket lingers": 30,
    suspend: 100,
    "burst after suspend": 5,
    "clock jump": 100,
    "cold start": 100,
    "storage lost": 30,
    "older socket fenced": 100,
    "node crash": 100,
    "node pause": 100,
    "broker stall": 100,
    "publication unheard": 100,
    "publication echoed": 100,
    "last publication unheard": 100,
    "hidden client left": 80,
    "hidden client stayed": 80,
    "forked history": 30,
    "trimmed history": 100,
    "lost log": 100,
    "skip of the expired": 100,
    "skip to the newest": 100,
    "token renewed": 100,
    "token refused": 30,
    "call repeated": 30,
    "call interrupted": 5,
  };
  const came: Partial<Record<Trouble, number>> = {};
  for (let seed = 1; seed <= 100; seed += 1) {
    for (const [trouble, times] of Object.entries(runWorld(seed).troubles) as Array<[Trouble, number]>)
      came[trouble] = (came[trouble] ?? 0) + times;
  }
  const rare = (Object.keys(fewest) as Trouble[]).filter((trouble) => (came[trouble] ?? 0) < fewest[trouble]);
  expect(rare.map((trouble) => `${trouble}: ${came[trouble]}`)).toEqual([]);
}, 120_000);
