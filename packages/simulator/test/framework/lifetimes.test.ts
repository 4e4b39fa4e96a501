import { describe, expect, test } from "vitest";
import { call, component, problems, run, said, using, uses } from "../headless-world.js";

/** A component that says each of its lifetimes, its name before it. */
const TELLING = `Component({
  properties: { name: String },
  lifetimes: {
    created() { console.log("created"); },
    attached() { console.log(this.data.name, "attached"); },
    ready() { console.log(this.data.name, "ready"); },
    moved() { console.log(this.data.name, "moved"); },
    detached() { console.log(this.data.name, "detached"); },
    error(error) { console.log(this.data.name, "error", error.message); },
  },
  pageLifetimes: {
    show() { console.log(this.data.name, "page show"); },
    hide() { console.log(this.data.name, "page hide"); },
    resize(size) { console.log(this.data.name, "page resize", size); },
    routeDone() { console.log(this.data.name, "page routeDone"); },
  },
  methods: { fail() { throw new Error("told to"); } },
})`;

describe("the order of life-cycle functions", () => {
  const program = {
    "app.json": '{"pages":["pages/a/a","pages/b/b"]}',
    "app.js": `
      console.log("app.js", typeof getApp());
      App({
        onLaunch(options) { console.log("App onLaunch", options.path, JSON.stringify(options.query), options.scene); },
        onShow(options) { console.log("App onShow", options.path); },
        onHide() { console.log("App onHide"); },
      });`,
    "pages/a/a.js": `
      console.log("a.js", typeof getApp().onLaunch);
      Page({
        onLoad(query) { console.log("a onLoad", JSON.stringify(query)); },
        onShow() { console.log("a onShow"); },
        onReady() { console.log("a onReady"); },
        onHide() { console.log("a onHide"); },
        onUnload() { console.log("a onUnload"); },
      })`,
    "pages/a/a.json": using("leaf"),
    "pages/a/a.wxml": '<leaf name="one" /><leaf wx:if="{{two}}" name="two" />',
    "pages/b/b.js": `Page({
      onLoad(query) { console.log("b onLoad", JSON.stringify(query), this.route); },
      onUnload() { console.log("b onUnload"); },
    })`,
    "pages/b/b.wxml": "<text>b</text>",
    ...component("leaf", TELLING, "<text>{{name}}</text>"),
  };

  test("app, then the page, whose components are there before onLoad", async () => {
    const app = await run(program, { page: "pages/a/a?x=1", scene: 1011 });
    expect(said(app)).toEqual([
      "app.js undefined",
      'App onLaunch pages/a/a {"x":"1"} 1011',
      "App onShow pages/a/a",
      "a.js function",
      "created",
      "one attached",
      'a onLoad {"x":"1"}',
      "one page show",
      "a onShow",
      "one ready",
      "a onReady",
      "one page routeDone",
    ]);
  });

  test("a component that comes later is ready at once, and detached with its page", async () => {
    const app = await run(program);
    const before = said(app).length;
    app.page().setData({ two: true });
    await app.idle();
    app.page().setData({ two: false });
    await app.idle();
    expect(said(app).slice(before)).toEqual(["created", "two attached", "two ready", "two detached"]);
  });

  test("one page over another, and back", async () => {
    const app = await run(program);
    const before = said(app).length;
    await call(app, "navigateTo", { url: "/pages/b/b?id=7" });
    await app.idle();
    expect(app.pages().map(({ path }) => path)).toEqual(["pages/a/a", "pages/b/b"]);
    app.back();
    await app.idle();
    expect(said(app).slice(before)).toEqual([
      "one page hide",
      "a onHide",
      'b onLoad {"id":"7"} pages/b/b',
      "b onUnload",
      "one page show",
      "a onShow",
    ]);
  });

  test("hidden and shown: the page before the app, and after it", async () => {
    const app = await run(program);
    const before = said(app).length;
    app.hide();
    app.hide();
    app.show();
    expect(said(app).slice(before)).toEqual([
      "one page hide",
      "a onHide",
      "App onHide",
      "App onShow pages/a/a",
      "one page show",
      "a onShow",
    ]);
  });

  test("redirectTo ends the page with its components", async () => {
    const app = await run(program);
    const before = said(app).length;
    await call(app, "redirectTo", { url: "../b/b" });
    await app.idle();
    expect(said(app).slice(before)).toEqual(["a onUnload", "one detached", "b onLoad {} pages/b/b"]);
  });
});

test("created cannot see the page's values yet; attached can", async () => {
  const app = await run({
    "pages/a/a.json": using("late"),
    "pages/a/a.wxml": '<late name="given" />',
    ...component(
      "late",
      `Component({
        properties: { name: { type: String, value: "default" } },
        created() { this.kept = 1; console.log("created", this.data.name); },
        attached() { console.log("attached", this.data.name, this.kept); },
      })`,
      "",
    ),
  });
  expect(said(app)).toEqual(["created default", "attached given 1"]);
});

test("a component outside of wx:for's order is moved, not made again", async () => {
  const app = await run({
    "pages/a/a.js": 'Page({ data: { list: ["x", "y", "z"] } })',
    "pages/a/a.json": using("leaf"),
    "pages/a/a.wxml": '<leaf wx:for="{{list}}" wx:key="*this" name="{{item}}" />',
    ...component("leaf", TELLING, "<text>{{name}}</text>"),
  });
  const before = said(app).length;
  app.page().setData({ list: ["z", "x", "y"] });
  await app.idle();
  expect(said(app).slice(before)).toEqual(["z moved"]);
  expect(app.page().text()).toBe("zxy");
});

test("the error lifetime hears what the component's own functions throw", async () => {
  const app = await run({
    "pages/a/a.json": using("leaf"),
    "pages/a/a.wxml": '<leaf id="leaf" name="one" />',
    ...component("leaf", TELLING, '<view class="x" bindtap="fail" />'),
  });
  app.page().find(".x")?.tap();
  expect(said(app)).toContain("one error told to");
});

test("lifetimes of behaviors and of nested components, outside in and inside out", async () => {
  const app = await run({
    "pages/a/a.json": using("outer"),
    "pages/a/a.wxml": "<outer />",
    ...component(
      "outer",
      `const shared = Behavior({
        created() { console.log("behavior created"); },
        attached() { console.log("behavior attached"); },
        ready() { console.log("behavior ready"); },
      });
      Component({
        behaviors: [shared],
        created() { console.log("outer created"); },
        attached() { console.log("outer attached"); },
        ready() { console.log("outer ready"); },
        pageLifetimes: { show() { console.log("outer show"); }, hide() { console.log("outer hide"); } },
      })`,
      "<inner />",
      { usingComponents: uses("inner") },
    ),
    ...component(
      "inner",
      `Component({
        created() { console.log("inner created"); },
        attached() { console.log("inner attached"); },
        ready() { console.log("inner ready"); },
        pageLifetimes: { show() { console.log("inner show"); }, hide() { console.log("inner hide"); } },
      })`,
      "",
    ),
  });
  app.hide();
  expect(said(app)).toEqual([
    "inner created",
    "behavior created",
    "outer created",
    "behavior attached",
    "outer attached",
    "inner attached",
    "outer show",
    "inner show",
    "inner ready",
    "behavior ready",
    "outer ready",
    "outer hide",
    "inner hide",
  ]);
  expect(problems(app)).toEqual([]);
});

test("a page made with Component has pageLifetimes, methods and properties from its address", async () => {
  const app = await run(
    {
      "pages/a/a.js": `Component({
        properties: { id: String, count: Number },
        lifetimes: { attached() { console.log("attached", this.data.id, this.data.count); } },
        pageLifetimes: { show() { console.log("show"); } },
        methods: {
          onLoad(query) { console.log("onLoad", JSON.stringify(query), this.data.count + 1); },
          onShow() { console.log("onShow"); },
        },
      })`,
      "pages/a/a.wxml": "<text>{{id}} {{count}}</text>",
    },
    { page: "pages/a/a?id=x&count=3" },
  );
  expect(app.page().text()).toBe("x 3");
  expect(said(app)).toEqual(["attached x 3", 'onLoad {"id":"x","count":"3"} 4', "show", "onShow"]);
});
