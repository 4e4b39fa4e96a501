import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHistoryCheck, formatPosition, type SeenEvent } from "@weapp-socket/protocol";

/** `at(3)` is the third of the history that survived, `at(3, 1)` the third of one that was lost. */
const at = (offset: number, branch = 0): string => formatPosition(offset, branch * 1_000 + offset);

const accepted = [
  ...[1, 2, 3, 4, 5].map((offset) => ({ channel: "a", position: at(offset) })),
  ...[3, 4, 5, 6].map((offset) => ({ channel: "a", position: at(offset, 1), isLost: true })),
  { channel: "b", position: at(0, 1), isLost: true },
  ...[1, 2].map((offset) => ({ channel: "b", position: at(offset) })),
];
const check = createHistoryCheck(accepted);

type Row = [type: SeenEvent["type"], position: string];
const seen = (channel: string, rows: readonly Row[]): SeenEvent[] =>
  rows.map(([type, position]) => ({ type, channel, position }));
const found = (channel: string, rows: readonly Row[], isCaughtUp = true): string[] =>
  check("c", seen(channel, rows), isCaughtUp).map(({ kind, position }) => `${kind} ${position}`);
const message = (offset: number, branch = 0): Row => ["message", at(offset, branch)];
const attached = (offset: number, branch = 0): Row => ["attached", at(offset, branch)];
const gap = (offset: number, branch = 0): Row => ["gap", at(offset, branch)];

describe("what a client saw, held against what was accepted", () => {
  test.each<[string, Row[]]>([
    ["everything", [attached(0), message(1), message(2), message(3), message(4), message(5)]],
    ["from where it began", [attached(3), message(4), message(5)]],
    ["from before what was recorded", [["attached", formatPosition(0, 99)], gap(5)]],
    ["up to a gap and after it", [attached(0), message(1), gap(4), message(5)]],
    ["attached again where it stands", [attached(4), attached(5), message(5)]],
    ["a fork, told", [attached(1), message(2), message(3, 1), message(4, 1), gap(4), message(5)]],
    ["a fork that put it back", [attached(1), message(2), message(3, 1), gap(2), message(3), gap(5)]],
  ])("%s: nothing is found", (_name, rows) => {
    expect(found("a", rows)).toEqual([]);
  });

  test.each<[string, Row[], string[]]>([
    ["a hole", [attached(1), message(2), message(5)], ["lost 3-00000003", "lost 4-00000004"]],
    ["an end that did not come", [attached(3)], ["lost 4-00000004", "lost 5-00000005"]],
    ["twice", [attached(3), message(4), message(4), message(5)], ["duplicated 4-00000004"]],
    ["what it began with", [attached(4), message(4), message(5)], ["duplicated 4-00000004"]],
    ["an older one", [attached(2), message(3), gap(5), message(4)], ["reordered 4-00000004"]],
    ["never accepted", [attached(5), message(9)], ["unexpected 9-00000009"]],
    ["a beginning", [attached(4), message(0), message(5)], ["unexpected 0-00000000"]],
    ["before it was attached", [message(5), attached(5)], ["unexpected 5-00000005"]],
    [
      "a fork, not told",
      [attached(2), message(3, 1), message(4, 1), message(5)],
      ["unreported-gap 5-00000005"],
    ],
    [
      "the same offset of another history",
      [attached(3), message(4), message(4, 1), gap(5)],
      ["unreported-gap 4-000003ec"],
    ],
    [
      "left in a lost history",
      [attached(2), message(3, 1), message(4, 1)],
      ["lost 3-00000003", "lost 4-00000004", "lost 5-00000005"],
    ],
  ])("%s", (_name, rows, findings) => {
    expect(found("a", rows)).toEqual(findings);
  });

  test("a log that was lost and begun again must be told to who waited at its old beginning", () => {
    expect(found("b", [attached(0, 1), message(1), message(2)])).toEqual(["unreported-gap 1-00000001"]);
    expect(found("b", [attached(0, 1), gap(0), message(1), message(2)])).toEqual([]);
    expect(found("b", [attached(0, 1)])).toEqual(["lost 1-00000001", "lost 2-00000002"]);
  });

  test("who is not caught up is owed nothing at the end", () => {
    expect(found("a", [attached(1), message(2)], false)).toEqual([]);
  });

  test("channels of which nothing was accepted are nobody's loss", () => {
    expect(found("empty", [attached(0)])).toEqual([]);
  });

  test("findings name client, channel and position", () => {
    expect(check("phone", seen("a", [attached(4)]), true)).toEqual([
      { kind: "lost", client: "phone", channel: "a", position: at(5) },
    ]);
  });

  test("whatever is dropped from, repeated in or moved in a sound history is found", () => {
    const count = 40;
    const all = Array.from({ length: count }, (_, index) => ({ channel: "a", position: at(index + 1) }));
    const whole = createHistoryCheck(all.toReversed());
    const events = (rows: readonly { position: string }[]): SeenEvent[] => [
      { type: "attached", channel: "a", position: at(0) },
      ...rows.map(({ position }): SeenEvent => ({ type: "message", channel: "a", position })),
    ];
    expect(whole("c", events(all), true)).toEqual([]);
    fc.assert(
      fc.property(fc.nat(count - 1), fc.nat(count - 1), (from, to) => {
        const { position } = all[from]!;
        const dropped = all.toSpliced(from, 1);
        expect(whole("c", events(dropped), true)).toMatchObject([{ kind: "lost", position }]);
        const repeated = all.toSpliced(Math.max(from, to) + 1, 0, all[from]!);
        expect(whole("c", events(repeated), true)).toMatchObject([{ kind: "duplicated", position }]);
        fc.pre(from !== to);
        expect(whole("c", events(dropped.toSpliced(to, 0, all[from]!)), true)).not.toEqual([]);
      }),
    );
  });
});
