import { describe, expect, test } from "vitest";
import type { LaunchedProgram } from "@weapp-socket/simulator";
import { call, component, problems, run, said, using } from "../headless-world.js";

const paths = (app: LaunchedProgram): string[] => app.pages().map(({ path }) => path);

const TELLING = `Page({
  onLoad(query) { console.log(this.route, "onLoad", JSON.stringify(query)); },
  onShow() { console.log(this.route, "onShow"); },
  onHide() { console.log(this.route, "onHide"); },
  onUnload() { console.log(this.route, "onUnload"); },
  onTabItemTap(item) { console.log(this.route, "onTabItemTap", JSON.stringify(item)); },
})`;

/** Pages a, b and c that tell of their life, and a subpackage. */
const program = {
  "app.json": JSON.stringify({
    pages: ["pages/a/a", "pages/b/b", "pages/c/c"],
    subPackages: [{ root: "more", pages: ["list/list"] }],
  }),
  "pages/a/a.js": TELLING,
  "pages/b/b.js": TELLING,
  "pages/b/b.wxml": "",
  "pages/c/c.js": TELLING,
  "pages/c/c.wxml": "",
  "more/list/list.js": TELLING,
  "more/list/list.wxml": "<text>of a subpackage</text>",
};

const tabbed = {
  ...program,
  "app.json": JSON.stringify({
    pages: ["pages/a/a", "pages/b/b", "pages/c/c"],
    tabBar: {
      list: [
        { pagePath: "pages/a/a", text: "A" },
        { pagePath: "pages/b/b", text: "B" },
      ],
    },
  }),
};

describe("navigation", () => {
  test.each([
    ["navigateTo", { url: "/pages/b/b?x=1&y=%20" }, ["pages/a/a", "pages/b/b"]],
    ["navigateTo", { url: "../c/c" }, ["pages/a/a", "pages/c/c"]],
    ["navigateTo", { url: "/more/list/list" }, ["pages/a/a", "more/list/list"]],
    ["redirectTo", { url: "/pages/b/b" }, ["pages/b/b"]],
    ["reLaunch", { url: "/pages/c/c" }, ["pages/c/c"]],
  ])("%s %o", async (api, options, expected) => {
    const app = await run(program);
    expect(await call(app, api, options)).toMatchObject({ errMsg: `${api}:ok` });
    expect(paths(app)).toEqual(expected);
    expect(problems(app)).toEqual([]);
  });

  test.each([
    [
      "navigateTo",
      {},
      "navigateTo:fail parameter error: parameter.url should be String instead of Undefined;",
    ],
    ["navigateTo", { url: "/pages/no/no" }, 'navigateTo:fail page "pages/no/no" is not found'],
    ["redirectTo", { url: "no" }, 'redirectTo:fail page "pages/a/no" is not found'],
    [
      "reLaunch",
      { url: 3 },
      "reLaunch:fail parameter error: parameter.url should be String instead of Number;",
    ],
    ["switchTab", { url: "/pages/b/b" }, "switchTab:fail can not switch to no-tabBar page"],
    ["navigateBack", {}, "navigateBack:fail cannot navigate back at first page."],
  ])("%s %o fails", async (api, options, errMsg) => {
    const app = await run(program);
    expect(await call(app, api, options)).toEqual({ errMsg });
    expect(paths(app)).toEqual(["pages/a/a"]);
  });

  test("query values are as they stand in the address", async () => {
    const app = await run(program);
    await call(app, "navigateTo", { url: "/pages/b/b?a=%E4%BD%A0&b=x=y&c" });
    expect(app.page().query).toEqual({ a: "%E4%BD%A0", b: "x=y", c: "" });
    expect(said(app)).toContain('pages/b/b onLoad {"a":"%E4%BD%A0","b":"x=y","c":""}');
  });

  test("ten pages and no more", async () => {
    const app = await run(program);
    for (let page = 2; page <= 10; page += 1)
      expect(await call(app, "navigateTo", { url: "/pages/b/b" })).toMatchObject({ errMsg: "navigateTo:ok" });
    expect(app.pages()).toHaveLength(10);
    expect(await call(app, "navigateTo", { url: "/pages/b/b" })).toEqual({
      errMsg: "navigateTo:fail webview count limit exceed",
    });
    expect(app.pages()).toHaveLength(10);
    expect(await call(app, "redirectTo", { url: "/pages/c/c" })).toMatchObject({ errMsg: "redirectTo:ok" });
  });

  test("navigateBack over several pages ends each, from the top", async () => {
    const app = await run(program);
    await call(app, "navigateTo", { url: "/pages/b/b" });
    await call(app, "navigateTo", { url: "/pages/c/c" });
    const before = said(app).length;
    expect(await call(app, "navigateBack", { delta: 9 })).toMatchObject({ errMsg: "navigateBack:ok" });
    expect(said(app).slice(before)).toEqual(["pages/c/c onUnload", "pages/b/b onUnload", "pages/a/a onShow"]);
  });

  test("getCurrentPages gives the pages themselves, the shown one last", async () => {
    const app = await run({
      ...program,
      "pages/b/b.js": `Page({
        onLoad() {
          const pages = getCurrentPages();
          console.log(pages.map((page) => page.route).join(), pages[1] === this, JSON.stringify(pages[1].options));
          pages[0].setData({ told: "by b" });
        },
      })`,
      "pages/a/a.wxml": "<text>{{told}}</text>",
    });
    await call(app, "navigateTo", { url: "/pages/b/b?id=1" });
    await app.idle();
    expect(said(app)).toContain('pages/a/a,pages/b/b true {"id":"1"}');
    expect(app.pages()[0]?.text()).toBe("by b");
  });

  test("EventChannel: both ways, what comes early waits", async () => {
    const app = await run({
      ...program,
      "pages/a/a.js": `Page({
        open() {
          wx.navigateTo({
            url: "/pages/b/b",
            events: { accepted(data) { console.log("a heard", data.n); } },
            success(result) { result.eventChannel.emit("given", { text: "hello" }); },
          });
        },
      })`,
      "pages/a/a.wxml": '<view bindtap="open" />',
      "pages/b/b.js": `Page({
        onLoad() {
          const channel = this.getOpenerEventChannel();
          channel.once("given", (data) => { console.log("b heard", data.text); channel.emit("accepted", { n: 1 }); });
        },
      })`,
    });
    app.page().find("view")?.tap();
    await app.waitFor(() => app.pages().length === 2);
    await app.idle();
    expect(said(app)).toEqual(["b heard hello", "a heard 1"]);
  });

  test("a page that asks to be replaced while it loads", async () => {
    const app = await run({
      ...program,
      "pages/a/a.js":
        'Page({ onLoad() { wx.redirectTo({ url: "/pages/b/b" }); }, onUnload() { console.log("a gone"); } })',
    });
    await app.waitFor(() => paths(app)[0] === "pages/b/b");
    expect(paths(app)).toEqual(["pages/b/b"]);
    expect(said(app)).toContain("a gone");
    expect(problems(app)).toEqual([]);
  });

  test("home leads from a page that is first to the program's entry", async () => {
    const app = await run(program, { page: "pages/c/c?x=1" });
    app.home();
    expect(paths(app)).toEqual(["pages/a/a"]);
  });
});

describe("the tab bar", () => {
  test("a tab stays when another is shown, and ends with a reLaunch", async () => {
    const app = await run(tabbed);
    expect(await call(app, "switchTab", { url: "/pages/b/b" })).toEqual({ errMsg: "switchTab:ok" });
    expect(await call(app, "switchTab", { url: "/pages/a/a" })).toEqual({ errMsg: "switchTab:ok" });
    await call(app, "reLaunch", { url: "/pages/c/c" });
    expect(said(app)).toEqual([
      "pages/a/a onLoad {}",
      "pages/a/a onShow",
      "pages/a/a onHide",
      "pages/b/b onLoad {}",
      "pages/b/b onShow",
      "pages/b/b onHide",
      "pages/a/a onShow",
      "pages/a/a onUnload",
      "pages/b/b onUnload",
      "pages/c/c onLoad {}",
      "pages/c/c onShow",
    ]);
  });

  test("from a page above: that one ends, the tab below it is shown again", async () => {
    const app = await run(tabbed);
    await call(app, "navigateTo", { url: "/pages/c/c" });
    const before = said(app).length;
    await call(app, "switchTab", { url: "/pages/a/a" });
    expect(said(app).slice(before)).toEqual(["pages/c/c onUnload", "pages/a/a onShow"]);
    expect(paths(app)).toEqual(["pages/a/a"]);
  });

  test("a finger on a tab: onTabItemTap after the page is shown, also on the tab that is", async () => {
    const app = await run(tabbed);
    const before = said(app).length;
    app.switchTab(1);
    app.switchTab(1);
    const tapped = 'pages/b/b onTabItemTap {"index":"1","pagePath":"pages/b/b","text":"B"}';
    expect(said(app).slice(before)).toEqual([
      "pages/a/a onHide",
      "pages/b/b onLoad {}",
      "pages/b/b onShow",
      tapped,
      tapped,
    ]);
  });

  test.each([
    ["navigateTo", { url: "/pages/b/b" }, "navigateTo:fail can not navigateTo a tabbar page"],
    ["redirectTo", { url: "/pages/b/b" }, "redirectTo:fail can not redirectTo a tabbar page"],
  ])("%s to a tab fails", async (api, options, errMsg) => {
    expect(await call(await run(tabbed), api, options)).toEqual({ errMsg });
  });

  test("switchTab drops the query, as WeChat does", async () => {
    const app = await run(tabbed);
    await call(app, "switchTab", { url: "/pages/b/b?x=1" });
    expect(app.page().query).toEqual({});
  });

  test("a tab bar of the program's own: one for each tab, getTabBar finds it", async () => {
    const app = await run({
      ...tabbed,
      "app.json": JSON.stringify({
        pages: ["pages/a/a", "pages/b/b"],
        tabBar: {
          custom: true,
          list: [
            { pagePath: "pages/a/a", text: "A" },
            { pagePath: "pages/b/b", text: "B" },
          ],
        },
      }),
      "pages/b/b.js": "Page({ onShow() { this.getTabBar().setData({ selected: 1 }); } })",
      "custom-tab-bar/index.json": '{"component":true}',
      "custom-tab-bar/index.js": `Component({
        data: { selected: 0 },
        methods: { go(event) { wx.switchTab({ url: event.currentTarget.dataset.url }); } },
      })`,
      "custom-tab-bar/index.wxml": '<view id="b" data-url="/pages/b/b" bindtap="go">{{selected}}</view>',
    });
    expect(app.page().find("#b")?.text()).toBe("0");
    app.page().find("#b")?.tap();
    await app.waitFor(() => app.page().path === "pages/b/b");
    await app.idle();
    expect(app.page().find("#b")?.text()).toBe("1");
    expect(problems(app)).toEqual([]);
  });
});

test("a page that is not there: the app hears of it and may lead elsewhere", async () => {
  const app = await run(
    {
      "app.js": `App({
        onPageNotFound(result) { console.log(JSON.stringify(result)); wx.redirectTo({ url: "/pages/a/a" }); },
      })`,
    },
    { page: "pages/old/old?id=1" },
  );
  expect(said(app)).toEqual(['{"path":"pages/old/old","query":{"id":"1"},"isEntryPage":true}']);
  await app.waitFor(() => app.pages().length === 1);
  expect(paths(app)).toEqual(["pages/a/a"]);
});

test("a page that is not there, and nobody cares: said once", async () => {
  const app = await run({}, { page: "pages/old/old" });
  expect(problems(app)).toEqual(['reLaunch:fail page "pages/old/old" is not found']);
  expect(() => app.page()).toThrow("page: expected the program to have opened a page");
});

test("components of a subpackage's page are found from its root and beside it", async () => {
  const app = await run({
    ...program,
    "more/list/list.json": JSON.stringify({
      usingComponents: { near: "./near/near", shared: "/components/shared/shared" },
    }),
    "more/list/list.wxml": "<near /><shared />",
    "more/list/near/near.json": '{"component":true}',
    "more/list/near/near.js": "Component({})",
    "more/list/near/near.wxml": "<text>near </text>",
    ...component("shared", "Component({})", "<text>shared</text>"),
    "pages/a/a.json": using("shared"),
  });
  await call(app, "navigateTo", { url: "/more/list/list" });
  expect(app.page().text()).toBe("near shared");
});
