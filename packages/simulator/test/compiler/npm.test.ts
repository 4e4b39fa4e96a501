import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCompiler } from "../../src/compiler/compiler.js";
import { resolveModule } from "../../src/module-path.js";
import { makeFolder, makeProgram } from "../program-folder.js";
import { compile, lines, ModuleRunner } from "./compiled-program.js";

const COMPONENT = { json: '{"component":true}', js: "Component({})", wxml: "<view/>" };

test("a package with a miniprogram folder is found in node_modules, above the program's root too", async () => {
  const folder = makeFolder({
    "project.config.json": '{"miniprogramRoot":"miniprogram"}',
    "miniprogram/app.json": '{"pages":["a"]}',
    "miniprogram/a.js": 'exports.util = require("@me/kit/util"); exports.main = require("@me/kit")',
    "miniprogram/a.wxml": "<kit-card/>",
    "miniprogram/a.json": '{"usingComponents":{"kit-card":"@me/kit/card"}}',
    "miniprogram/a.wxss": '@import "@me/kit/base.wxss";',
    "node_modules/@me/kit/package.json": '{"miniprogram":"./lib/"}',
    "node_modules/@me/kit/lib/index.js": 'module.exports = "kit"',
    "node_modules/@me/kit/lib/util.js": "module.exports = 7",
    "node_modules/@me/kit/lib/base.wxss": ".base{}",
    "node_modules/@me/kit/lib/card/index.json": COMPONENT.json,
    "node_modules/@me/kit/lib/card/index.js": COMPONENT.js,
    "node_modules/@me/kit/lib/card/index.wxml": '<image src="./card.png"/>',
    "node_modules/@me/kit/lib/card/card.png": "PNG",
  });
  const compiler = createCompiler(folder.dir);
  const files = await compiler.compile();
  expect(lines(files.program.diagnostics)).toEqual([]);
  expect(files.program.units["a"]?.usingComponents).toEqual({
    "kit-card": "miniprogram_npm/@me/kit/card/index",
  });
  expect(files.styles["a"]).toContain(".base");
  expect(new ModuleRunner(files).run("a.js")).toEqual({ util: 7, main: "kit" });
  expect(compiler.locate("miniprogram_npm/@me/kit/card/card.png")).toMatch(/lib\/card\/card\.png$/u);
  expect(compiler.locate("miniprogram_npm/@me/kit/../package.json")).toBeNull();
});

test("miniprogram_dist is the folder where the package names none", async () => {
  const files = await compile({
    "pages/a/a.js": 'module.exports = require("kit")',
    "node_modules/kit/package.json": "{}",
    "node_modules/kit/miniprogram_dist/index.js": "module.exports = 1",
  });
  expect(new ModuleRunner(files).run("pages/a/a.js")).toBe(1);
});

test("plain packages are bundled with what they need; ES modules, folders of exports and single files too", async () => {
  const files = await compile({
    "pages/a/a.js":
      'module.exports = [require("plain").name, require("esm").default, require("plain/extra").extra, require("plain")]',
    "node_modules/plain/package.json": '{"main":"src/main"}',
    "node_modules/plain/src/main.js": 'exports.name = "plain " + require("inner") + require("./part")',
    "node_modules/plain/src/part.js": 'module.exports = "+part"',
    "node_modules/plain/extra.js": 'exports.extra = require("inner")',
    "node_modules/inner/package.json": "{}",
    "node_modules/inner/index.js": 'module.exports = "inner"',
    "node_modules/esm/package.json": '{"type":"module","exports":{".":{"import":"./m.js"}}}',
    "node_modules/esm/m.js": "export default process.env.NODE_ENV",
  });
  expect(lines(files.program.diagnostics)).toEqual([]);
  const runner = new ModuleRunner(files);
  expect(runner.run("pages/a/a.js")).toEqual([
    "plain inner+part",
    "production",
    "inner",
    { name: "plain inner+part" },
  ]);
  expect(runner.paths).toContain("miniprogram_npm/plain/index.js");
});

test("what a bundled package cannot find throws where it is required, and nowhere else", async () => {
  const files = await compile({
    "pages/a/a.js": 'const { f } = require("plain"); exports.f = f',
    "node_modules/plain/package.json": "{}",
    "node_modules/plain/index.js":
      'exports.f = () => { try { return require("fs") } catch (e) { return e.message } }',
  });
  const { f } = new ModuleRunner(files).run("pages/a/a.js") as { f: () => string };
  expect(f()).toBe("module 'fs' is not defined");
});

test("a package that does not parse is an error of its own", async () => {
  const files = await compile({
    "pages/a/a.js": 'try { require("broken") } catch (error) { exports.message = error.message }',
    "node_modules/broken/package.json": "{}",
    "node_modules/broken/index.js": "let let = {{",
  });
  expect(lines(files.program.diagnostics)).toEqual([
    expect.stringMatching(/^miniprogram_npm\/broken\/index\.js:0:0 error the package cannot be bundled: /u),
  ]);
  expect(new ModuleRunner(files).run("pages/a/a.js")).toEqual({
    message: expect.stringContaining("bundled") as string,
  });
});

test("a package's own version of another one serves it alone", async () => {
  const files = await compile({
    "pages/a/a.js": 'module.exports = [require("kit"), require("dep")]',
    "node_modules/kit/package.json": '{"miniprogram":"lib"}',
    "node_modules/kit/lib/index.js": 'module.exports = require("dep")',
    "node_modules/kit/node_modules/dep/package.json": "{}",
    "node_modules/kit/node_modules/dep/index.js": "module.exports = 2",
    "node_modules/dep/package.json": "{}",
    "node_modules/dep/index.js": "module.exports = 1",
  });
  expect(new ModuleRunner(files).run("pages/a/a.js")).toEqual([2, 1]);
});

test("a built miniprogram_npm comes before node_modules", async () => {
  const files = await compile({
    "pages/a/a.js": 'module.exports = require("kit")',
    "miniprogram_npm/kit/index.js": 'module.exports = "built"',
    "node_modules/kit/package.json": "{}",
    "node_modules/kit/index.js": 'module.exports = "installed"',
  });
  expect(new ModuleRunner(files).run("pages/a/a.js")).toBe("built");
});

test("WeUI as an extended library is the package from npm, before app.wxss", async () => {
  const app = { "app.json": '{"pages":["pages/a/a"],"useExtendedLib":{"weui":true}}', "app.wxss": ".app{}" };
  const installed = await compile({
    ...app,
    "node_modules/weui-miniprogram/package.json": '{"miniprogram":"dist"}',
    "node_modules/weui-miniprogram/dist/weui-wxss/dist/style/weui.wxss": ".weui{}",
  });
  expect(installed.styles["app"]).toBe(".weui{}\n.app{}\n");
  const missing = await compile(app);
  expect(lines(missing.program.diagnostics)).toEqual(["app.json:1:49 warning WeUI is not installed"]);
  expect(missing.styles["app"]).toBe(".app{}\n");
});

test("a package that is not installed is named", async () => {
  const { program } = await compile({
    "pages/a/a.js": 'require("none")',
    "pages/a/a.json": '{"usingComponents":{"x":"none/x"}}',
  });
  expect(program.diagnostics).toMatchObject([
    { message: 'there is no component "none/x" for <x>', hint: expect.stringContaining("npm") as string },
    { message: 'there is no module "none"', hint: expect.stringContaining("package") as string },
  ]);
});

test("a package that is installed later is found", async () => {
  const folder = makeProgram({ "pages/a/a.js": 'module.exports = require("kit")' });
  const compiler = createCompiler(folder.dir);
  expect((await compiler.compile()).program.diagnostics).toHaveLength(1);
  folder.write({ "node_modules/kit/package.json": "{}", "node_modules/kit/index.js": "module.exports = 1" });
  const files = await compiler.compile();
  expect(files.program.diagnostics).toEqual([]);
  expect(new ModuleRunner(files).run("pages/a/a.js")).toBe(1);
});

/** What modules require and the program does not have. */
function missingRequests(modules: string): readonly string[] {
  const code = new Map(
    [
      ...modules.matchAll(
        /__weappDefine\("([^"]+)",function\(scope\)\{return\(0,eval\)\((".*")\)\(scope\)\}/gu,
      ),
    ].map(([, path = "", text = '""']) => [path, JSON.parse(text) as string] as const),
  );
  expect(code.size).toBeGreaterThan(10);
  return [...code].flatMap(([path, text]) =>
    [...text.matchAll(/\brequire\("([^"]+)"\)/gu)]
      .map(([, request = ""]) => request)
      .filter((request) => resolveModule(path, request, (candidate) => code.has(candidate)) === null)
      .map((request) => `${path}: ${request}`),
  );
}

describe.each([
  ["@vant/weapp", "lib", 60],
  ["tdesign-miniprogram", "miniprogram_dist", 90],
  ["weui-miniprogram", "miniprogram_dist", 20],
])("%s", (name, folderName, atLeast) => {
  const installed = join(import.meta.dirname, "../../../../node_modules");

  test("every component compiles without an error", async () => {
    const root = join(installed, name, folderName);
    const components = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".wxml") && existsSync(join(root, path.replace(".wxml", ".json"))))
      .map((path) => path.replace(".wxml", ""));
    const using = Object.fromEntries(components.map((path, index) => [`c${index}`, `${name}/${path}`]));
    const folder = makeProgram({ "pages/a/a.json": JSON.stringify({ usingComponents: using }) });
    symlinkSync(installed, join(folder.dir, "node_modules"));
    const { program, modules } = await createCompiler(folder.dir).compile();
    expect(missingRequests(modules)).toEqual([]);
    expect(components.length).toBeGreaterThan(atLeast);
    expect(lines(program.diagnostics)).toEqual([]);
    expect(Object.keys(program.units).length).toBeGreaterThan(atLeast);
  });
});
