import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  backoffMs,
  byeCodes,
  defaultBackoff,
  formatPosition,
  isChannelName,
  mayReconnect,
  offsetOf,
  parsePosition,
  withinMs,
} from "@weapp-socket/protocol";

describe("position", () => {
  test.each([
    [1, 0, "1-00000000"],
    [57, 0x9f3ac1d2, "57-9f3ac1d2"],
    [Number.MAX_SAFE_INTEGER, -1, "9007199254740991-ffffffff"],
  ])("format(%d, %d) is %s, and back", (offset, random, text) => {
    expect(formatPosition(offset, random)).toBe(text);
    expect(parsePosition(text)).toEqual({ offset, nonce: text.split("-")[1] });
    expect(offsetOf(text)).toBe(offset);
  });

  test.each([[-1], [1.5], [2 ** 53], [Number.NaN]])("offset %d is refused", (offset) => {
    expect(() => formatPosition(offset, 0)).toThrow(RangeError);
  });

  test.each([
    [""],
    ["1"],
    ["01-00000000"],
    ["1-0000000"],
    ["1-000000000"],
    ["1-0000000G"],
    ["9999999999999999-00000000"],
    ["-1-00000000"],
  ])("%j is no position with an offset", (text) => {
    expect(parsePosition(text)).toBeUndefined();
    expect(offsetOf(text)).toBe(0);
  });
});

test.each([
  ["~", true],
  ["~device", true],
  ["~all", true],
  ["~alle", false],
  ["room:9", true],
  ["a/b@c.d_e-f~g", true],
  ["x".repeat(200), true],
  ["x".repeat(201), false],
  ["", false],
  ["~u1", false],
  ["房间", false],
  ["a b", false],
  ["a\n", false],
])("channel name %j: %j", (name, valid) => {
  expect(isChannelName(name)).toBe(valid);
});

describe("close codes", () => {
  test("a bye's code says by its range whether to reconnect", () => {
    const forbidding = Object.entries(byeCodes).filter(([, code]) => !mayReconnect(code));
    expect(forbidding.map(([name]) => name).toSorted()).toEqual(
      [
        "bad-message",
        "forbidden",
        "hello-timeout",
        "kicked",
        "superseded",
        "too-large",
        "unauthorized",
        "upgrade-required",
      ].toSorted(),
    );
  });

  test.each([
    [undefined, true],
    [0, true],
    [1000, true],
    [1006, true],
    [4499, true],
    [4500, false],
    [4999, false],
    [5000, true],
  ])("%j allows another attempt: %j", (code, allowed) => {
    expect(mayReconnect(code)).toBe(allowed);
  });
});

describe("waiting", () => {
  test("full jitter: from nothing to the doubled, capped base", () => {
    expect(backoffMs(defaultBackoff, 0, 0)).toBe(0);
    expect(backoffMs(defaultBackoff, 0, 0.999_999)).toBe(999);
    expect(backoffMs(defaultBackoff, 3, 0.5)).toBe(4_000);
    expect(backoffMs(defaultBackoff, 1_000_000, 0.999_999)).toBe(29_999);
  });

  test("a bye's window is kept, whatever the dice say", () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.nat(100_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (min, more, random) => {
          const wait = withinMs([min, min + more], random);
          expect(wait).toBeGreaterThanOrEqual(min);
          expect(wait).toBeLessThanOrEqual(min + more);
        },
      ),
    );
    expect(withinMs([5, 1], 0.9)).toBe(5);
  });
});
