import { expect, test } from "vitest";
import { compile, lines } from "./compiled-program.js";
import { readTemplates, render } from "./rendered-page.js";

async function page(wxml: string, more: Record<string, string> = {}) {
  return compile({ "pages/a/a.wxml": wxml, ...more });
}

test("a template draws what its data say", async () => {
  const files = await page(
    '<view wx:if="{{a > 1}}" class="x {{b}}">{{a}}</view><view wx:else/><text wx:for="{{l}}" wx:key="*this">{{index}}{{item}}</text>',
  );
  expect(render(files, "pages/a/a", { a: 2, b: "y", l: ["p", "q"] })).toBe(
    "<view.x.y>2</view><text>0p</text><text>1q</text>",
  );
});

test("wx:for-items is wx:for", async () => {
  const files = await page('<view wx:for-items="{{l}}" wx:for-item="i">{{i}}</view>');
  expect(files.program.diagnostics).toEqual([]);
  expect(render(files, "pages/a/a", { l: [1, 2] })).toBe("<view>1</view><view>2</view>");
});

test("templates and includes come from other files, relative and absolute", async () => {
  const files = await page(
    '<import src="../t/t"/><include src="/parts/head.wxml"/><template is="{{which}}" data="{{...o, n: 1}}"/>',
    {
      "pages/t/t.wxml": '<template name="p"><text>{{m}}{{n}}</text></template>',
      "parts/head.wxml": "<view>{{title}}</view>",
    },
  );
  expect(files.program.diagnostics).toEqual([]);
  expect(render(files, "pages/a/a", { which: "p", o: { m: "m" }, title: "T" })).toBe(
    "<view>T</view><text>m1</text>",
  );
});

test.each([
  ['<import src="../t/none.wxml"/>', 'pages/a/a.wxml:1:1 error there is no file "pages/t/none.wxml"'],
  ['<view/>\n<include src="/none"/>', 'pages/a/a.wxml:2:1 error there is no file "none.wxml"'],
  ['<wxs src="./u.wxs" module="u"/>', 'pages/a/a.wxml:1:1 error there is no file "pages/a/u.wxs"'],
  ['<wxs module="u">#!</wxs>', "pages/a/a.wxml:1:1 error wxs: this syntax is not known"],
  [
    "<view>\n  <text>{{ a + }}</text>\n</view>",
    "pages/a/a.wxml:2:16 error wxml: unexpected character inside expression",
  ],
  ["<view>\n<view></view>", "pages/a/a.wxml:1:2 warning wxml: missing end tag"],
  ["<view/></view>", "pages/a/a.wxml:1:8 warning wxml: invalid end tag"],
  ['<view a="1" a="2"/>', "pages/a/a.wxml:1:13 warning wxml: duplicated attribute"],
  ['<view wx:elif="{{a}}"/>', "pages/a/a.wxml:1:7 warning wxml: invalid attribute"],
  ['<template name="a"/><template is="b"/>', 'pages/a/a.wxml:1:31 warning there is no template "b" here'],
  ["<chat-bubble/>", "pages/a/a.wxml:1:1 warning unknown component <chat-bubble>"],
])("what is wrong is named with its place, and the page is still drawn: %s", async (wxml, line) => {
  const files = await page(wxml);
  expect(lines(files.program.diagnostics)).toContain(line);
  expect(() => render(files, "pages/a/a")).not.toThrow();
});

test.each([
  "bindtap='a'",
  "bind:tap='a'",
  "catchtap='a'",
  "catch:tap='a'",
  "capture-bind:tap='a'",
  "capture-catch:tap='a'",
  "mut-bind:tap='a'",
  "mark:a='b'",
  "data-a='b'",
  "model:value='{{x}}'",
  "catch:touchmove",
])("the prefix of %s is known", async (attribute) => {
  expect((await page(`<view ${attribute}/>`)).program.diagnostics).toEqual([]);
});

test("includes that lead back are left out, and the rest is drawn", async () => {
  const files = await page('<view>a</view><include src="b.wxml"/>', {
    "pages/a/b.wxml": '<text>b</text><include src="a.wxml"/>',
  });
  expect(lines(files.program.diagnostics)).toEqual([
    'pages/a/b.wxml:1:15 error this include never ends: "pages/a/a.wxml" includes this file again',
  ]);
  expect(render(files, "pages/a/a")).toBe("<view>a</view><text>b</text>");
});

test("a template may use itself", async () => {
  const files = await page(
    '<template name="t"><view>{{n.v}}<template wx:if="{{n.c}}" is="t" data="{{n: n.c}}"/></view></template><template is="t" data="{{n}}"/>',
  );
  expect(files.program.diagnostics).toEqual([]);
  expect(render(files, "pages/a/a", { n: { v: 1, c: { v: 2 } } })).toBe("<view>1<view>2</view></view>");
});

test("wxs: inline, files, files that require files with their extension", async () => {
  const files = await page(
    '<wxs module="m">module.exports = { up: function (x) { return x.toUpperCase() } }</wxs><wxs src="../../u/a.wxs" module="u"/>{{m.up(t)}}{{u.twice(2)}}',
    {
      "u/a.wxs": 'var b = require("./b.wxs"); module.exports.twice = b.twice;',
      "u/b.wxs": "module.exports = { twice: function (n) { return n * 2 } };",
    },
  );
  expect(files.program.diagnostics).toEqual([]);
  expect(render(files, "pages/a/a", { t: "x" })).toBe("X4");
});

test("wxs: constructor is a name, getRegExp and getDate are there, the browser is not", async () => {
  const files = await page(
    `<wxs module="m">
      module.exports = {
        type: function (x) { return x.constructor + (x.constructor === "Array" ? "!" : "") },
        more: function () { return getRegExp("a+", "g").constructor + getDate(0).constructor + typeof window },
      };
    </wxs>{{m.type([])}} {{m.type(1)}} {{m.type("s")}} {{m.type(o)}} {{m.more()}}`,
  );
  expect(render(files, "pages/a/a", { o: {} })).toBe("Array! Number String Object RegExpDateundefined");
});

test.each([
  [String.raw`'^-?\d+(\.\d+)?$'`, "-12.5"],
  [String.raw`"^-?\\d+(\\.\\d+)?$"`, "-12.5"],
  [String.raw`'^[\w\-\u4f60]+\x21$'`, "a-b你!"],
  [String.raw`'^\\\\\n$'`, "\\\n"],
])("wxs: getRegExp(%s) is the pattern that was meant", async (pattern, text) => {
  const files = await page(
    `<wxs module="m">module.exports.is = function (s) { return getRegExp(${pattern}).test(s) + "" }</wxs>{{m.is(t)}}`,
  );
  expect(render(files, "pages/a/a", { t: text })).toBe("true");
});

test("wxs: a module that does not parse is empty, and its place is named", async () => {
  const files = await page(
    '<wxs module="m">\nvar a = ;\n</wxs><wxs module="n">module.exports.f = function () { return 1 }</wxs><view>{{n.f()}}{{m.x()}}</view>',
    { "pages/b/b.wxml": "<text/>" },
  );
  expect(lines(files.program.diagnostics)).toEqual(["pages/a/a.wxml:2:0 error wxs: Unexpected token ';'"]);
  expect(render(files, "pages/a/a")).toBe("<view>1</view>");
});

test("wxs: a module that throws, or a function of it, blanks nothing and is told once", async () => {
  const files = await page(
    '<wxs module="m">module.exports = { f: function (x) { return x.a.b } }; null.x;</wxs><view wx:for="{{[1,2]}}">{{m.f({})}}-</view>',
  );
  expect(render(files, "pages/a/a")).toBe("<view>-</view><view>-</view>");
  const { groups, printed } = readTemplates(files);
  expect(printed).toEqual([]);
  groups["pages/a/a"]?.("");
  expect(printed).toEqual([expect.stringMatching(/^wxs: pages\/a\/a#m: Cannot read properties of null/u)]);
});

test("wxs: a missing file is an empty module", async () => {
  const files = await page('<wxs src="./none.wxs" module="m"/><view>{{m.f(1)}}a</view>');
  expect(render(files, "pages/a/a")).toBe("<view>a</view>");
});

test("comments and wxs hold no tags", async () => {
  const files = await page('<!-- <no-such/> --><wxs module="m">var a = "<other-one/>"; </wxs><view/>');
  expect(files.program.diagnostics).toEqual([]);
});

test("a wall of broken text is a diagnostic and not a crash", async () => {
  const wxml = '<view a="{{"'.repeat(500) + "<<<>>>{{{{".repeat(100);
  const files = await page(wxml);
  expect(files.program.diagnostics.some(({ severity }) => severity === "error")).toBe(true);
  expect(() => readTemplates(files)).not.toThrow();
});

/** Which fields a template's components hear of; the page uses `c`, and `g` is a generic. */
test.each<[what: string, wxml: string, heard: readonly string[] | null]>([
  ["built-in components alone", '<view wx:if="{{a}}">{{b}}</view><input value="{{c}}"/>', []],
  [
    "attributes of a component",
    '<view>{{a}}</view><c x="{{b + d.e}}" bind:y="f" class="k {{g ? h : \'i\'}}"/>',
    ["b", "d", "g", "h"],
  ],
  [
    "lists and conditions around it",
    '<view wx:for="{{l}}"><view wx:if="{{a}}" class="{{b}}"><c/></view></view>{{d}}',
    ["a", "l"],
  ],
  [
    "conditions before an else",
    '<view wx:if="{{a}}"/><view wx:elif="{{b}}"/><c wx:else/><view wx:for="{{l}}"/>',
    ["a", "b"],
  ],
  ["an else around it", '<view wx:if="{{a}}"/><view wx:else><view><c/></view></view>', ["a"]],
  ["what is there in its slot", '<c><view wx:if="{{a}}">{{b}}</view><text slot="{{d}}"/></c>', ["a", "d"]],
  ["lists beside it", '<c t="{{t}}"/><view wx:for="{{l}}" wx:key="id">{{item.x}}</view>', ["t"]],
  ["a slot", '<view class="{{a}}" hidden="{{b}}"><slot name="{{d}}"/></view>', ["d"]],
  ["a change: listener", '<wxs module="m"/><view p="{{a}}" change:p="{{m.f}}">{{b}}</view>', ["a", "m"]],
  ["a tag that is not closed", '<view wx:if="{{a}}"><text></view><c/>', ["a"]],
  ["tags closed in the wrong order", '<view wx:if="{{a}}"><block></view></block><c/>', ["a"]],
  [
    "a template, whose data is another's",
    '<template name="t"><c/></template><template is="t" data="{{a}}"/>',
    null,
  ],
  ["a comment", '<!-- <c x="{{a}}"/> -->{{b}}', []],
])("heard of within setData: %s", async (_, wxml, heard) => {
  const files = await page(wxml, {
    "pages/a/a.json": '{"usingComponents":{"c":"/c"}}',
    "c.json": '{"component":true}',
    "c.js": "Component({})",
    "c.wxml": "",
  });
  const found = files.program.units["pages/a/a"]!.updates.heard;
  expect(found === null ? null : found.toSorted()).toEqual(heard);
});

test("a component in a file that is included: nothing can wait", async () => {
  const files = await page('<include src="/part"/>{{a}}', {
    "part.wxml": '<c x="{{b}}"/>',
    "pages/a/a.json": '{"usingComponents":{"c":"/c"}}',
    "c.json": '{"component":true}',
    "c.js": "Component({})",
    "c.wxml": "",
  });
  expect(files.program.units["pages/a/a"]!.updates).toEqual({ heard: null, byItem: false });
});
