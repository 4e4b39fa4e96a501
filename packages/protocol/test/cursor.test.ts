import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createChannelCursor,
  decideResume,
  formatPosition,
  REMEMBERED,
  type ResumeFacts,
} from "@weapp-socket/protocol";

const at = (offset: number): string => formatPosition(offset, offset * 7_919);

describe("the client's rule", () => {
  test("the next one is delivered, a known one dropped, a hole asks for recovery once", () => {
    const cursor = createChannelCursor(at(3));
    expect(cursor.take(at(4), at(3))).toBe("deliver");
    expect(cursor.take(at(4), at(3))).toBe("duplicate");
    expect(cursor.take(at(6), at(5))).toBe("recover");
    expect(cursor.take(at(7), at(6))).toBe("waiting");
    expect(cursor.position()).toBe(at(4));
  });

  test("while a recovery is under way, what follows its position is delivered", () => {
    const cursor = createChannelCursor(at(4));
    cursor.recovering();
    expect(cursor.take(at(9), at(8))).toBe("waiting");
    expect(cursor.attach({ position: at(6), recovered: true })).toBeUndefined();
    expect(cursor.take(at(5), at(4))).toBe("deliver");
    expect(cursor.take(at(6), at(5))).toBe("deliver");
    expect(cursor.take(at(4), at(3))).toBe("recover");
  });

  test("an answer that explains nothing is a gap", () => {
    expect(createChannelCursor(at(4)).attach({ position: at(9) })).toBe("unknown");
    expect(createChannelCursor(at(4)).attach({ position: at(9), gap: "fork" })).toBe("fork");
    expect(createChannelCursor(at(4)).attach({ position: at(4) })).toBeUndefined();
    expect(createChannelCursor(null).attach({ position: at(9) })).toBeUndefined();
    expect(createChannelCursor(null).attach({ position: at(9), recovered: true })).toBeUndefined();
  });

  test("a gap moves on, and forgets", () => {
    const cursor = createChannelCursor(at(4));
    cursor.jump(at(9));
    expect(cursor.take(at(10), at(9))).toBe("deliver");
    expect(cursor.take(at(5), at(4))).toBe("recover");
  });

  test("a publication that claims to follow itself goes nowhere", () => {
    expect(createChannelCursor(at(4)).take(at(4), at(4))).toBe("duplicate");
  });

  test("duplicates are known from the last ones delivered", () => {
    const cursor = createChannelCursor(at(0));
    for (let n = 1; n <= 2 * REMEMBERED; n += 1) expect(cursor.take(at(n), at(n - 1))).toBe("deliver");
    expect(cursor.take(at(REMEMBERED + 1), at(REMEMBERED))).toBe("duplicate");
    expect(cursor.take(at(REMEMBERED), at(REMEMBERED - 1))).toBe("recover");
  });

  test("whatever arrives, what is delivered is one unbroken chain", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 200 }), (arrivals) => {
        const cursor = createChannelCursor(at(0));
        let last = at(0);
        for (const [p, prev] of arrivals) {
          if (cursor.take(at(p + 1), at(prev)) !== "deliver") continue;
          expect(at(prev)).toBe(last);
          last = at(p + 1);
        }
        expect(cursor.position()).toBe(last);
      }),
    );
  });
});

describe("the server's rule", () => {
  const facts: ResumeFacts = {
    wanted: at(10),
    head: at(20),
    found: true,
    keepsHistory: true,
    missed: 10,
    maxReplay: 100,
  };
  test.each<[string, Partial<ResumeFacts>, unknown]>([
    ["in history", {}, { from: "history" }],
    ["at the head", { wanted: at(20), found: false, missed: 0 }, { from: "head" }],
    [
      "at the head of an empty channel",
      { wanted: at(0), head: at(0), found: false, missed: 0, keepsHistory: false },
      { from: "head" },
    ],
    ["trimmed away", { found: false }, { gap: "trimmed" }],
    ["never kept", { found: false, keepsHistory: false }, { gap: "no-history" }],
    ["ahead of the head", { wanted: at(30), found: false }, { gap: "fork" }],
    ["same offset, other nonce", { wanted: formatPosition(20, 1), found: false }, { gap: "fork" }],
    ["everything lost", { head: formatPosition(0, 1), found: false }, { gap: "fork" }],
    [
      "everything lost before anything came",
      { wanted: at(0), head: formatPosition(0, 1), found: false },
      { gap: "fork" },
    ],
    ["everything lost and begun again", { wanted: at(0), found: false }, { gap: "trimmed" }],
    ["too many", { maxReplay: 9 }, { gap: "too-many" }],
    ["from the beginning, all there", { wanted: at(0), missed: 20 }, { from: "history" }],
    ["from the beginning, some trimmed", { wanted: at(0), found: false, missed: 12 }, { gap: "trimmed" }],
    ["a position of another make", { wanted: "x", found: false }, { gap: "trimmed" }],
  ])("%s", (_name, changes, decision) => {
    expect(decideResume({ ...facts, ...changes })).toEqual(decision);
  });

  test("the forked failover is seen: the same offset under another nonce is never resumed", () => {
    const before = formatPosition(110, 0xaaaa);
    const afterFailover = formatPosition(112, 0xbbbb);
    expect(decideResume({ ...facts, wanted: before, head: afterFailover, found: false, missed: 2 })).toEqual({
      gap: "trimmed",
    });
  });
});
