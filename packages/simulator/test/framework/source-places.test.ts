import { expect, test } from "vitest";
import { decodeMappings, findSource } from "../../src/source-map.js";
import { problems, run } from "../headless-world.js";

/** Where lines of the console and errors come from: the author's own text, whatever became of it. */

/** A program whose only page is in TypeScript. */
const typed = (script: string): Record<string, string> => ({
  "app.json": '{"pages":["pages/t/t"]}',
  "pages/t/t.ts": script,
  "pages/t/t.wxml": "",
});

/** Places of the log's lines, by their first word. */
async function places(files: Record<string, string>): Promise<Record<string, unknown>> {
  const app = await run(files);
  return Object.fromEntries(
    app.logs.map(({ parts, place, source }) => [
      /^(?:Error: )?(\w+)/u.exec(parts[0] ?? "")?.[1],
      place === undefined ? source : `${place.file}:${place.line}:${place.column}`,
    ]),
  );
}

test("plain script: line and column, on the first line as well", async () => {
  const found = await places({
    "app.js": 'console.log("first"); App({\n  onLaunch() {\n    console.warn("third")\n  }\n})',
  });
  expect(found).toEqual({ first: "app.js:1:9", third: "app.js:3:13" });
});

test("TypeScript: the author's file and line, though types are gone", async () => {
  const found = await places(
    typed(
      [
        "interface Row {",
        "  readonly id: number;",
        "}",
        "const rows: Row[] = [];",
        "Page({",
        "  onLoad(query: Record<string, string>): void {",
        '    console.log("typed", rows as readonly Row[]);',
        '    throw new Error("broken");',
        "  },",
        "});",
      ].join("\n"),
    ),
  );
  expect(found).toEqual({ typed: "pages/t/t.ts:7:13", broken: "pages/t/t.ts:8:11" });
});

test("ES modules, and what they import", async () => {
  const found = await places({
    "pages/a/a.js": 'import { say } from "./say";\n\nPage({ onLoad() { say("hi"); } });',
    "pages/a/say.js": 'export function say() {\n  console.log("said");\n}',
  });
  expect(found).toEqual({ said: "pages/a/say.js:2:11" });
});

test("a package that was bundled: the file in node_modules", async () => {
  const app = await run({
    "project.config.json": "{}",
    "package.json": '{"dependencies":{"shout":"1"}}',
    "node_modules/shout/package.json": '{"name":"shout","main":"lib/index.js"}',
    "node_modules/shout/lib/index.js": 'const deep = require("./deep");\nexports.shout = () => deep();',
    "node_modules/shout/lib/deep.js":
      '// deep\nmodule.exports = () => {\n  console.log("deep");\n  throw new Error("loud");\n};',
    "pages/a/a.js": 'const { shout } = require("shout");\nPage({ onLoad() { shout(); } });',
  });
  expect(app.logs.map(({ place }) => place)).toEqual([
    { file: "node_modules/shout/lib/deep.js", line: 3, column: 11 },
    { file: "node_modules/shout/lib/deep.js", line: 4, column: 9 },
  ]);
});

test("an uncaught error: the place where it was thrown, and a stack of the author's files", async () => {
  const app = await run(
    typed(
      'type A = string;\nfunction fail(a: A): void {\n  throw new Error(a);\n}\nPage({ onLoad() { fail("bad"); } });',
    ),
  );
  const line = app.logs.find(({ level }) => level === "error")!;
  expect(line).toMatchObject({
    source: "pages/t/t onLoad",
    place: { file: "pages/t/t.ts", line: 3, column: 9 },
  });
  expect(line.parts[0]).toMatch(/^Error: bad\n\s+at fail \(pages\/t\/t\.ts:3:9\)\n.*pages\/t\/t\.ts:5:19/u);
  // What the simulator did to call it is left out.
  expect(line.parts[0]).toMatch(/t\.ts:5:19\)?$/u);
  expect(line.parts[0]).not.toContain("weapp://");
  expect(problems(app)).toEqual(["Error: bad"]);
});

test("who opened a socket is told with the place in the author's file", async () => {
  const app = await run(
    typed(
      'type A = string;\nPage({\n  onLoad() {\n    wx.connectSocket({ url: "ws://127.0.0.1:1" as A });\n  },\n});',
    ),
  );
  expect(app.sockets[0]?.openedBy).toBe("pages/t/t.ts:4:8");
});

test("mappings: what lies between two places belongs to the one before; unmapped code to nobody", () => {
  const map = { sources: ["a.ts", "b.ts"], mappings: "AAAA,IAAM,E;;ACCN;AACA" };
  const lines = decodeMappings(map.mappings);
  const at = (line: number, column: number): unknown => {
    const place = findSource(lines, map, line, column);
    return place === undefined ? undefined : `${place.file}:${place.line}:${place.column}`;
  };
  expect([at(1, 1), at(1, 4), at(1, 5), at(2, 1), at(3, 9), at(9, 1)]).toEqual([
    "a.ts:1:1",
    "a.ts:1:1",
    "a.ts:1:7",
    undefined,
    "b.ts:2:1",
    undefined,
  ]);
});
