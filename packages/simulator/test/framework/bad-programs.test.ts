import { expect, test } from "vitest";
import { createVirtualClock, launch } from "@weapp-socket/simulator";
import { component, problems, run, said, using, uses } from "../headless-world.js";
import { makeFolder } from "../program-folder.js";

test("a folder without app.json: a LaunchError that says so", async () => {
  await expect(launch(makeFolder({ "x.txt": "" }).dir)).rejects.toMatchObject({
    name: "LaunchError",
    message: expect.stringContaining("app.json"),
  });
});

test("a component that includes itself: the page stays empty, and why is said once", async () => {
  const app = await run({
    "pages/a/a.json": using("loop"),
    "pages/a/a.wxml": "<text>before</text><loop />",
    ...component("loop", "Component({})", "<loop />", { usingComponents: uses("loop") }),
  });
  expect(problems(app)).toEqual([
    'Error: components stand more than 100 deep in each other at "components/loop/loop": does one include itself?',
  ]);
  expect(app.page()).toMatchObject({ path: "pages/a/a" });
  expect(app.page().text()).toBe("");
  app.page().setData({ alive: 1 });
  expect(app.page().data("alive")).toBe(1);
});

test("a component that comes to include itself later: the page stays as it was", async () => {
  const app = await run({
    "pages/a/a.json": using("loop"),
    "pages/a/a.wxml": '<text>before</text><loop wx:if="{{on}}" /><text>{{n}}</text>',
    ...component("loop", "Component({})", "<loop />", { usingComponents: uses("loop") }),
  });
  expect(() => app.page().setData({ on: true })).toThrow("more than 100 deep in each other");
  app.page().setData({ on: false, n: 1 });
  await app.idle();
  expect(app.page().text()).toBe("before1");
});

test("a component that includes itself as long as there is data is no mistake", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ data: { tree: { n: 1, child: { n: 2, child: { n: 3 } } } } })",
    "pages/a/a.json": using("node"),
    "pages/a/a.wxml": '<node tree="{{tree}}" />',
    ...component(
      "node",
      "Component({ properties: { tree: Object } })",
      '<text>{{tree.n}}</text><node wx:if="{{tree.child}}" tree="{{tree.child}}" />',
      { usingComponents: uses("node") },
    ),
  });
  expect(app.page().text()).toBe("123");
  expect(problems(app)).toEqual([]);
});

test("two components that include each other", async () => {
  const app = await run({
    "pages/a/a.json": using("one"),
    "pages/a/a.wxml": "<text>before</text><one />",
    ...component("one", "Component({})", "<two />", { usingComponents: uses("two") }),
    ...component("two", "Component({})", "<one />", { usingComponents: uses("one") }),
  });
  expect(problems(app)).toEqual([expect.stringContaining("more than 100 deep in each other")]);
  expect(app.page().text()).toBe("");
});

test("a page that throws in onLoad is drawn, and its other functions are called", async () => {
  const app = await run({
    "pages/a/a.js": `Page({
      data: { text: "drawn" },
      onLoad() { throw new Error("no"); },
      onShow() { console.log("onShow"); },
      onReady() { console.log("onReady"); },
    })`,
    "pages/a/a.wxml": "<text>{{text}}</text>",
  });
  expect(app.page().text()).toBe("drawn");
  expect(said(app)).toEqual(["onShow", "onReady"]);
  expect(problems(app)).toEqual(["Error: no"]);
  expect(app.logs.find(({ level }) => level === "error")?.source).toBe("pages/a/a onLoad");
});

test("a page whose script throws is drawn without its data; the other pages are not disturbed", async () => {
  const app = await run({
    "app.json": '{"pages":["pages/a/a","pages/b/b"]}',
    "pages/a/a.js": 'throw new Error("while loading"); Page({ data: { text: "x" } })',
    "pages/a/a.wxml": "<text>[{{text}}]</text>",
    "pages/b/b.js": "Page({})",
    "pages/b/b.wxml": "<text>fine</text>",
  });
  expect(app.page().text()).toBe("[]");
  expect(problems(app)).toEqual(["Error: while loading"]);
  await (app.wx["reLaunch"] as (options: object) => Promise<unknown>)({ url: "/pages/b/b" });
  expect(app.page().text()).toBe("fine");
});

test("an endless loop of setData: said once, the program can still be used", async () => {
  const app = await run(
    {
      "pages/a/a.js": `Page({
        data: { n: 0 },
        onLoad() { this.loop(); },
        loop() { if (!this.over) this.setData({ n: this.data.n + 1 }, () => this.loop()); },
        stop() { this.over = true; },
      })`,
      "pages/a/a.wxml": '<view bindtap="stop">{{n}}</view>',
    },
    { clock: createVirtualClock() },
  );
  await app.waitFor(() => (app.page().data("n") as number) > 1_100, { timeoutMs: 30_000 });
  app.page().find("view")?.tap();
  await app.idle();
  const last = app.page().data("n");
  await app.idle();
  expect(app.page().data("n")).toBe(last);
  expect(problems(app)).toEqual([
    "setData: more than 1000 calls within a second, is this a loop that does not end?",
  ]);
});

test("an observer that sets what it observes, without an end", async () => {
  const app = await run({
    "pages/a/a.json": using("round"),
    "pages/a/a.wxml": '<round id="r" /><text>drawn</text>',
    ...component(
      "round",
      "Component({ data: { n: 0 }, observers: { n(n) { this.setData({ n: n + 1 }); } } })",
      "<text>{{n}}</text>",
    ),
  });
  const round = app.page().find("#r")?.component() as { setData(changes: object): void };
  round.setData({ n: 1 });
  await app.idle();
  expect(problems(app)).toEqual([
    'Error: setData: more than 1000 calls out of one on "components/round/round": does an observer set what it observes?',
  ]);
  expect(app.page().text()).toBe("1001drawn");
});

test("5 MB in one setData: a warning, and it is set", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ onLoad() { this.setData({ text: 'x'.repeat(5_000_000) }); } })",
  });
  expect(app.page().data("text")).toHaveLength(5_000_000);
  expect(problems(app)).toEqual([
    "setData: expected at most 1 MB in one call, got more: a phone may refuse it",
  ]);
});

test("names of wx that are not here: each warns once and fails", async () => {
  const app = await run({
    "pages/a/a.js": `Page({
      async onLoad() {
        for (let n = 0; n < 2; n += 1) {
          await wx.startSoterAuthentication().catch(() => {});
          wx.joinVoIPChat({ fail: ({ errMsg }) => console.log(errMsg), complete: ({ errMsg }) => console.log("then", errMsg) });
          await wx.issueTransitCard().catch(({ errMsg }) => console.log(errMsg));
          wx.createBLEPeripheralServer().anything();
        }
      },
    })`,
  });
  await app.waitFor(() => said(app).length >= 6);
  expect(problems(app)).toContain("wx.joinVoIPChat is not implemented in weapp-socket");
  expect(app.logs.find(({ parts }) => parts[0]?.includes("joinVoIPChat"))?.place?.line).toBe(5);
  expect(problems(app).filter((line) => line.includes("joinVoIPChat"))).toHaveLength(1);
  expect(problems(app).filter((line) => line.includes("issueTransitCard"))).toHaveLength(1);
  expect(said(app)).toContain("joinVoIPChat:fail not implemented in weapp-socket");
  expect(said(app)).toContain("then joinVoIPChat:fail not implemented in weapp-socket");
  expect(said(app)).toContain("issueTransitCard:fail not implemented in weapp-socket");
});

test("a behavior, handler, observer or relation that leads nowhere is a warning", async () => {
  const app = await run({
    "pages/a/a.json": using("odd"),
    "pages/a/a.wxml": '<odd value="1" />',
    ...component(
      "odd",
      `Component({
        behaviors: [undefined, "wx://no-such"],
        properties: { value: { type: String, observer: "missing" } },
        observers: { value: "alsoMissing" },
        lifetimes: { attached: undefined },
      })`,
      "<text>drawn</text>",
    ),
  });
  expect(app.page().text()).toBe("drawn");
  expect(problems(app).toSorted()).toEqual([
    'behaviors: "wx://no-such" is no behavior',
    "behaviors: undefined is no behavior",
    'observers["value"]: there is no method "alsoMissing"',
    'properties.value.observer: there is no method "missing"',
  ]);
});

test("an observer that never ends, of a property that the page gives: an error, and the page is there", async () => {
  const app = await run({
    "pages/a/a.json": using("round"),
    "pages/a/a.wxml": '<round id="r" n="1"/><text>there</text>',
    ...component(
      "round",
      "Component({ properties: { n: Number }, observers: { n(n) { this.setData({ n: n + 1 }); } } })",
      "",
    ),
  });
  expect(problems(app)).toContain(
    'Error: setData: more than 20000 calls without a pause on "components/round/round": does an observer set what it observes?',
  );
  expect(app.page().text()).toBe("there");
});

test("a value that contains itself: setData says which, and sets nothing", async () => {
  const app = await run({
    "pages/a/a.js":
      "Page({ data: { a: 0 }, onLoad() { const ring = {}; ring.ring = ring; this.setData({ a: ring }); } })",
    "pages/a/a.wxml": "<text>{{a}}</text>",
  });
  expect(problems(app)).toEqual([
    'TypeError: setData: expected data, got "a", which contains itself or is too deep',
  ]);
  expect(app.page().text()).toBe("0");
});

test("a template that uses itself: an error that says so, in place of the page", async () => {
  const app = await run({
    "pages/a/a.wxml": '<template name="t"><template is="t"/></template><template is="t"/>',
  });
  expect(problems(app)).toEqual([
    "Error: what the page draws does not end: does a template use itself, or a value contain itself?",
  ]);
});
