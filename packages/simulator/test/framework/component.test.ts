import { describe, expect, test } from "vitest";
import { component, problems, run, said, using, uses } from "../headless-world.js";

describe("properties", () => {
  const typed = component(
    "typed",
    `Component({
      properties: {
        text: String, count: Number, on: Boolean, list: Array, record: Object, any: null,
        either: { type: Number, optionalTypes: [String], value: 7 },
        seen: { type: String, value: "first", observer(next, before) { console.log("seen", before, "->", next); } },
        named: { type: String, observer: "onNamed" },
      },
      methods: { onNamed(next) { console.log("named", next); } },
    })`,
    "<text>{{text}}|{{count}}|{{on}}|{{list.length}}|{{record.x}}|{{any}}|{{either}}</text>",
  );

  async function show(attributes: string): Promise<{ text: string; problems: string[]; said: string[] }> {
    const app = await run({
      "pages/a/a.json": using("typed"),
      "pages/a/a.wxml": `<typed ${attributes} />`,
      ...typed,
    });
    return { text: app.page().text(), problems: problems(app), said: said(app) };
  }

  test.each([
    ["", "|0|false|0|||7"],
    ['text="{{12}}" count="{{3.5}}" on="{{1}}"', "12|3.5|true|0|||7"],
    ['text="x" count="4" on', "x|4|true|0|||7"],
    ['list="{{[1,2]}}" record="{{ {x: 5} }}" any="{{null}}"', "|0|false|2|5||7"],
    ['either="text"', "|0|false|0|||text"],
  ])("%s", async (attributes, text) => {
    expect(await show(attributes)).toMatchObject({ text, problems: [] });
  });

  test.each([
    ['count="x"', "|0|false|0|||7"],
    ['text="{{null}}"', "|0|false|0|||7"],
    ['list="x"', "|0|false|0|||7"],
  ])("of the wrong type: %s", async (attributes, text) => {
    const shown = await show(attributes);
    expect(shown.text).toBe(text);
  });

  test("observers of properties hear of what comes in, by function or by name", async () => {
    expect((await show('seen="x" named="y"')).said).toEqual(["seen first -> x", "named y"]);
  });

  test("a component changes its own property, and its page's data stays", async () => {
    const app = await run({
      "pages/a/a.js": 'Page({ data: { value: "page" } })',
      "pages/a/a.json": using("own"),
      "pages/a/a.wxml": '<own value="{{value}}" />',
      ...component(
        "own",
        'Component({ properties: { value: String }, methods: { change() { this.setData({ value: "own" }); } } })',
        '<view bindtap="change">{{value}}</view>',
      ),
    });
    app.page().find("view")?.tap();
    await app.idle();
    expect(app.page().text()).toBe("own");
    expect(app.page().data("value")).toBe("page");
  });
});

test("observers: fields, paths, wildcards and several together, once each setData", async () => {
  const app = await run({
    "pages/a/a.json": using("watcher"),
    "pages/a/a.wxml": '<watcher id="w" />',
    ...component(
      "watcher",
      `Component({
        data: { a: 1, b: 2, deep: { list: [{ x: 1 }] } },
        observers: {
          "a, b"(a, b) { console.log("a,b", a, b, this.data.a); },
          "deep.list[0].x"(x) { console.log("x", x); },
          "deep.**"(deep) { console.log("deep", JSON.stringify(deep)); },
          b() { this.setData({ c: 1 }); },
          c(c) { console.log("c", c); },
        },
      })`,
      "",
    ),
  });
  const watcher = app.page().find("#w")?.component() as { setData(changes: object): void };
  watcher.setData({ a: 5, b: 6 });
  watcher.setData({ "deep.list[0].x": 9 });
  expect(said(app)).toEqual(["a,b 5 6 5", "c 1", "x 9", 'deep {"list":[{"x":9}]}']);
});

test("behaviors: data, properties and methods go together, the component's own win", async () => {
  const app = await run({
    "shared.js": `
      const inner = Behavior({ data: { from: "inner", inner: 1, both: { a: 1 } }, methods: { who() { return "inner"; } } });
      module.exports = Behavior({
        behaviors: [inner],
        properties: { label: { type: String, value: "from behavior" } },
        data: { from: "behavior", both: { b: 2 } },
        methods: { who() { return "behavior"; }, helps() { return "helps " + this.who(); } },
        definitionFilter(definition) { definition.data = { ...definition.data, filtered: true }; },
      });`,
    "pages/a/a.json": using("able"),
    "pages/a/a.wxml": '<able id="able" />',
    ...component(
      "able",
      `Component({
        behaviors: [require("../../shared.js")],
        data: { from: "component" },
        methods: { who() { return "component"; } },
      })`,
      "<text>{{label}} {{from}} {{inner}} {{both.a}}{{both.b}} {{filtered}}</text>",
    ),
  });
  expect(app.page().text()).toBe("from behavior component 1 12 true");
  const able = app.page().find("#able")?.component() as { helps(): string };
  expect(able.helps()).toBe("helps component");
});

test("behaviors of a page made with Page", async () => {
  const app = await run({
    "pages/a/a.js": `
      const shared = Behavior({
        data: { shared: "data" },
        methods: { greet() { return "hello " + this.data.shared; } },
        lifetimes: { attached() { console.log("attached"); } },
      });
      Page({ behaviors: [shared], onLoad() { console.log(this.greet()); } })`,
    "pages/a/a.wxml": "<text>{{shared}}</text>",
  });
  expect(said(app)).toEqual(["attached", "hello data"]);
  expect(app.page().text()).toBe("data");
});

test("relations: parent and children know each other, in the order of the page", async () => {
  const app = await run({
    "pages/a/a.js": 'Page({ data: { list: ["x", "y"] } })',
    "pages/a/a.json": using("tabs", "tab"),
    "pages/a/a.wxml":
      '<tabs id="tabs"><view><tab wx:for="{{list}}" wx:key="*this" name="{{item}}" /></view></tabs>',
    ...component(
      "tabs",
      `Component({
        relations: { "../tab/tab": {
          type: "descendant",
          linked(target) { console.log("linked", target.data.name); },
          unlinked(target) { console.log("unlinked", target.data.name); },
        } },
        methods: { names() { return this.getRelationNodes("../tab/tab").map((tab) => tab.data.name); } },
      })`,
      "<slot />",
    ),
    ...component(
      "tab",
      `Component({
        properties: { name: String },
        relations: { "../tabs/tabs": { type: "ancestor", linked() { console.log(this.data.name, "has a parent"); } } },
      })`,
      "",
    ),
  });
  const tabs = app.page().find("#tabs")?.component() as { names(): string[] };
  expect(tabs.names()).toEqual(["x", "y"]);
  app.page().setData({ list: ["y"] });
  await app.idle();
  expect(tabs.names()).toEqual(["y"]);
  expect(said(app)).toEqual(
    expect.arrayContaining(["linked x", "x has a parent", "linked y", "y has a parent", "unlinked x"]),
  );
});

test("relations by a behavior", async () => {
  const app = await run({
    "field.js": "module.exports = Behavior({})",
    "pages/a/a.json": using("group", "field"),
    "pages/a/a.wxml": '<group id="group"><field name="one" /></group>',
    ...component(
      "group",
      `const field = require("../../field.js");
      Component({
        relations: { fields: { type: "child", target: field } },
        methods: { names() { return this.getRelationNodes("fields").map((each) => each.data.name); } },
      })`,
      "<slot />",
    ),
    ...component(
      "field",
      `Component({
        behaviors: [require("../../field.js")],
        properties: { name: String },
        relations: { "../group/group": { type: "parent" } },
      })`,
      "",
    ),
  });
  const group = app.page().find("#group")?.component() as { names(): string[] };
  expect(group.names()).toEqual(["one"]);
});

test("externalClasses: the page's class stands on the component's own nodes", async () => {
  const app = await run({
    "pages/a/a.json": using("styled"),
    "pages/a/a.wxml": '<styled my-class="red bold" />',
    ...component("styled", 'Component({ externalClasses: ["my-class"] })', '<view class="my-class own" />'),
  });
  expect(app.page().find("view")?.classes).toEqual(["red", "bold", "own"]);
  expect(app.page().find(".bold.own")?.tag).toBe("view");
  expect(app.page().find(".my-class")).toBe(null);
});

describe("slots", () => {
  test("the one without a name, with a default in none", async () => {
    const app = await run({
      "pages/a/a.json": using("box"),
      "pages/a/a.wxml": "<box>inside</box>",
      ...component("box", "Component({})", "<text>before </text><slot /><text> after</text>"),
    });
    expect(app.page().text()).toBe("before inside after");
  });

  test("multipleSlots: by name, also when the name changes", async () => {
    const app = await run({
      "pages/a/a.js": 'Page({ data: { where: "head" } })',
      "pages/a/a.json": using("box"),
      "pages/a/a.wxml": '<box><text slot="foot">F</text><text slot="{{where}}">H</text></box>',
      ...component(
        "box",
        "Component({ options: { multipleSlots: true } })",
        'h:<slot name="head" />;b:<slot />;f:<slot name="foot" />',
      ),
    });
    expect(app.page().text()).toBe("h:H;b:;f:F");
    app.page().setData({ where: "" });
    await app.idle();
    expect(app.page().text()).toBe("h:;b:H;f:F");
  });

  test("virtualHost: the component has no node of its own, what it holds stands in its place", async () => {
    const app = await run({
      "pages/a/a.json": using("ghost"),
      "pages/a/a.wxml": '<view class="outer"><ghost class="given"><text>in</text></ghost></view>',
      ...component(
        "ghost",
        "Component({ options: { virtualHost: true } })",
        '<view class="own"><slot /></view>',
      ),
    });
    expect(app.page().tree().children).toMatchObject([
      {
        class: "outer",
        children: [{ tag: "ghost", children: [{ class: "own", children: [{ tag: "text" }] }] }],
      },
    ]);
    expect(problems(app)).toEqual([]);
  });
});

describe("triggerEvent", () => {
  const chain = {
    "pages/a/a.js": `Page({
      heard(event) { console.log("page", event.currentTarget.id, event.type, JSON.stringify(event.detail)); },
      captured(event) { console.log("capture", event.currentTarget.id); },
    })`,
    "pages/a/a.json": using("outer"),
    "pages/a/a.wxml":
      '<view id="far" bind:said="heard" capture-bind:said="captured"><outer id="outer" bind:said="heard" /></view>',
    ...component(
      "outer",
      'Component({ methods: { heard(event) { console.log("outer", event.currentTarget.id); } } })',
      '<view id="between" bind:said="heard"><inner id="inner" bind:said="heard" /></view>',
      { usingComponents: uses("inner") },
    ),
    ...component(
      "inner",
      "Component({ methods: { say(options) { this.triggerEvent('said', { x: 1 }, options); } } })",
      "<view />",
    ),
  };

  test.each([
    [{}, ["outer inner"]],
    [{ bubbles: true }, ["outer inner", "outer between"]],
    [
      { bubbles: true, composed: true },
      ["outer inner", "outer between", 'page outer said {"x":1}', 'page far said {"x":1}'],
    ],
    [
      { bubbles: true, composed: true, capturePhase: true },
      ["capture far", "outer inner", "outer between", 'page outer said {"x":1}', 'page far said {"x":1}'],
    ],
  ])("%o", async (options, expected) => {
    const app = await run(chain);
    const inner = app.page().find("#inner")?.component() as { say(options: object): void };
    inner.say(options);
    expect(said(app)).toEqual(expected);
  });
});

describe("selecting components", () => {
  const program = {
    "pages/a/a.json": using("card", "plain"),
    "pages/a/a.wxml":
      '<view class="list"><card class="card" name="one" /><card class="card" name="two" /></view><plain id="plain" />',
    ...component(
      "card",
      `Component({
        behaviors: ["wx://component-export"],
        properties: { name: String },
        export() { return { exported: this.data.name }; },
      })`,
      "",
    ),
    ...component("plain", "Component({ methods: { owner() { return this.selectOwnerComponent(); } } })", ""),
  };

  test("selectComponent, selectAllComponents, selectOwnerComponent", async () => {
    const app = await run(program);
    const page = app.page().instance as unknown as {
      selectComponent(selector: string): { owner(): unknown; is: string } | null;
      selectAllComponents(selector: string): unknown[];
    };
    const plain = page.selectComponent("#plain");
    expect(plain?.is).toBe("components/plain/plain");
    expect(plain?.owner()).toBe(app.page().instance);
    expect(page.selectComponent("#none")).toBe(null);
    expect(page.selectAllComponents(".list .card")).toEqual([{ exported: "one" }, { exported: "two" }]);
    expect(page.selectComponent(".card")).toEqual({ exported: "one" });
  });
});

test("generics: the component that the page names, else the default", async () => {
  const generic = component(
    "picker-list",
    "Component({})",
    '<block wx:for="{{[1,2]}}" wx:key="*this"><item value="{{item}}" /></block>',
    { componentGenerics: { item: { default: "/components/plain/plain" } } },
  );
  const parts = {
    ...generic,
    ...component("plain", "Component({ properties: { value: Number } })", "<text>p{{value}}</text>"),
    ...component("fancy", "Component({ properties: { value: Number } })", "<text>f{{value}}</text>"),
  };
  const named = await run({
    "pages/a/a.json": using("picker-list", "fancy"),
    "pages/a/a.wxml": '<picker-list generic:item="fancy" />',
    ...parts,
  });
  expect(named.page().text()).toBe("f1f2");
  const unnamed = await run({
    "pages/a/a.json": using("picker-list"),
    "pages/a/a.wxml": "<picker-list />",
    ...parts,
  });
  expect(unnamed.page().text()).toBe("p1p2");
});

test("options.pureDataPattern: such fields are kept and not drawn", async () => {
  const app = await run({
    "pages/a/a.json": using("pure"),
    "pages/a/a.wxml": '<pure id="p" />',
    ...component(
      "pure",
      `Component({
        options: { pureDataPattern: /^_/ },
        data: { _kept: 1, shown: 2 },
        observers: { _kept(value) { this.setData({ shown: value * 10 }); } },
      })`,
      "<text>{{_kept}}{{shown}}</text>",
    ),
  });
  expect(app.page().text()).toBe("2");
  const pure = app.page().find("#p")?.component() as { setData(changes: object): void };
  pure.setData({ _kept: 5 });
  await app.idle();
  expect(app.page().text()).toBe("50");
});
