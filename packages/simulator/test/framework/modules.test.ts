import { expect, test } from "vitest";
import { createVirtualClock } from "@weapp-socket/simulator";
import { problems, run, said } from "../headless-world.js";

const HIDDEN =
  "window document frames self location navigator localStorage history Caches screen alert confirm prompt " +
  "XMLHttpRequest WebSocket Reporter webkit WeixinJSCore";

test("names of browsers are there and undefined; of Node nothing is there", async () => {
  const app = await run({
    "pages/a/a.js": `
      const seen = [${HIDDEN.split(" ").join(", ")}].filter((each) => each !== undefined);
      console.log("seen", seen.length);
      console.log(typeof process, typeof Buffer, typeof fetch, typeof setImmediate, typeof performance, typeof crypto);
      Page({})`,
  });
  expect(said(app)).toEqual(["seen 0", "undefined undefined undefined undefined undefined undefined"]);
});

test("author code may declare names that are hidden", async () => {
  const app = await run({
    "pages/a/a.js": `let self = 1; const window = 2; class WebSocket {} const App = 3, location = "x";
      console.log(self, window, typeof WebSocket, App, location); Page({})`,
  });
  expect(said(app)).toEqual(["1 2 function 3 x"]);
  expect(problems(app)).toEqual([]);
});

test("globalThis, global and Function('return this')() are the phone's, one for all modules", async () => {
  const app = await run({
    "lib.js": "globalThis.shared = 1; module.exports = Function('return this')();",
    "pages/a/a.js": `const found = require("../../lib.js");
      console.log(found === globalThis, found === global, found.shared, typeof found.setTimeout, typeof found.wx);
      try { Function("return 1")(); } catch (error) { console.log(error.name); }
      Page({})`,
  });
  expect(said(app)).toEqual(["true true 1 function object", "EvalError"]);
});

test("require: once, by path with or without .js, a folder's index; what is missing can be caught", async () => {
  const app = await run({
    "lib/once.js": 'console.log("ran"); exports.n = 1; exports.self = () => module.exports === exports;',
    "lib/index.js": 'module.exports = { ...require("./once"), from: "index" };',
    "pages/a/a.js": `
      const lib = require("../../lib/index");
      const again = require("../../lib/once.js");
      console.log(lib.from, again.n, again.self());
      try { require("./none"); } catch (error) { console.log(error.message); }
      Page({})`,
  });
  expect(said(app)).toEqual([
    "ran",
    "index 1 true",
    "module './none' is not defined, require('./none') in pages/a",
  ]);
});

test("a circle of requires gives what there is so far", async () => {
  const app = await run({
    "one.js": 'exports.early = 1; const two = require("./two"); exports.late = two.seen;',
    "two.js": 'const one = require("./one"); exports.seen = Object.keys(one).join();',
    "pages/a/a.js": 'console.log(JSON.stringify(require("../../one"))); Page({})',
  });
  expect(said(app)).toEqual(['{"early":1,"late":"early"}']);
});

test("require.async and require with callbacks reach another package", async () => {
  const app = await run({
    "app.json": '{"pages":["pages/a/a"],"subPackages":[{"root":"more","pages":["b/b"]}]}',
    "more/b/b.js": "Page({})",
    "more/b/b.wxml": "",
    "more/lib.js": "exports.name = 'more';",
    "pages/a/a.js": `Page({
      async onLoad() {
        console.log((await require.async("../../more/lib.js")).name);
        require("../../more/lib.js", (lib) => console.log("callback", lib.name));
        require("../../more/none.js", () => {}, (error) => console.log(error.message));
        await require.async("../../more/none.js").catch((error) => console.log("caught", error.message));
      },
    })`,
  });
  await app.waitFor(() => said(app).length === 4);
  expect(said(app)[0]).toBe("more");
  expect(said(app)).toEqual(
    expect.arrayContaining([
      "callback more",
      expect.stringMatching(/^module '\.\.\/\.\.\/more\/none\.js' is not defined/u),
      expect.stringMatching(/^caught module/u),
    ]),
  );
});

test("modules of ES, and wx that can be extended", async () => {
  const app = await run({
    "lib.js": "export default function greet() { return wx.mine; } export const n = 2;",
    "app.js": "wx.mine = 'own'; App({});",
    "pages/a/a.js": 'import greet, { n } from "../../lib"; console.log(greet(), n); Page({})',
  });
  expect(said(app)).toEqual(["own 2"]);
});

test("timers and Date keep the virtual clock's time", async () => {
  const start = Date.UTC(2024, 1, 29, 12);
  const app = await run(
    {
      "pages/a/a.js": `Page({
        onLoad() {
          console.log(Date.now(), new Date().toISOString(), new Date(0).getTime(), typeof Date(), new Date() instanceof Date);
          setTimeout((a, b) => console.log("timeout", a, b, Date.now() - ${start}), 1000, "x", "y");
          const every = setInterval(() => {
            this.n = (this.n || 0) + 1;
            console.log("interval", this.n);
            if (this.n === 3) clearInterval(every);
          }, 400);
          clearTimeout(setTimeout(() => console.log("never"), 10));
          clearTimeout(undefined);
        },
      })`,
    },
    { clock: createVirtualClock(start) },
  );
  expect(said(app)).toEqual([`${start} 2024-02-29T12:00:00.000Z 0 string true`]);
  await app.advance(399);
  expect(said(app)).toHaveLength(1);
  await app.advance(60_000);
  expect(said(app).slice(1)).toEqual(["interval 1", "interval 2", "timeout x y 1000", "interval 3"]);
});
