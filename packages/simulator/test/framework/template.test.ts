import { describe, expect, test } from "vitest";
import { component, problems, run, said, using } from "../headless-world.js";

describe("wx:for", () => {
  test.each([
    ['<text wx:for="{{list}}">{{index}}{{item}} </text>', "0x 1y "],
    ['<text wx:for="{{list}}" wx:for-item="each" wx:for-index="at">{{at}}{{each}} </text>', "0x 1y "],
    [
      '<block wx:for="{{[1,2]}}" wx:for-item="i"><text wx:for="{{list}}">{{i}}{{item}} </text></block>',
      "1x 1y 2x 2y ",
    ],
    ['<text wx:for="{{3}}">{{item}}</text>', "012"],
    ['<text wx:for="{{record}}">{{index}}={{item}} </text>', "a=1 b=2 "],
    ['<text wx:for="{{none}}">never</text>', ""],
    ['<text wx:for="{{list}}" wx:if="{{index}}">{{item}}</text>', "y"],
    ['<text wx:if="{{no}}">1</text><text wx:elif="{{list.length}}">2</text><text wx:else>3</text>', "2"],
  ])("%s", async (wxml, text) => {
    const app = await run({
      "pages/a/a.js": 'Page({ data: { list: ["x", "y"], record: { a: 1, b: 2 } } })',
      "pages/a/a.wxml": wxml,
    });
    expect(app.page().text()).toBe(text);
  });

  test("wx:key keeps each item's own state when the list turns", async () => {
    const app = await run({
      "pages/a/a.js": "Page({ data: { list: [{ id: 1 }, { id: 2 }, { id: 3 }] } })",
      "pages/a/a.json": using("counter"),
      "pages/a/a.wxml": '<counter wx:for="{{list}}" wx:key="id" id="c{{item.id}}" />',
      ...component(
        "counter",
        "Component({ data: { n: 0 }, methods: { add() { this.setData({ n: this.data.n + 1 }); } } })",
        '<view bindtap="add">{{n}}</view>',
      ),
    });
    app.page().find("#c2 view")?.tap();
    app.page().setData({ list: [{ id: 2 }, { id: 4 }, { id: 1 }] });
    await app.idle();
    expect(app.page().text()).toBe("100");
  });
});

test("template is, data with spread; import; include", async () => {
  const app = await run({
    "pages/a/a.js": 'Page({ data: { user: { name: "Ann", age: 3 }, which: "short", page: "of the page" } })',
    "pages/a/a.wxml": `
      <import src="../parts/parts.wxml" />
      <template name="own"><text>own {{x}};</text></template>
      <template is="own" data="{{x: 1}}" />
      <template is="{{which}}" data="{{...user, extra: 'e'}}" />
      <include src="/pages/parts/footer.wxml" />`,
    "pages/parts/parts.wxml": `<import src="deep.wxml" />
      <template name="short"><text>{{name}} {{age}} {{extra}} {{page}};</text><template is="deep" data="{{name}}" /></template>`,
    "pages/parts/deep.wxml": '<template name="deep"><text>deep {{name}};</text></template>',
    "pages/parts/footer.wxml": "<text>footer {{page}}</text>",
  });
  expect(app.page().text().replaceAll(/\s+/g, " ").trim()).toBe("own 1;Ann 3 e ;deep Ann;footer of the page");
});

test("expressions: ternary, arithmetic, logic, members, spread, literals", async () => {
  const app = await run({
    "pages/a/a.js": "Page({ data: { a: 2, b: [1, 2, 3], o: { k: { n: 5 } }, key: 'k', s: 'x' } })",
    "pages/a/a.wxml": `<text>{{a > 1 ? "big" : "small"}}|{{a * 3 + 1}}|{{b.length}}|{{o[key].n}}|{{!a || s}}|{{a === 2 && s}}|{{missing.deep}}|{{"a" + a}}|{{b[a]}}|{{a}}-{{s}}</text>`,
  });
  expect(app.page().text()).toBe("big|7|3|5|x|x||a2|3|2-x");
});

test("dataset: names in camel case, values as they are", async () => {
  const app = await run({
    "pages/a/a.js":
      "Page({ data: { item: { id: 1 } }, tap(event) { console.log(JSON.stringify(event.currentTarget.dataset)); } })",
    "pages/a/a.wxml":
      '<view bindtap="tap" data-item-id="{{7}}" data-item="{{item}}" data-userName="kept low" data-empty />',
  });
  app.page().find("view")?.tap();
  expect(JSON.parse(said(app)[0] ?? "")).toMatchObject({ itemId: 7, item: { id: 1 }, username: "kept low" });
});

describe("events", () => {
  const page = `Page({
    say(event) { console.log(event.currentTarget.id, "of", event.target.id, event.type); },
    keep(event) { this.kept = event; },
  })`;

  test.each([
    [
      "bind goes up",
      '<view id="o" bindtap="say"><view id="i" bind:tap="say" /></view>',
      ["i of i tap", "o of i tap"],
    ],
    ["catch stops", '<view id="o" bindtap="say"><view id="i" catchtap="say" /></view>', ["i of i tap"]],
    ["catch without a handler stops too", '<view id="o" bindtap="say"><view id="i" catchtap /></view>', []],
    [
      "capture-bind comes down first",
      '<view id="o" capture-bind:tap="say" bindtap="say"><view id="i" bindtap="say" /></view>',
      ["o of i tap", "i of i tap", "o of i tap"],
    ],
    [
      "capture-catch ends it",
      '<view id="o" capture-catch:tap="say"><view id="i" bindtap="say" /></view>',
      ["o of i tap"],
    ],
    [
      "of several mut-bind one is called; bind is not disturbed",
      '<view id="x" bindtap="say"><view id="o" mut-bind:tap="say"><view id="i" mut-bind:tap="say" /></view></view>',
      ["i of i tap", "x of i tap"],
    ],
  ])("%s", async (_, wxml, expected) => {
    const app = await run({ "pages/a/a.js": page, "pages/a/a.wxml": wxml });
    app.page().find("#i")?.tap();
    expect(said(app)).toEqual(expected);
  });

  test("the name of a handler may be data, marks are gathered on the way", async () => {
    const app = await run({
      "pages/a/a.js": `Page({
        data: { handler: "one" },
        one(event) { console.log("one", JSON.stringify(event.mark)); },
        two() { console.log("two"); },
      })`,
      "pages/a/a.wxml": '<view mark:a="1"><view class="i" mark:b="{{2}}" bindtap="{{handler}}" /></view>',
    });
    app.page().find(".i")?.tap();
    app.page().setData({ handler: "two" });
    await app.idle();
    app.page().find(".i")?.tap();
    expect(said(app)).toEqual(['one {"b":2,"a":"1"}', "two"]);
  });

  test("a handler that is not there is a warning, no error", async () => {
    const app = await run({ "pages/a/a.wxml": '<view bindtap="missing" />' });
    app.page().find("view")?.tap();
    app.page().find("view")?.tap();
    expect(problems(app)).toEqual(['there is no method "missing" to handle an event']);
    expect(app.logs.at(-1)).toMatchObject({ level: "warn", source: "pages/a/a" });
  });

  test("what a tap and a touch carry", async () => {
    const app = await run({
      "pages/a/a.js": `Page({
        tap(event) { console.log(Object.keys(event).sort().join(), JSON.stringify(event.detail)); },
        touch(event) { console.log(event.type, event.touches.length, event.changedTouches[0].pageX, event.touches[0] && event.touches[0].identifier); },
        long(event) { console.log(event.type); },
      })`,
      "pages/a/a.wxml":
        '<view bindtap="tap" bindtouchstart="touch" bindtouchmove="touch" bindtouchend="touch" bindlongpress="long" />',
    });
    const view = app.page().find("view");
    view?.touch("start", [{ x: 3, y: 4, id: 7 }]);
    view?.touch("move", [{ x: 5, y: 4 }]);
    view?.touch("end", [{ x: 5, y: 4 }]);
    view?.tap();
    view?.longPress();
    expect(said(app)).toEqual([
      "touchstart 1 3 7",
      "touchmove 1 5 0",
      "touchend 0 5 undefined",
      'changedTouches,currentTarget,detail,mark,target,timeStamp,touches,type {"x":0,"y":0}',
      "longpress",
    ]);
  });
});

describe("model:", () => {
  test("an input writes what is typed into the page's data", async () => {
    const app = await run({
      "pages/a/a.js": 'Page({ data: { name: "a" } })',
      "pages/a/a.wxml": '<input model:value="{{name}}" /><text>{{name}}</text>',
    });
    app.page().find("input")?.input("typed");
    await app.idle();
    expect(app.page().data("name")).toBe("typed");
    expect(app.page().text()).toBe("typed");
  });

  test("a component writes its property back, through two levels", async () => {
    const app = await run({
      "pages/a/a.js": "Page({ data: { n: 1 } })",
      "pages/a/a.json": using("stepper"),
      "pages/a/a.wxml": '<stepper model:value="{{n}}" /><text>page {{n}}</text>',
      ...component(
        "stepper",
        "Component({ properties: { value: Number }, methods: { add() { this.setData({ value: this.data.value + 1 }); } } })",
        '<view bindtap="add">{{value}} </view>',
      ),
    });
    app.page().find("view")?.tap();
    await app.idle();
    expect(app.page().text()).toBe("2 page 2");
  });
});

describe("wxs", () => {
  test("functions in a module of its own and inside of the template", async () => {
    const app = await run({
      "lib/price.wxs":
        'var sign = require("./sign.wxs"); module.exports = { show: function (n) { return sign.mark + n.toFixed(2); } };',
      "lib/sign.wxs": 'module.exports.mark = "¥";',
      "pages/a/a.js": "Page({ data: { list: [1, 2.5] } })",
      "pages/a/a.wxml": `<wxs src="../../lib/price.wxs" module="price" />
        <wxs module="m">
          function sum(list) { var all = 0; for (var i = 0; i < list.length; i++) all += list[i]; return all; }
          module.exports = { sum: sum, kind: function (x) { return x.constructor; } };
        </wxs>
        <text>{{price.show(m.sum(list))}} {{m.kind(list)}}</text>`,
    });
    expect(app.page().text().trim()).toBe("¥3.50 Array");
  });

  test("events: the handler gets the event with its instance, and the component that it is in", async () => {
    const app = await run({
      "pages/a/a.js": "Page({ called(args) { console.log('called', JSON.stringify(args)); } })",
      "pages/a/a.wxml": `<wxs module="m">
          module.exports.tap = function (event, owner) {
            event.instance.addClass("on").setStyle({ color: "red" });
            owner.selectComponent(".other").addClass("seen");
            owner.callMethod("called", { from: event.currentTarget.dataset.from, type: event.type });
            return false;
          };
        </wxs>
        <view class="out" bindtap="{{m.tap}}"><view class="in" bindtap="{{m.tap}}" data-from="in" /></view>
        <view class="other" />`,
    });
    app.page().find(".in")?.tap();
    expect(said(app)).toEqual(['called {"from":"in","type":"tap"}']);
    expect(app.page().find(".in.on")).not.toBe(null);
    expect(app.page().find(".other.seen")).not.toBe(null);
    expect(app.page().find(".out.on")).toBe(null);
  });

  test("change: hears of a property once its tree is there, and again when it is another", async () => {
    const app = await run({
      "pages/a/a.js": "Page({ data: { n: 1 }, said(text) { console.log(text); } })",
      "pages/a/a.wxml": `<wxs module="m">
          module.exports.changed = function (next, before, owner, instance) {
            owner.callMethod("said", before + "->" + next + " " + instance.getDataset().name);
          };
        </wxs>
        <view prop="{{n}}" change:prop="{{m.changed}}" data-name="box" />`,
    });
    app.page().setData({ n: 2 });
    app.page().setData({ other: 1 });
    await app.idle();
    expect(said(app)).toEqual(["undefined->1 box", "1->2 box"]);
  });
});

test('wx:key="index" takes the place for the key, as it does on a phone: no warning', async () => {
  const app = await run({
    "pages/a/a.js": "Page({ data: { list: [{ t: 1 }, { t: 2 }] } })",
    "pages/a/a.wxml": '<view wx:for="{{list}}" wx:key="index">{{item.t}}</view>',
  });
  app.page().setData({ list: [{ t: 3 }, { t: 2 }, { t: 1 }] });
  expect(app.page().text()).toBe("321");
  expect(problems(app)).toEqual([]);
});

test("what WXS prints, in a template or a file of its own, is the program's", async () => {
  const app = await run({
    "pages/a/a.wxml":
      '<wxs module="m">console.log("inline"); module.exports.x = 1;</wxs><wxs module="n" src="./n.wxs" />{{m.x}}{{n.x}}',
    "pages/a/n.wxs": 'console.log("file"); module.exports = { x: 2 };',
  });
  expect(said(app).toSorted()).toEqual(["file", "inline"]);
  expect(app.page().text()).toBe("12");
});
