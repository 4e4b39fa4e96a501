import { expect, test } from "vitest";
import { parseHtml, textOfNodes } from "../../src/builtin/html-nodes.js";
import { contentsOfHtml, htmlOfDelta } from "../../src/builtin/editor-delta.js";
import { run, said } from "../headless-world.js";

test.each([
  ["<p>a&nbsp;b</p>", "a\u00a0b"],
  ["a<br>b<br/>c", "a\nb\nc"],
  ["<b>x<i>y</b>z", "xyz"],
  ["1 < 2 &amp; 3 &#62; &#x32; &unknown;", "1 < 2 & 3 > 2 &unknown;"],
  ["&constructor; &toString;", "&constructor; &toString;"],
  ["<!-- no --><script>alert('<p>')</script>yes<style>p{}</style>", "yes"],
  ["<p title='a>b'>c</p></div>", "c"],
  ["", ""],
])("the text of %s", (html, text) => {
  expect(textOfNodes(parseHtml(html))).toBe(text);
});

test("attributes with any quotes, tags in any case", () => {
  expect(parseHtml(`<IMG SRC="a.png" alt='b' width=3 hidden>`)).toEqual([
    { name: "img", attrs: { src: "a.png", alt: "b", width: "3", hidden: "" }, children: [] },
  ]);
});

test("rich text of a string and of nodes reads as its text", async () => {
  const app = await run({
    "pages/a/a.wxml": '<rich-text nodes="<h1>标题</h1>正文"/><rich-text nodes="{{nodes}}"/>',
    "pages/a/a.js":
      'Page({ data: { nodes: [{ name: "p", attrs: { class: "a" }, children: [{ type: "text", text: "&gt;一" }] }, { name: "script", children: [{ type: "text", text: "no" }] }] } })',
  });
  expect(app.page().text()).toBe("标题正文>一");
});

test.each([
  ["<p>a</p>", [{ insert: "a\n" }]],
  ["<p><b>a</b>b</p>", [{ insert: "a", attributes: { bold: true } }, { insert: "b\n" }]],
  ["<h1>a</h1>", [{ insert: "a" }, { insert: "\n", attributes: { header: 1 } }]],
  ["<ol><li>a</li></ol>", [{ insert: "a" }, { insert: "\n", attributes: { list: "ordered" } }]],
  ['<p><img src="x"></p>', [{ insert: { image: "x" } }, { insert: "\n" }]],
  ["<p><br></p>", [{ insert: "\n" }]],
])("the delta of %s", (html, ops) => {
  expect(contentsOfHtml(html).delta.ops).toEqual(ops);
});

test("a delta is written as HTML, and what is in it cannot become markup", () => {
  const ops = [
    { insert: "<a>", attributes: { bold: true, color: 'red"' } },
    { insert: "\n", attributes: { header: 2 } },
    { insert: "x\n", attributes: { list: "bullet" } },
    { insert: { image: 'a"b' } },
  ];
  expect(htmlOfDelta({ ops })).toBe(
    '<h2><span style="color: red&quot;"><strong>&lt;a&gt;</strong></span></h2><ul><li>x</li></ul><p><img src="a&quot;b"></p>',
  );
});

test("an editor is ready, is filled and read by its context, and tells what was typed", async () => {
  const app = await run({
    "pages/a/a.wxml":
      '<editor id="e" bindready="ready" bindinput="input" bindstatuschange="status" placeholder="写点什么"/>',
    "pages/a/a.js": `Page({
      ready() {
        wx.createSelectorQuery().select("#e").context(({ context }) => {
          this.editor = context;
          context.setContents({ html: "<p>一</p>", success: () => console.log("set") });
        }).exec();
      },
      input({ detail }) { console.log("input", JSON.stringify(detail)) },
      status({ detail }) { console.log("status", JSON.stringify(detail)) },
      act() {
        this.editor.format("bold");
        this.editor.insertText({ text: "二" });
        this.editor.undo();
        this.editor.redo();
        this.editor.getContents({ success: ({ text }) => console.log("text", JSON.stringify(text)) });
        this.editor.clear();
      },
    })`,
  });
  await app.waitFor(() => said(app).includes("set"));
  app.page().find("editor")!.input("甲\n乙");
  expect(said(app).at(-1)).toBe(
    'input {"html":"<p>甲</p><p>乙</p>","text":"甲\\n乙\\n","delta":{"ops":[{"insert":"甲\\n乙\\n"}]}}',
  );
  (app.page().instance["act"] as () => void).call(app.page().instance);
  await app.waitFor(() => said(app).some((line) => line.startsWith("text")));
  expect(said(app)).toContain('status {"bold":"strong"}');
  expect(said(app)).toContain(String.raw`text "甲\n乙\n二\n"`);
  expect(app.page().text()).toBe("");
});
