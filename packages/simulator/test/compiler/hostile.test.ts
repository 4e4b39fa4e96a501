import fc from "fast-check";
import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";
import { compile, ModuleRunner } from "./compiled-program.js";
import { readTemplates } from "./rendered-page.js";

/** Texts of a language's own pieces, put together by someone who does not know it. */
function jumble(...pieces: string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 25 })
    .map((parts) => parts.join(""));
}

const wxml = jumble(
  ..."<view|<text|<block|<template|<wxs|<import|<include|<slot|>|/>|</view>|</wxs>|</template>|<!--|-->".split(
    "|",
  ),
  ..." class=| wx:if=| wx:elif=| wx:else| wx:for=| wx:key=| bind:tap=| module=| src=| is=| name=| data=".split(
    "|",
  ),
  ...'"|\'|{{|}}|{{a}}|{{a?b:c}}|{{...a}}|{{[1,2]}}|{{m.f(a)}}|"a"|"./b"|"../a/a"|"m"|a|\n'.split("|"),
);
const wxs = jumble(
  ...'module.exports=|function(){|}|(|)|var a|=|;|require("./b.wxs")|.constructor|a|[|]|"|\'|/|\n|//|/*|*/|`|${'.split(
    "|",
  ),
);
const wxss = jumble(
  ..."view|.a|#b|:host|::before|{|}|:|;|rpx|10|url(|)|\"|'|@import|@media|@keyframes|(prefers-color-scheme:dark)|,|>|&|!important|/*|*/|\n".split(
    "|",
  ),
);
const json = jumble(...'{|}|[|]|:|,|"usingComponents"|"a"|"./b"|null|1|-|true|//|/*|*/|\n|\\|"'.split("|"));
const js = jumble(
  ...'import a from|"./b"|export default|export|require(|)|{|}|(|class A|=|=>|await|let self|const|`|${|/|\n|\u2028|//|/*|*/|styleIsolation:"shared"|options'.split(
    "|",
  ),
);

test("property: whatever the files hold, the program is compiled, and every part of it can be read", async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ wxml, wxs, wxss, json, js }), async (texts) => {
      const files = await compile({
        "pages/a/a.wxml": texts.wxml,
        "pages/a/b.wxs": texts.wxs,
        "pages/a/b.wxml": '<import src="a.wxml"/><wxs src="b.wxs" module="m"/>{{m.x}}',
        "pages/a/b.json": '{"component":true}',
        "pages/a/b.js": texts.js,
        "pages/a/a.wxss": texts.wxss,
        "pages/a/b.wxss": texts.wxss,
        "pages/a/a.json": texts.json,
        "app.json": '{"pages":["pages/a/a"],"usingComponents":{"b":"/pages/a/b"}}',
      });
      const { program, styles } = files;
      expect(program.diagnostics.filter(({ message }) => message.includes("could not be compiled"))).toEqual(
        [],
      );
      expect(Object.keys(program.units)).toEqual(expect.arrayContaining(["pages/a/a", "pages/a/b"]));
      for (const { line, column } of program.diagnostics) expect(line >= 0 && column >= 0).toBe(true);
      const { groups } = readTemplates(files);
      expect(() => groups["pages/a/b"]?.("")).not.toThrow();
      expect(new ModuleRunner(files).paths).toContain("pages/a/b.js");
      expect(typeof (styles["pages/a/a"] ?? "")).toBe("string");
    }),
    { numRuns: 300 },
  );
});

test("a script nested ten thousand deep is read or refused, and breaks nothing else", async () => {
  const sum = Array.from({ length: 10_000 }, () => "a").join(" + ");
  const files = await compile({
    "pages/a/a.js": `require("./none"); exports.options = { styleIsolation: "shared" }; var a = 1; exports.sum = ${sum};`,
    "pages/a/a.wxml": `<wxs module="m">var a = 1; module.exports.sum = ${sum};</wxs>{{m.sum}}`,
    "pages/a/a.wxss": ".a { ".repeat(2000) + "}".repeat(2000),
    "pages/a/a.json": "[".repeat(20_000),
  });
  expect(
    files.program.diagnostics.filter(({ message }) => message.includes("could not be compiled")),
  ).toEqual([]);
  expect(files.program.pages).toEqual(["pages/a/a"]);
});

test("a name that every object has is no component, template, module or unit", async () => {
  const files = await compile({
    "pages/a/a.wxml": '<constructor/><toString/><template is="constructor"/><view wx:for="{{__proto__}}"/>',
    "pages/a/a.js": 'try { require("constructor") } catch {} try { require("__proto__") } catch {}',
  });
  const names = files.program.diagnostics.map(({ message }) => message);
  expect(names).toContain("unknown component <constructor>");
  expect(names).toContain("unknown component <toString>");
  expect(names).toContain('there is no template "constructor" here');
  expect(() => runInContext(files.modules, createContext({ __weappDefine: () => undefined }))).not.toThrow();
});
