import { expect, test } from "vitest";
import { HIDDEN_NAMES } from "../../src/module-scope.js";
import { compile, lines, ModuleRunner } from "./compiled-program.js";

async function run(files: Record<string, string>, realm: Record<string, unknown> = {}, scope = {}) {
  const compiled = await compile(files);
  return { runner: new ModuleRunner(compiled, realm, scope), program: compiled.program };
}

test("modules require each other: extensions, folders, json, absolute paths, npm", async () => {
  const { runner, program } = await run({
    "pages/a/a.js": `module.exports = [
      require("../../util/one"), require("../../util/one.js"), require("/util/two"), require("./data.json"),
      require("lib"), require("@scope/pkg/part"), require("../../list.json"),
    ]`,
    "util/one.js": "exports.n = 1",
    "util/two/index.js": "module.exports = require('../one').n + 1",
    "pages/a/data.json": '{"a": 1, /* b */}',
    "list.json": "[1, 2]",
    "miniprogram_npm/lib/index.js": "module.exports = 'lib'",
    "miniprogram_npm/@scope/pkg/part.js": "module.exports = 'part'",
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(runner.run("pages/a/a.js")).toEqual([{ n: 1 }, { n: 1 }, 2, { a: 1 }, "lib", "part", [1, 2]]);
});

test("only what is reached is in the program", async () => {
  const { runner } = await run({ "server/index.js": "require('fs')", "util/unused.js": "" });
  expect(runner.paths).toEqual(["app.js", "pages/a/a.js"]);
});

test("a missing module is a warning with its place, and catchable", async () => {
  const { runner, program } = await run({
    "pages/a/a.js": `// require("./not-asked-for")
      try { require("./none") } catch (error) { exports.message = error.message }`,
  });
  expect(lines(program.diagnostics)).toEqual(['pages/a/a.js:2:13 warning there is no module "./none"']);
  expect(runner.run("pages/a/a.js")).toEqual({ message: "module './none' is not defined" });
});

test("names of the browser are undefined, and author code may declare them", async () => {
  const { runner } = await run(
    {
      "pages/a/a.js": `
        const App = 1, Page = 2;
        let self = this, history = [], screen;
        var window2 = typeof window;
        exports.types = [window2, typeof document, typeof XMLHttpRequest, typeof WebSocket, typeof location];
      `,
      "app.js": `exports.all = [${HIDDEN_NAMES.map((name) => `typeof ${name}`).join(",")}]`,
    },
    { window: {}, document: {}, XMLHttpRequest: 1, WebSocket: 1, location: {}, history: {} },
  );
  expect(runner.run("pages/a/a.js")).toEqual({ types: Array.from({ length: 5 }, () => "undefined") });
  expect(runner.run("app.js")).toEqual({ all: HIDDEN_NAMES.map(() => "undefined") });
});

test("libraries that look for the global object find the phone's", async () => {
  const phone = { isPhone: true };
  const scope = { globalThis: phone, global: phone, Function: () => () => phone };
  const { runner } = await run(
    { "app.js": 'module.exports = [globalThis, global, Function("return this")()]' },
    {},
    scope,
  );
  expect(runner.run("app.js")).toEqual([phone, phone, phone]);
});

test("a file with a syntax error throws it where it is required, and breaks no other", async () => {
  const { runner, program } = await run({
    "pages/a/a.js":
      'try { require("./bad") } catch (error) { exports.name = error.name; exports.text = error.message }',
    "pages/a/bad.js": "const a = 1;\nconst b = {{;\n",
  });
  expect(lines(program.diagnostics)).toEqual(['pages/a/bad.js:2:12 error Expected identifier but found "{"']);
  expect(runner.run("pages/a/a.js")).toEqual({
    name: "SyntaxError",
    text: 'pages/a/bad.js:2:12 Expected identifier but found "{"',
  });
});

test("ES modules are found by parsing: words in strings and comments do not make one", async () => {
  const { runner, program } = await run({
    "pages/a/a.js":
      'import thing, { two } from "./esm"; import * as all from "./esm"; export const r = [thing, two, all.two]',
    "pages/a/esm.js": "export default 1; export const two = 2;",
    "app.js": '// import x from "x"\nvar s = "export default 1"; with ({ y: 3 }) { exports.y = y }',
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(runner.run("pages/a/a.js")).toMatchObject({ r: [1, 2, 2] });
  expect(runner.run("app.js")).toEqual({ y: 3 });
});

test("a default import of CommonJS is the whole of it", async () => {
  const { runner } = await run({
    "pages/a/a.js": 'import util from "./util"; export const r = util.f()',
    "pages/a/util.js": "module.exports = { f: () => 7 }",
  });
  expect(runner.run("pages/a/a.js")).toMatchObject({ r: 7 });
});

test("TypeScript is a module like others, wherever a script may be", async () => {
  const folder = {
    "pages/a/a.js": 'const { n } = require("./t"); exports.n = n',
    "pages/a/t.ts": 'import type { X } from "./types"; enum E { A = 4 } export const n: number = E.A as X',
  };
  const { runner, program } = await run(folder);
  expect(lines(program.diagnostics)).toEqual([]);
  expect(runner.run("pages/a/a.js")).toEqual({ n: 4 });
  const typed = await compile({
    "app.json": '{"pages":["pages/b/b"]}',
    "pages/b/b.wxml": "<view/>",
    "pages/b/b.ts": "Page<{}, {}>({})",
  });
  expect(lines(typed.program.diagnostics)).toEqual([]);
  expect(typed.program.units["pages/b/b"]?.script).toBe("pages/b/b.js");
});

test("a TypeScript error is named with its place", async () => {
  const { program } = await run({ "pages/a/a.js": 'require("./t")', "pages/a/t.ts": "let a: = 1" });
  expect(lines(program.diagnostics)).toEqual(['pages/a/t.ts:1:8 error Unexpected "="']);
});

test("an error's stack names the author's file and line", async () => {
  const { runner } = await run({ "pages/a/a.js": "\n\nexports.error = new Error('x')" });
  const { error } = runner.run("pages/a/a.js") as { error: Error };
  expect(error.stack).toMatch(/weapp:\/\/\/pages\/a\/a\.js:3:/u);
});

test("a script may end in a comment, begin with a directive, or hold any text", async () => {
  const { runner } = await run({
    "app.js": '"use strict"; exports.strict = (function () { return this === undefined })() // end',
    "pages/a/a.js": 'exports.text = "</script>\u2028`${1}\\\\" + "\\u0000"',
  });
  expect(runner.run("app.js")).toEqual({ strict: true });
  expect(runner.run("pages/a/a.js")).toEqual({ text: "</script>\u2028`${1}\\\u0000" });
});

test("a script, in TypeScript too, may begin with a line for a shell", async () => {
  const { runner, program } = await run({
    "pages/a/a.js": '#!/usr/bin/env node\nmodule.exports = require("../../util/b").n',
    "util/b.ts": "#!/usr/bin/env node\nexport const n: number = 2",
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(runner.run("pages/a/a.js")).toBe(2);
});

test("a file that closes its wrapper is a syntax error", async () => {
  const { program } = await run({ "pages/a/a.js": "}}); (function () { return function () {" });
  expect(program.diagnostics[0]).toMatchObject({ severity: "error", file: "pages/a/a.js", line: 1 });
});
