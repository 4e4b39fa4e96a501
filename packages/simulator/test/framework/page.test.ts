import { describe, expect, test } from "vitest";
import { createVirtualClock } from "@weapp-socket/simulator";
import { call, component, problems, run, said, using } from "../headless-world.js";

describe("setData", () => {
  test.each([
    [{ "list[0].name": "new" }, { list: [{ name: "new" }, { name: "b" }], o: { x: 1 } }],
    [{ "o.y.z": 1 }, { list: [{ name: "a" }, { name: "b" }], o: { x: 1, y: { z: 1 } } }],
    [{ "list[2]": { name: "c" } }, { list: [{ name: "a" }, { name: "b" }, { name: "c" }], o: { x: 1 } }],
    [{ o: null }, { list: [{ name: "a" }, { name: "b" }], o: null }],
    [{ "made.by.path": 1 }, { list: [{ name: "a" }, { name: "b" }], o: { x: 1 }, made: { by: { path: 1 } } }],
  ])("%o", async (changes, expected) => {
    const app = await run({
      "pages/a/a.js": 'Page({ data: { list: [{ name: "a" }, { name: "b" }], o: { x: 1 } } })',
    });
    app.page().setData(changes);
    expect(app.page().data()).toEqual(expected);
  });

  test("the data is there at once; the callback comes after the drawing", async () => {
    const app = await run({
      "pages/a/a.js": `Page({
        data: { n: 1 },
        onLoad() {
          this.setData({ n: 2 }, () => console.log("drawn", this.data.n));
          console.log("set", this.data.n);
        },
      })`,
    });
    expect(said(app)).toEqual(["set 2", "drawn 2"]);
  });

  test("undefined is not set, and said once as a warning", async () => {
    const app = await run({
      "pages/a/a.js": `Page({
        data: { a: 1 },
        onLoad() { this.setData({ a: undefined, b: 2 }); this.setData({ a: undefined }); },
      })`,
      "pages/a/a.wxml": "<text>{{a}}{{b}}</text>",
    });
    expect(app.page().data()).toEqual({ a: 1, b: 2 });
    expect(app.page().text()).toBe("12");
    expect(problems(app)).toEqual(['Setting data field "a" to undefined is invalid.']);
  });

  test("undefined in a component is set, with the same warning", async () => {
    const app = await run({
      "pages/a/a.json": using("own"),
      "pages/a/a.wxml": "<own />",
      ...component(
        "own",
        "Component({ data: { a: 1 }, attached() { this.setData({ a: undefined }); } })",
        "<text>[{{a}}]</text>",
      ),
    });
    expect(app.page().text()).toBe("[]");
    expect(problems(app)).toEqual(['Setting data field "a" to undefined is invalid.']);
  });

  test.each([
    ["null", "null"],
    ["'text'", "string"],
    ["", "undefined"],
  ])("setData(%s) sets nothing", async (argument, type) => {
    const app = await run({
      "pages/a/a.js": `Page({ data: { a: 1 }, onLoad() { this.setData(${argument}); } })`,
    });
    expect(app.page().data()).toEqual({ a: 1 });
    expect(problems(app)).toEqual([`setData: expected an object, got ${type}`]);
  });

  test("what is set is a copy: the author's own object may change", async () => {
    const app = await run({
      "pages/a/a.js": `Page({
        data: { list: [] },
        onLoad() {
          const list = [1];
          this.setData({ list });
          list.push(2);
          console.log(this.data.list.length);
        },
      })`,
      "pages/a/a.wxml": "<text>{{list.length}}</text>",
    });
    await app.idle();
    expect(app.page().text()).toBe("1");
  });

  test("a page or component that is gone keeps its data, and nothing fails", async () => {
    const app = await run({
      "pages/a/a.js": "Page({ data: { on: true } })",
      "pages/a/a.json": using("own"),
      "pages/a/a.wxml": '<own wx:if="{{on}}" id="own" />',
      ...component("own", "Component({})", '<view wx:if="{{n}}" />'),
    });
    const own = app.page().find("#own")?.component() as { setData(changes: object): void; data: object };
    app.page().setData({ on: false });
    own.setData({ n: 1 });
    const { instance } = app.page();
    await call(app, "reLaunch", { url: "/pages/a/a" });
    (instance as unknown as typeof own).setData({ on: true });
    expect(own.data).toEqual({ n: 1 });
    expect(instance["data"]).toEqual({ on: true });
    expect(problems(app)).toEqual([]);
  });

  test("this.data is each page's own", async () => {
    const app = await run({
      "app.json": '{"pages":["pages/a/a","pages/b/b"]}',
      "pages/a/a.js": 'Page({ data: { list: [] }, onLoad() { this.setData({ "list[0]": 1 }); } })',
      "pages/b/b.wxml": "",
      "pages/b/b.js": "Page({})",
    });
    await call(app, "reLaunch", { url: "/pages/b/b" });
    await call(app, "reLaunch", { url: "/pages/a/a" });
    expect(app.page().data()).toEqual({ list: [1] });
  });
});

describe("functions that WeChat calls on a page", () => {
  const page = {
    "pages/a/a.js": `Page({
      onPageScroll({ scrollTop }) { console.log("onPageScroll", scrollTop); },
      onReachBottom() { console.log("onReachBottom"); },
      onPullDownRefresh() { console.log("onPullDownRefresh"); wx.stopPullDownRefresh(); },
      onShareAppMessage({ from, target }) {
        console.log("onShareAppMessage", from, target && target.id);
        return { title: "T", path: "/pages/a/a?shared=1", promise: Promise.resolve({ imageUrl: "later.png" }) };
      },
      onResize({ size }) { console.log("onResize", size.windowWidth, size.windowHeight); },
      up() { wx.pageScrollTo({ scrollTop: 0 }); },
    })`,
  };

  test("scroll, bottom, pull, share", async () => {
    const app = await run(page);
    app.page().scrollTo(120);
    app.page().reachBottom();
    app.page().pullDown();
    expect(await app.share()).toEqual({ title: "T", path: "/pages/a/a?shared=1", imageUrl: "later.png" });
    expect(said(app)).toEqual([
      "onPageScroll 120",
      "onReachBottom",
      "onPullDownRefresh",
      "onShareAppMessage menu undefined",
    ]);
    expect(app.calls.at(-1)).toMatchObject({ api: "stopPullDownRefresh", errMsg: "stopPullDownRefresh:ok" });
  });

  test("a page that does not share says its title and path", async () => {
    const app = await run({ "pages/a/a.json": '{"navigationBarTitleText":"Named"}' });
    expect(await app.share()).toEqual({ title: "Named", path: "pages/a/a", imageUrl: "" });
  });

  test("a window of another size: the page and its components, and only those that are shown", async () => {
    const app = await run({
      ...page,
      "app.json": '{"pages":["pages/a/a","pages/b/b"]}',
      "pages/b/b.js": "Page({ onResize() { console.log('b'); } })",
      "pages/b/b.wxml": "",
      "pages/a/a.json": using("sized"),
      "pages/a/a.wxml": "<sized />",
      ...component(
        "sized",
        "Component({ pageLifetimes: { resize({ size }) { console.log('component', size.windowHeight); } } })",
        "",
      ),
    });
    app.setPhone({ statusBarHeight: 20 });
    app.setPhone({ statusBarHeight: 20 });
    await call(app, "navigateTo", { url: "/pages/b/b" });
    app.setPhone({ statusBarHeight: 0 });
    app.back();
    expect(said(app)).toEqual(["component 780", "onResize 390 780", "b"]);
  });

  test("letters of another size: what asks for the setting finds it; a size that is none is refused", async () => {
    const app = await run(page);
    const found = (): unknown[] =>
      ["getSystemInfoSync", "getAppBaseInfo"].map((api) => {
        const info = (app.wx[api] as () => Record<string, unknown>)();
        return [info["fontSizeSetting"], info["fontSizeScaleFactor"]];
      });
    expect(found()).toEqual([
      [16, 1],
      [16, 1],
    ]);
    app.setPhone({ fontSize: 20 });
    expect(found()).toEqual([
      [20, 1.25],
      [20, 1.25],
    ]);
    expect(() => app.setPhone({ fontSize: 0 })).toThrow(
      new RangeError("setPhone: expected fontSize to be a number of CSS pixels above 0, got 0"),
    );
  });

  test("startPullDownRefresh calls it as a finger does", async () => {
    const app = await run(page);
    expect(await call(app, "startPullDownRefresh")).toEqual({ errMsg: "startPullDownRefresh:ok" });
    expect(said(app)).toEqual(["onPullDownRefresh"]);
  });
});

describe("functions that WeChat calls on the app", () => {
  test("onThemeChange, where the program knows the dark", async () => {
    const files = {
      "app.js":
        'App({ onThemeChange({ theme }) { console.log("app", theme); } }); wx.onThemeChange(({ theme }) => console.log("wx", theme));',
    };
    const app = await run({ ...files, "app.json": '{"pages":["pages/a/a"],"darkmode":true}' });
    app.setPhone({ theme: "dark" });
    app.setPhone({ theme: "dark" });
    expect(said(app)).toEqual(["app dark", "wx dark"]);
    const light = await run(files);
    light.setPhone({ theme: "dark" });
    expect(said(light)).toEqual([]);
  });

  test("onError hears what nobody caught: in the page, in a timer, in a callback; the program goes on", async () => {
    const app = await run(
      {
        "app.js": 'App({ onError(text) { console.log("onError", text.split("\\n")[0]); } })',
        "pages/a/a.js": `Page({
          onLoad() { setTimeout(() => { throw new Error("in a timer"); }, 10); throw new Error("in onLoad"); },
          onShow() { wx.getStorage({ key: "x", complete() { throw new Error("in a callback"); } }); },
          tap() { throw new Error("in a handler"); },
          async later() { throw new Error("later"); },
        })`,
        "pages/a/a.wxml": '<view id="tap" bindtap="tap" /><text>drawn</text>',
      },
      { clock: createVirtualClock() },
    );
    app.page().find("#tap")?.tap();
    await app.advance(10);
    expect(said(app)).toEqual([
      "onError in onLoad",
      "onError in a callback",
      "onError in a handler",
      "onError in a timer",
    ]);
    expect(app.page().text()).toBe("drawn");
    expect(app.logs.find(({ parts }) => parts[0]?.includes("in onLoad"))?.source).toContain("pages/a/a");
  });

  test("onError that throws itself is not called for that", async () => {
    const app = await run({
      "app.js": 'App({ onError() { console.log("called"); throw new Error("of onError"); } })',
      "pages/a/a.js": 'Page({ onLoad() { throw new Error("first"); } })',
    });
    expect(said(app)).toEqual(["called"]);
    expect(problems(app)).toEqual(["Error: first", "Error: of onError"]);
  });

  test("onUnhandledRejection hears of async functions that fail; onError does not", async () => {
    const app = await run(
      {
        "app.js": `App({
          onError() { console.log("onError"); },
          onUnhandledRejection({ reason, promise }) { console.log(reason.message, promise instanceof Promise); },
        }); wx.onUnhandledRejection(({ reason }) => console.log("wx", reason.message));`,
        "pages/a/a.js": `Page({
          async onLoad() { setTimeout(async () => { throw new Error("of a timer"); }); throw new Error("of onLoad"); },
          async tap() { throw new Error("of tap"); },
        })`,
        "pages/a/a.wxml": '<view bindtap="tap" />',
      },
      { clock: createVirtualClock() },
    );
    app.page().find("view")?.tap();
    await app.advance(0);
    await app.idle();
    expect(said(app)).toEqual([
      "of onLoad true",
      "wx of onLoad",
      "of tap true",
      "wx of tap",
      "of a timer true",
      "wx of a timer",
    ]);
  });

  test("getApp before App, in app.js itself and in a page", async () => {
    const app = await run({
      "early.js": "const app = getApp({ allowDefault: true }); app.early = 1;",
      "app.js": 'require("./early.js"); console.log(typeof getApp()); App({ globalData: { n: 1 } });',
      "pages/a/a.js":
        "const app = getApp(); Page({ onLoad() { console.log(app.globalData.n, app.early); } })",
    });
    expect(said(app)).toEqual(["undefined", "1 1"]);
    expect(app.app()?.["globalData"]).toEqual({ n: 1 });
  });
});

describe("createSelectorQuery", () => {
  const page = {
    "pages/a/a.js": `Page({
      data: { list: [1, 2] },
      ask() {
        wx.createSelectorQuery().selectAll(".item").fields({ dataset: true, id: true })
          .select("#none").boundingClientRect()
          .selectViewport().scrollOffset()
          .exec((all) => console.log(JSON.stringify(all)));
      },
      askAlone() { this.createSelectorQuery().select("#i1").boundingClientRect((rect) => console.log(rect.id)).exec(); },
    })`,
    "pages/a/a.json": using("asks"),
    "pages/a/a.wxml":
      '<view bindtap="ask"><view wx:for="{{list}}" wx:key="*this" id="i{{item}}" class="item" data-n="{{item}}" /></view><asks /><text class="other" bindtap="askAlone" />',
    ...component(
      "asks",
      `Component({
        lifetimes: {
          created() {
            this.createSelectorQuery().select("#inside").boundingClientRect((rect) => console.log("created", rect && rect.id)).exec();
          },
          attached() {
            wx.createSelectorQuery().in(this).select("#inside").fields({ properties: ["name"] }, (found) => console.log("attached", JSON.stringify(found))).exec();
          },
        },
      })`,
      '<view id="inside" /><input id="field" name="n" />',
    ),
  };

  test("during creation, and in the component that asks", async () => {
    const app = await run(page);
    expect(said(app)).toEqual(["created inside", "attached {}"]);
  });

  test("several answers in order; what is not there is null", async () => {
    const app = await run(page);
    app.page().find("view")?.tap();
    app.page().find(".other")?.tap();
    await app.idle();
    const [, , all, alone] = said(app);
    expect(JSON.parse(all ?? "")).toEqual([
      [
        { id: "i1", dataset: { n: 1 } },
        { id: "i2", dataset: { n: 2 } },
      ],
      null,
      { id: "", dataset: {}, scrollLeft: 0, scrollTop: 0, scrollWidth: 390, scrollHeight: 0 },
    ]);
    expect(alone).toBe("i1");
  });
});

test("createIntersectionObserver tells of each node at once: without a screen all is in view", async () => {
  const app = await run({
    "pages/a/a.js": `Page({
      onReady() {
        this.observer = this.createIntersectionObserver({ observeAll: true });
        this.observer.relativeToViewport({ bottom: 10 }).observe(".seen", (result) =>
          console.log(result.id, result.intersectionRatio, result.dataset.n));
        this.createIntersectionObserver().relativeTo("#box").observe("#one", () => console.log("again"));
        const ended = wx.createIntersectionObserver(this);
        ended.observe("#two", () => console.log("never"));
        ended.disconnect();
      },
    })`,
    "pages/a/a.wxml":
      '<view id="box"><view id="one" class="seen" data-n="1" /><view id="two" class="seen" data-n="2" /></view>',
  });
  await app.idle();
  expect(said(app)).toEqual(["one 1 1", "two 1 2", "again"]);
});
