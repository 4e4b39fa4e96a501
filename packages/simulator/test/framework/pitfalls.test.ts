/**
 * What went wrong in earlier attempts to run mini programs outside WeChat, so that it does not go wrong again.
 *
 * | pitfall | tried in |
 * | --- | --- |
 * | author tags, real elements, WXSS tag selectors; ids; box-sizing; one input event; long press | pitfalls-dom.test.ts |
 * | handlers without a colon on native nodes; plain events; `dataset` as a property; `ready`; `hidden` | here |
 * | styleIsolation in the script, as the compiler reads it | compiler/component.test.ts |
 * | WXS: paths with their extension, `constructor` as a name, a broken module | compiler/wxml.test.ts, and here |
 * | globals, hidden names, a module that fails alone | framework/modules.test.ts, compiler/script.test.ts |
 * | ES modules are found by parsing; npm with a `miniprogram` folder and plain packages | compiler/script.test.ts, npm.test.ts |
 * | JSON with BOM and comments; unclosed tags; duplicate attributes | compiler/json.test.ts, wxml.test.ts |
 * | an observer that names no method is a warning | framework/bad-programs.test.ts |
 * | large programs | host/simulator.test.ts, compiler/incremental.test.ts |
 */
import { expect, test } from "vitest";
import { component, problems, run, said, using } from "../headless-world.js";

test("bindtap without a colon on a node that is no component", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ tap() { console.log('tap'); }, caught() { console.log('caught'); } })",
    "pages/a/a.wxml": '<div id="one" bindtap="tap"><div id="two" catchtap="caught" /></div>',
  });
  app.page().find("#one")?.tap();
  app.page().find("#two")?.tap();
  expect(said(app)).toEqual(["tap", "caught"]);
});

test("ready comes after the mount, also for what is put in later", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ data: { on: false } })",
    "pages/a/a.json": using("leaf"),
    "pages/a/a.wxml": '<leaf /><leaf wx:if="{{on}}" />',
    ...component(
      "leaf",
      "Component({ ready() { this.createSelectorQuery().select('.x').boundingClientRect((rect) => console.log('ready', rect !== null)).exec(); } })",
      '<view class="x" />',
    ),
  });
  app.page().setData({ on: true });
  await app.idle();
  expect(said(app)).toEqual(["ready true", "ready true"]);
});

test.each(["dataset", "id", "class", "style", "slot", "is", "data", "childNodes"])(
  "a property named %s does not keep a component from being made",
  async (name) => {
    const app = await run({
      "pages/a/a.json": using("odd"),
      "pages/a/a.wxml": "<odd /><text>after</text>",
      ...component(
        "odd",
        `Component({ properties: { ${name}: { type: null, value: "v" } } })`,
        "<text>odd </text>",
      ),
    });
    expect(app.page().text()).toBe("odd after");
    expect(app.logs.filter(({ level }) => level === "error")).toEqual([]);
  },
);

test("events are plain objects: they can be stringified, kept and set as data", async () => {
  const app = await run({
    "pages/a/a.js": `Page({
      tap(event) { this.kept = event; this.setData({ event }); console.log(Object.getPrototypeOf(event) === Object.prototype); },
      later() { console.log(JSON.parse(JSON.stringify(this.kept)).currentTarget.id, this.data.event.type); },
    })`,
    "pages/a/a.wxml": '<view id="v" bindtap="tap" /><view id="w" bindtap="later" />',
  });
  app.page().find("#v")?.tap();
  app.page().find("#w")?.tap();
  expect(said(app)).toEqual(["true", "v tap"]);
});

test("WXS change: does not fire before the tree is there, and gets descriptors", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ data: { n: 1 }, found(text) { console.log(text); } })",
    "pages/a/a.wxml": `<wxs module="m">module.exports.changed = function (next, before, owner) {
        owner.callMethod("found", owner.selectComponent(".late") ? "found" : "missing");
      };</wxs>
      <view change:prop="{{m.changed}}" prop="{{n}}" /><view class="late" />`,
  });
  expect(said(app)).toEqual(["found"]);
});

test("one broken WXS does not blank every page", async () => {
  const app = await run({
    "app.json": '{"pages":["pages/a/a","pages/b/b"]}',
    "pages/a/a.wxml": '<wxs module="m">module.exports = {{{;</wxs><text>a{{m.x}}</text>',
    "pages/b/b.js": "Page({})",
    "pages/b/b.wxml":
      '<wxs module="n">module.exports.f = function () { return none.x; };</wxs><text>b{{n.f()}}</text>',
  });
  expect(app.page().text()).toBe("a");
  await (app.wx["reLaunch"] as (options: object) => Promise<unknown>)({ url: "/pages/b/b" });
  expect(app.page().text()).toBe("b");
  expect(problems(app).some((line) => line.startsWith("wxs: "))).toBe(true);
});

test("hidden={{undefined}} hides nothing", async () => {
  const app = await run({ "pages/a/a.wxml": '<view hidden="{{undefined}}">seen</view>' });
  expect(app.page().find("view")?.attributes["hidden"]).toBe(false);
});

test("an input's handler may return another value; detail is value, cursor and keyCode; Enter confirms", async () => {
  const app = await run({
    "pages/a/a.js": `Page({
      typed({ detail }) { console.log(Object.keys(detail).sort().join(), detail.value, detail.cursor); return detail.value.slice(0, 3); },
      done({ detail }) { console.log("confirm", detail.value); },
    })`,
    "pages/a/a.wxml": '<input bindinput="typed" bindconfirm="done" />',
  });
  app.page().find("input")?.input("abcdef");
  await app.idle();
  app.page().find("input")?.confirm();
  expect(said(app)).toEqual(["cursor,keyCode,value abcdef 6", "confirm abc"]);
});

test("an unclosed tag is named with its place, and the page goes on", async () => {
  const app = await run({ "pages/a/a.wxml": "<view>\n<text>seen</view>\n<view>too</view>" });
  expect(app.page().text()).toContain("seen");
  expect(app.logs.filter(({ level }) => level !== "log").map(({ source }) => source)).toContainEqual(
    expect.stringMatching(/^pages\/a\/a\.wxml:\d$/u),
  );
});
