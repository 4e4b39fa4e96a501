import type { LaunchOptions } from "@weapp-socket/simulator";
import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { decodeMappings, findSource } from "../../src/source-map.js";
import { problems, run, said } from "../headless-world.js";

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

/** Keeps what the app hears of its failures; what is printed is led to the author's files anyway. */
const HEARING = `
  const told = {};
  App({
    told,
    onError(text) { told.onError ??= text; },
    onUnhandledRejection({ reason }) { told.rejected = reason.stack; },
  });
  wx.onError((error) => { told.wx ??= error; });`;

async function heard(
  files: Record<string, string>,
  options: LaunchOptions = {},
): Promise<Record<string, unknown>> {
  const app = await run({ "app.js": HEARING, ...files }, options);
  const told = app.app()?.["told"] as Record<string, unknown>;
  await app.waitFor(() => told["onError"]);
  return told;
}

describe("what the app is told of its own failures", () => {
  const failing = typed(
    [
      "type A = string;",
      "function fail(a: A): void {",
      "  throw new TypeError(a);",
      "}",
      "Page({",
      '  onLoad(): void { this.later(); fail("坏"); },',
      '  async later(): Promise<void> { await null; fail("later"); },',
      "});",
    ].join("\n"),
  );

  test("onError: message and stack, in the form of a phone, with the author's TypeScript in it", async () => {
    const told = await heard(failing);
    const text = told["onError"] as string;
    expect(text.split("\n").slice(0, 3)).toEqual([
      "坏",
      "TypeError: 坏",
      "    at fail (https://usr/pages/t/t.ts:3:9)",
    ]);
    expect(text).toMatch(/onLoad \(https:\/\/usr\/pages\/t\/t\.ts:6:\d+\)$/u);
    expect(told["wx"]).toEqual({ message: text, stack: text.slice(text.indexOf("TypeError")) });
  });

  test("onUnhandledRejection: the reason itself, its stack leading to the author's files", async () => {
    const told = await heard(failing);
    expect(told["rejected"]).toMatch(
      /^TypeError: later\n +at fail \(https:\/\/usr\/pages\/t\/t\.ts:3:9\)\n/u,
    );
  });

  test("the profile of DevTools says so before the message", async () => {
    const told = await heard(failing, { profile: "devtools" });
    expect((told["onError"] as string).split("\n").slice(0, 2)).toEqual(["MiniProgramError", "坏"]);
  });

  test("an error that was told of and rejects again is the program's, and told of again", async () => {
    const app = await run({
      "app.js": `App({
        onError(text) { this.told = text; },
        onUnhandledRejection({ reason }) { console.log("rejected", reason === this.kept, reason.message); },
      })`,
      "pages/a/a.js": `Page({ onLoad() {
        const error = getApp().kept = new Error("twice");
        setTimeout(() => Promise.reject(error));
        throw error;
      } })`,
    });
    await app.waitFor(() => said(app).length === 1);
    expect(said(app)).toEqual(["rejected true twice"]);
  });

  test("a frozen error, and what is no error, are told of as they are", async () => {
    const told = await heard(
      typed('Page({ onLoad() { Promise.reject("坏"); throw Object.freeze(new Error("frozen")); } })'),
    );
    expect(told["onError"]).toMatch(/^frozen\nError: frozen\n/u);
  });
});

test("a stack that is printed as a text, or inside of an object, leads to the author's files as well", async () => {
  const app = await run(
    typed(
      [
        "const error: Error = new Error('kept');",
        "Page({ onLoad(): void {",
        "  console.log(error.stack, 'behind it');",
        "  console.log({ error: { stack: error.stack } });",
        "} });",
      ].join("\n"),
    ),
  );
  const [text, object] = app.logs.map(({ parts }) => parts);
  expect(text![0]).toMatch(/^Error: kept\n.*pages\/t\/t\.ts:1:22\)?$/u);
  expect(text![1]).toBe("behind it");
  expect(object![0]).toContain("pages/t/t.ts:1:22");
  expect(object![0]).not.toContain("weapp://");
});

test("of a stack, the author's own lines are shown, and what they went through; what the simulator did between is not", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ onLoad() { [1].map(() => wx.setStorageSync(1)); } });",
  });
  const lines = app.logs.find(({ level }) => level === "error")!.parts[0]!.split("\n");
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^ +at (?:.* \()?pages\/a\/a\.js:1:\d+\)?$/u),
    "    at Array.map (<anonymous>)",
    expect.stringMatching(/^ +at .*onLoad \(pages\/a\/a\.js:1:\d+\)$/u),
  ]);
});

describe("a script that a build tool made", () => {
  /** A page as a tool builds it of "src/pages/a/a.ts". */
  function built(sourcefile: string, format: "cjs" | "esm" = "cjs"): { code: string; map: string } {
    const source = [
      "interface Row { id: number }",
      ...(format === "esm" ? ["import './b';"] : []),
      "const rows: Row[] = [];",
      'Page({ onLoad(): void {\n  console.log("built", rows);\n} });',
    ].join("\n");
    return transformSync(source, {
      loader: "ts",
      sourcemap: "external",
      sourcefile,
      minifyWhitespace: true,
      format,
    });
  }
  const comment = (url: string): string => `\n//# sourceMappingURL=${url}\n`;
  const inline = (map: string): string =>
    comment(`data:application/json;charset=utf-8;base64,${Buffer.from(map).toString("base64")}`);

  test.each([
    ["../../../src/pages/a/a.ts", "src/pages/a/a.ts"],
    ["webpack://shop/./src/pages/a/a.ts?1f2e", "src/pages/a/a.ts"],
    ["webpack:///./node_modules/shout/a.ts", "node_modules/shout/a.ts"],
    ["a.ts", "pages/a/a.ts"],
  ])("with its map beside it, which calls the original %s: the place in %s", async (source, file) => {
    const { code, map } = built(source);
    const found = await places({ "pages/a/a.js": code, "pages/a/a.js.map": map });
    expect(found).toEqual({ built: `${file}:4:11` });
  });

  test("with its map inside, or in a file that it names", async () => {
    const { code, map } = built("a.ts");
    expect(await places({ "pages/a/a.js": code + inline(map) })).toEqual({ built: "pages/a/a.ts:4:11" });
    const named = { "pages/a/a.js": code + comment("../../maps/a.json"), "maps/a.json": map };
    expect(await places(named)).toEqual({ built: "pages/a/a.ts:4:11" });
  });

  test("and that is made a classic script of here as well: the original, not what is between", async () => {
    const { code, map } = built("a.ts", "esm");
    const files = { "pages/a/b.js": "", "pages/a/a.js": code, "pages/a/a.js.map": map };
    expect(await places(files)).toEqual({ built: "pages/a/a.ts:5:11" });
  });

  test.each([
    ["{", "the source map is not read: "],
    ['{"version":2}', "the source map is not read: expected version 3, got 2"],
    ['{"version":3,"sources":[]}', "the source map is not read: expected mappings, got none"],
    ["null", "the source map is not read: expected version 3, got none"],
  ])("with a map that is none, %s: a warning, and the place in the script", async (map, message) => {
    const app = await run({ "pages/a/a.js": 'Page({});\nconsole.log("here");', "pages/a/a.js.map": map });
    expect(problems(app)).toEqual([expect.stringContaining(message)]);
    expect(app.logs.find(({ level }) => level === "log")?.source).toBe("pages/a/a.js:2:9");
  });

  test("with a map that is not there, or that leads out of the folder: as if it had none", async () => {
    for (const url of ["none.map", "../../../../etc/passwd", "https://example.com/a.js.map"]) {
      const app = await run({ "pages/a/a.js": `Page({});\nconsole.log("here");${comment(url)}` });
      expect(app.logs.map(({ source }) => source)).toEqual(["pages/a/a.js:2:9"]);
    }
  });
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
