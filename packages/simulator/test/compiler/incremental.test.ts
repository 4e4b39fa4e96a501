import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createCompiler } from "../../src/compiler/compiler.js";
import type { ProgramFiles } from "../../src/program.js";
import { makeProgram } from "../program-folder.js";
import { lines, ModuleRunner } from "./compiled-program.js";
import { render } from "./rendered-page.js";

test("nothing changed: the same version; anything changed: the next", async () => {
  const folder = makeProgram({ "pages/a/a.wxss": ".a{}" });
  const compiler = createCompiler(folder.dir);
  expect((await compiler.compile()).program.version).toBe(1);
  expect((await compiler.compile()).program.version).toBe(1);
  folder.write({ "notes.txt": "beside the program" });
  expect((await compiler.compile()).program.version).toBe(1);
  folder.write({ "pages/a/a.wxss": ".b{}" });
  const { program, styles } = await compiler.compile();
  expect(program.version).toBe(2);
  expect(styles["pages/a/a"]).toContain(".b");
});

test("a change reaches what depends on it: imports, includes, wxs, components, modules, files that appear and go", async () => {
  const folder = makeProgram({
    "pages/a/a.wxml": '<include src="/part"/><wxs src="/m.wxs" module="m"/>{{m.v}}',
    "part.wxml": "<view/>",
    "m.wxs": "module.exports.v = 1",
    "pages/a/a.js": 'exports.v = require("./v").v',
    "pages/a/v.js": "exports.v = 1",
    "pages/a/a.wxss": "@import '/base.wxss';",
    "base.wxss": ".one{}",
    "pages/a/a.json": '{"usingComponents":{"x":"/x"}}',
  });
  const compiler = createCompiler(folder.dir);
  const first = await compiler.compile();
  expect(render(first, "pages/a/a")).toBe("<view></view>1");
  expect(lines(first.program.diagnostics)).toEqual([
    'pages/a/a.json:1:25 error there is no component "/x" for <x>',
  ]);
  folder.write({
    "part.wxml": "<text/>",
    "m.wxs": "module.exports.v = 2",
    "pages/a/v.js": "exports.v = 2",
    "base.wxss": ".two{}",
    "x.json": '{"component":true}',
    "x.js": "Component({})",
    "x.wxml": "<view/>",
  });
  const second = await compiler.compile();
  expect(render(second, "pages/a/a")).toBe("<text></text>2");
  expect(new ModuleRunner(second).run("pages/a/a.js")).toEqual({ v: 2 });
  expect(second.styles["pages/a/a"]).toContain(".two");
  expect(second.program.units["pages/a/a"]?.usingComponents).toEqual({ x: "x" });
  folder.remove("base.wxss");
  folder.remove("pages/a/v.js");
  expect(lines((await compiler.compile()).program.diagnostics)).toEqual([
    'pages/a/a.wxss:1:1 error there is no file "/base.wxss"',
    'pages/a/a.js:1:13 warning there is no module "./v"',
  ]);
});

test("links inside the folder are followed, links out of it are not there", async () => {
  const outside = mkdtempSync(join(tmpdir(), "weapp-socket-outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true }));
  writeFileSync(join(outside, "secret.json"), '{"token":"t"}');
  const folder = makeProgram({
    "pages/a/a.js":
      'exports.all = [require("./inside"), (() => { try { return require("./secret.json") } catch { return null } })()]',
    "real.js": "module.exports = 1",
  });
  symlinkSync(join(folder.dir, "real.js"), join(folder.dir, "pages/a/inside.js"));
  symlinkSync(join(outside, "secret.json"), join(folder.dir, "pages/a/secret.json"));
  mkdirSync(join(folder.dir, "lib"));
  const files = await createCompiler(folder.dir).compile();
  expect(files.modules).not.toContain("token");
  expect(new ModuleRunner(files).run("pages/a/a.js")).toEqual({ all: [1, null] });
});

test("one changed file of a large program costs a small part of what the whole does", async () => {
  const pages = Array.from({ length: 200 }, (_, index) => `pages/p${index}/p`);
  const folder = makeProgram({
    "app.json": JSON.stringify({ pages }),
    ...Object.fromEntries(
      pages.flatMap((path) => [
        [
          `${path}.js`,
          `const u = require("/util"); Page({ data: { list: [] }, onLoad() { u.go(${path.length}) } })`,
        ],
        [
          `${path}.wxml`,
          '<view wx:for="{{list}}" class="a {{item.b}}" bindtap="tap">{{item.text}}</view>'.repeat(20),
        ],
        [`${path}.wxss`, ".a { width: 10rpx }\n".repeat(40)],
        [`${path}.json`, '{"navigationBarTitleText":"p"}'],
      ]),
    ),
    "util.js": "exports.go = () => {}",
  });
  const compiler = createCompiler(folder.dir);
  // In time of the processor: that of the clock is the machine's, and what else it does.
  const costOf = async (): Promise<{ files: ProgramFiles; ms: number }> => {
    const begun = process.cpuUsage();
    const files = await compiler.compile();
    const { user, system } = process.cpuUsage(begun);
    return { files, ms: (user + system) / 1000 };
  };
  const whole = await costOf();
  folder.write({ "pages/p7/p.wxml": "<view>new</view>" });
  const changed = await costOf();
  expect(render(changed.files, "pages/p7/p")).toBe("<view>new</view>");
  expect(changed.ms).toBeLessThan(whole.ms / 5);
});
