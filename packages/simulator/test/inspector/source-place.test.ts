import { expect, test } from "vitest";
import { parsePlace, sourceAddress, sourceLines, splitPlaces } from "../../src/inspector/source-place.js";

test.each([
  ["pages/a/a.ts:12:5", { file: "pages/a/a.ts", line: 12, column: 5 }],
  ["聊天/页.js:3", { file: "聊天/页.js", line: 3, column: 0 }],
  ["pages/a/a onLoad", undefined],
  ["http://127.0.0.1:3100/frame/x.js:1:2", undefined],
  ["uncaught", undefined],
])("%s as a place", (text, place) => {
  expect(parsePlace(text)).toEqual(place);
});

test("a stack's places are links, the simulator's own frames and what only looks so are text", () => {
  const stack =
    "Error: a.js:1:2 is no place\n    at send (pages/a/a.ts:3:9)\n    at http://127.0.0.1:1/x.js:1:2\n    at app.js:7:1";
  const pieces = splitPlaces(stack);
  expect(pieces.map(({ text }) => text).join("")).toBe(stack);
  expect(pieces.flatMap(({ place }) => (place === undefined ? [] : [place.file]))).toEqual([
    "pages/a/a.ts",
    "app.js",
  ]);
});

test("where the host has a text", () => {
  expect(sourceAddress("聊天/a b.ts")).toBe("program/sources/%E8%81%8A%E5%A4%A9/a%20b.ts");
  expect(sourceAddress("node_modules/@me/x.js")).toBe("program/sources/node_modules/%40me/x.js");
});

test("of a long file the lines around are shown, of a long line the part around the column", () => {
  const long = Array.from({ length: 1_000 }, (_, index) => `line ${index + 1}`).join("\n");
  const lines = sourceLines(long, { file: "a.js", line: 500, column: 1 });
  expect([lines[0]?.number, lines.at(-1)?.number]).toEqual([300, 700]);
  expect(lines.find(({ number }) => number === 500)?.text).toBe("line 500");
  const minified = `${"a".repeat(5_000)}HERE${"b".repeat(5_000)}`;
  const [line] = sourceLines(minified, { file: "a.js", line: 1, column: 5_001 });
  expect(line?.text).toMatch(/^…a+HEREb+…$/u);
  expect(line!.text.length).toBeLessThan(500);
  expect(sourceLines("one\r\ntwo", { file: "a.js", line: 0, column: 0 }).map(({ text }) => text)).toEqual([
    "one",
    "two",
  ]);
});
