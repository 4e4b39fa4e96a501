import { expect, test } from "vitest";
import { createCompiler } from "../../src/compiler/compiler.js";
import { makeFolder, makeProgram } from "../program-folder.js";
import { compile, lines } from "./compiled-program.js";

test("json may have a BOM, comments and trailing commas", async () => {
  const { program } = await compile({
    "app.json":
      '\uFEFF{\n // pages\n "pages": ["pages/a/a",],\n /* look */ "window": {"navigationBarTitleText": "甲",},\n}',
    "pages/a/a.json": '\uFEFF{"enablePullDownRefresh": true, // yes\n}',
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(program.appJson["window"]).toEqual({ navigationBarTitleText: "甲" });
  expect(program.units["pages/a/a"]?.json).toEqual({ enablePullDownRefresh: true });
});

test.each([
  ['{"pages": ["pages/a/a"]', 'app.json:1:24 error expected "}", got the end of the file'],
  ['{"pages": ["pages/a/a"] "window": {}}', 'app.json:1:25 error expected ",", got "\\"window\\""'],
  ["{\n  pages: []\n}", 'app.json:2:3 error expected a value, got "pages"'],
  ["[]", "app.json:1:1 error expected an object, got an array"],
])("bad json is named with its place: %s", async (text, line) => {
  const { program } = await compile({ "app.json": text });
  expect(lines(program.diagnostics)).toContain(line);
});

test("a broken page json leaves the page with what could be read", async () => {
  const { program } = await compile({ "pages/a/a.json": '{"navigationBarTitleText": "x", "b": }' });
  expect(program.units["pages/a/a"]?.json["navigationBarTitleText"]).toBe("x");
  expect(lines(program.diagnostics)).toEqual(['pages/a/a.json:1:38 error expected a value, got "}"']);
});

test("a key __proto__ is a key", async () => {
  const { program } = await compile({ "pages/a/a.json": '{"__proto__": {"polluted": true}}' });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(Object.keys(program.units["pages/a/a"]?.json ?? {})).toEqual(["__proto__"]);
});

test("an empty page json is a page without settings", async () => {
  const { program } = await compile({ "pages/a/a.json": "\n" });
  expect(program.diagnostics).toEqual([]);
});

test("without app.json there is one clear diagnostic", async () => {
  const { program, modules } = await createCompiler(makeFolder({ "readme.md": "" }).dir).compile();
  expect(lines(program.diagnostics)).toEqual(["app.json:0:0 error there is no app.json here"]);
  expect(program.diagnostics[0]?.hint).toMatch(/project\.config\.json/u);
  expect(modules).toBe("");
});

test("project.config.json leads to the program, its private twin is laid over it", async () => {
  const folder = makeFolder({
    "project.config.json": '{"appid":"wx1","miniprogramRoot":"src/","setting":{"urlCheck":true,"es6":true}}',
    "project.private.config.json": '{"setting":{"urlCheck":false}}',
    "src/app.json": '{"pages":["pages/a/a"]}',
    "src/pages/a/a.wxml": "<view>",
    "src/pages/a/a.js": "Page({})",
  });
  const compiler = createCompiler(folder.dir);
  const { program } = await compiler.compile();
  expect(program.appId).toBe("wx1");
  expect(program.project["setting"]).toEqual({ urlCheck: false, es6: true });
  expect(program.pages).toEqual(["pages/a/a"]);
  expect(compiler.programDirectory).toBe(`${folder.dir}/src`);
  expect(lines(program.diagnostics)).toEqual(["src/pages/a/a.wxml:1:2 warning wxml: missing end tag"]);
});

test("a miniprogramRoot that is not there is named, and found once it is", async () => {
  const folder = makeFolder({ "project.config.json": '{"miniprogramRoot":"dist"}' });
  const compiler = createCompiler(folder.dir);
  expect(lines((await compiler.compile()).program.diagnostics)).toEqual([
    'project.config.json:0:0 error miniprogramRoot "dist" is no folder here',
  ]);
  folder.write({ "dist/app.json": '{"pages":["a"]}', "dist/a.wxml": "", "dist/a.js": "" });
  expect((await compiler.compile()).program.pages).toEqual(["a"]);
});

test("without an appid the program is a tourist's", async () => {
  expect((await compile({})).program.appId).toBe("touristappid");
});

test("subpackages give their pages their root, under both spellings", async () => {
  const page = { wxml: "<view/>", js: "Page({})" };
  const { program } = await compile({
    "app.json": JSON.stringify({
      pages: ["pages/a/a"],
      subpackages: [{ root: "/shop/", name: "s", pages: ["list/list"], independent: true }],
      subPackages: [{ root: "more", pages: ["b"] }],
      preloadRule: { "pages/a/a": { packages: ["shop"] } },
    }),
    "shop/list/list.wxml": page.wxml,
    "shop/list/list.js": page.js,
    "more/b.wxml": page.wxml,
    "more/b.js": page.js,
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(program.pages).toEqual(["pages/a/a", "more/b", "shop/list/list"]);
  expect(program.packages).toEqual([
    { root: "more", independent: false },
    { root: "shop", name: "s", independent: true },
  ]);
  expect(program.units["shop/list/list"]?.package).toBe("shop");
});

test.each([
  ['{"pages":[]}', "app.json:1:10 error app.json names no pages"],
  ['{"pages":["pages/a/a", 3]}', "app.json:1:24 error a page is a path inside the program, got 3"],
  ['{"pages":["pages/a/a","../b"]}', 'app.json:1:23 error a page is a path inside the program, got "../b"'],
  ['{"pages":["pages/b/b"]}', 'app.json:1:11 error the page file "pages/b/b.wxml" is missing'],
  [
    '{"pages":["pages/a/a"],"entryPagePath":"x"}',
    'app.json:1:40 error entryPagePath "x" is none of the pages',
  ],
  [
    '{"pages":["pages/a/a"],"tabBar":{"list":[{"pagePath":"pages/x/x"}]}}',
    'app.json:1:54 error the tab "pages/x/x" is none of the pages',
  ],
  ['{"pages":["pages/a/a"],"themeLocation":"t.json"}', 'app.json:1:40 error there is no file "t.json"'],
  [
    '{"pages":["pages/a/a"],"subpackages":[{"pages":["x"]}]}',
    "app.json:1:39 error a subpackage needs a root inside the program",
  ],
])("what app.json says wrong is named with its place: %s", async (text, line) => {
  const { program } = await compile({ "app.json": text });
  expect(lines(program.diagnostics)).toContain(line);
});

test("theme.json gives the colours of both themes", async () => {
  const { program } = await compile({
    "app.json": '{"pages":["pages/a/a"],"darkmode":true,"themeLocation":"theme.json"}',
    "theme.json": '{"light":{"bar":"#fff"},"dark":{"bar":"#000"}}',
  });
  expect(program.theme).toEqual({ light: { bar: "#fff" }, dark: { bar: "#000" } });
});

test("a page named twice is one page", async () => {
  const { program } = await compile({ "app.json": '{"pages":["pages/a/a","/pages/a/a"]}' });
  expect(program.pages).toEqual(["pages/a/a"]);
});

test("a page without a script is an error, without json or wxss it is none", async () => {
  const folder = makeProgram();
  folder.remove("pages/a/a.js");
  const { program } = await createCompiler(folder.dir).compile();
  expect(lines(program.diagnostics)).toEqual([
    'pages/a/a.wxml:0:0 error the page has no script "pages/a/a.js"',
  ]);
  expect(program.units["pages/a/a"]?.script).toBeNull();
});
