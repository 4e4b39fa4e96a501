import { expect, test } from "vitest";
import { compile, lines } from "./compiled-program.js";

/** CSS without the layout of its lines. */
function flat(css: string | undefined): string {
  return (css ?? "").replaceAll(/\s+/gu, " ").trim();
}

async function pageStyle(wxss: string, more: Record<string, string> = {}): Promise<string> {
  const { styles } = await compile({ "pages/a/a.wxss": wxss, ...more });
  return flat(styles["pages/a/a"]);
}

async function componentStyle(
  wxss: string,
): Promise<{ css: string; prefix: string; problems: readonly string[] }> {
  const { styles, program } = await compile({
    "pages/a/a.json": '{"usingComponents":{"x":"/x"}}',
    "x.json": '{"component":true}',
    "x.js": "Component({})",
    "x.wxml": "<view/>",
    "x.wxss": wxss,
  });
  return {
    css: flat(styles["x"]),
    prefix: program.units["x"]?.stylePrefix ?? "",
    problems: lines(program.diagnostics),
  };
}

test.each([
  [".a { width: 750rpx }", ".a { width: 100vw }"],
  [".a { margin: -10rpx auto .5rpx 1.5RPX }", ".a { margin: -1.33333vw auto 0.06667vw 0.2vw }"],
  [".a { width: calc(100% - 20rpx) }", ".a { width: calc(100% - 2.66667vw) }"],
  ['.a { content: "10rpx"; --x: 10rpx }', '.a { content: "10rpx"; --x: 1.33333vw }'],
  ["@media (min-width: 800rpx) { .a { top: 0 } }", "@media (min-width: 400px) { .a { top: 0 } }"],
])("rpx: %s", async (wxss, css) => {
  expect(await pageStyle(wxss)).toBe(css);
});

test.each([
  ["view text { top: 0 }", "wx-view wx-text { top: 0 }"],
  ["page { top: 0 }", "wx-page { top: 0 }"],
  ["my-card > view.a::before, input { top: 0 }", "my-card > wx-view.a::before, wx-input { top: 0 }"],
  ["view:not(.a, text) { top: 0 }", "wx-view:not(.a, wx-text) { top: 0 }"],
  ["* { top: 0 }", "* { top: 0 }"],
  ["body, html, div { top: 0 }", "wx-page, wx-html, div { top: 0 }"],
  ["#id[title] { top: 0 }", "#id[title] { top: 0 }"],
  [
    "@keyframes k { from { top: 0 } 50% { top: 1px } to { top: 2px } }",
    "@keyframes k { from { top: 0 } 50% { top: 1px } to { top: 2px } }",
  ],
  ["@-webkit-keyframes k { from { top: 1rpx } }", "@-webkit-keyframes k { from { top: 0.13333vw } }"],
  [".a { .b & { top: 0 } }", ".a { .b & { top: 0 } }"],
])("selectors of a page: %s", async (wxss, css) => {
  expect(await pageStyle(wxss)).toBe(css);
});

test("classes of a component carry its prefix, :host is its element", async () => {
  const { css, prefix, problems } = await componentStyle(
    ".a.b:not(.c) { top: 0 } :host { display: block } :host(.wide) .a { top: 0 }",
  );
  expect(css).toBe(
    `.${prefix}--a.${prefix}--b:not(.${prefix}--c) { top: 0 } [wx-host=${prefix}] { display: block } [wx-host=${prefix}].wide .${prefix}--a { top: 0 }`,
  );
  expect(problems).toEqual([]);
});

test("selectors of a component that reach beyond it are a warning", async () => {
  const { problems } = await componentStyle("view { top: 0 }\n#a, [b] { top: 0 }");
  expect(problems).toEqual([
    "x.wxss:1:1 warning wxss: tag selectors reach beyond this component",
    "x.wxss:2:1 warning wxss: id and attribute selectors reach beyond this component",
  ]);
});

test("imports stand where they are imported, relative, absolute, without ending, from npm, under the unit's prefix", async () => {
  const { styles, program } = await compile({
    "app.wxss": '@import "styles/base.wxss";\n.app { top: 0 }',
    "styles/base.wxss": "@import './deep';\nview { top: 0 }",
    "styles/deep.wxss": ".deep { top: 0 }",
    "pages/a/a.json": '{"usingComponents":{"x":"/x"}}',
    "pages/a/a.wxss":
      "@import '/styles/deep.wxss';\n@import url(../../styles/deep.wxss);\n@import 'lib/x.wxss';",
    "miniprogram_npm/lib/x.wxss": ".lib { top: 0 }",
    "x.json": '{"component":true}',
    "x.js": "Component({})",
    "x.wxml": "<view/>",
    "x.wxss": ".own { top: 0 } @import 'styles/deep.wxss';",
  });
  const prefix = program.units["x"]?.stylePrefix ?? "";
  expect(lines(program.diagnostics)).toEqual([]);
  expect(flat(styles["app"])).toBe(".deep { top: 0 } wx-view { top: 0 } .app { top: 0 }");
  expect(flat(styles["pages/a/a"])).toBe(".deep { top: 0 } .deep { top: 0 } .lib { top: 0 }");
  expect(flat(styles["x"])).toBe(`.${prefix}--own { top: 0 } .${prefix}--deep { top: 0 }`);
});

test.each([
  ['@import "none.wxss";', 'pages/a/a.wxss:1:1 error there is no file "none.wxss"'],
  [
    '.a{}\n@import "a.wxss";',
    'pages/a/a.wxss:2:1 error this import never ends: "pages/a/a.wxss" imports this file again',
  ],
  [".a { top: 0 ", "pages/a/a.wxss:1:1 warning wxss: unclosed block"],
  [".a { top: 0 }}", "pages/a/a.wxss:1:14 warning wxss: unexpected }"],
  [".a:not( { top: 0 }", "pages/a/a.wxss:1:7 warning wxss: unclosed bracket"],
  [".a[=b] { top: 0 }", 'pages/a/a.wxss:1:1 warning wxss: the selector ".a[=b]" cannot be read'],
  [".a { background: url(none.png) }", 'pages/a/a.wxss:1:6 warning there is no file "none.png"'],
])("what is wrong is named with its place: %s", async (wxss, line) => {
  const { program } = await compile({ "pages/a/a.wxss": wxss });
  expect(lines(program.diagnostics)).toContain(line);
});

test("what can be read of a broken file is kept", async () => {
  expect(await pageStyle(".a { top: 0 }\n.b { top: 1px ")).toContain(".b { top: 1px");
});

test("local images and fonts become addresses of the host, all others stay", async () => {
  const css = await pageStyle(
    `@font-face { src: url("./f.ttf?v=1#x") format("truetype") }
    .a { background: url(/img/图.png), url('../a/f.ttf'), url(data:image/png;base64,AA==), url(https://x/y.png), url(//x/y), url(#m) }`,
    { "pages/a/f.ttf": "x", "img/图.png": "x" },
  );
  expect(css).toContain('src: url("../program/files/pages/a/f.ttf?v=1#x") format("truetype")');
  expect(css).toContain(
    'url("../program/files/img/%E5%9B%BE.png"), url("../program/files/pages/a/f.ttf"), url(data:image/png;base64,AA==), url(https://x/y.png), url(//x/y), url(#m)',
  );
});

test.each([
  [
    "@media (prefers-color-scheme: dark) { page, .a { top: 0 } }",
    ':where([data-theme="dark"]) wx-page,:where([data-theme="dark"]) .a { top: 0 }',
  ],
  [
    "@media screen and (prefers-color-scheme: light) and (min-width: 1px) { .a { top: 0 } }",
    '@media screen and (min-width: 1px) { :where([data-theme="light"]) .a { top: 0 } }',
  ],
  [
    "@media (prefers-color-scheme: dark) { @media (min-width: 1px) { .a { top: 0 } } @keyframes k { from { top: 0 } } }",
    '@media (min-width: 1px) { :where([data-theme="dark"]) .a { top: 0 } } @keyframes k { from { top: 0 } }',
  ],
])("dark mode is asked of the root element: %s", async (wxss, css) => {
  expect(await pageStyle(wxss)).toBe(css);
});

test("insets of the screen are the view's", async () => {
  expect(
    await pageStyle(
      ".a { padding: calc(10rpx + env(safe-area-inset-bottom)) env(safe-area-inset-top, 2px) }",
    ),
  ).toBe(
    ".a { padding: calc(1.33333vw + var(--safe-area-inset-bottom, 0px)) var(--safe-area-inset-top, 0px) }",
  );
});

test("a unit without wxss has no styles", async () => {
  expect((await compile({})).styles).toEqual({});
});
