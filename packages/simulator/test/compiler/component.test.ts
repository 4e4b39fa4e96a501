import { expect, test } from "vitest";
import { compile, lines } from "./compiled-program.js";

/** A component's four files, its json and script as given. */
function component(path: string, json = '{"component":true}', js = "Component({})"): Record<string, string> {
  return { [`${path}.json`]: json, [`${path}.js`]: js, [`${path}.wxml`]: "<slot/>" };
}

test("paths of components: relative, absolute, a folder's index, npm upward, of app.json", async () => {
  const { program } = await compile({
    "app.json": '{"pages":["pages/a/a"],"usingComponents":{"everywhere":"parts/every"}}',
    "pages/a/a.json": JSON.stringify({
      usingComponents: {
        near: "near/near",
        up: "../../parts/up",
        "from-root": "/parts/up",
        folder: "/parts/folder",
        button: "@vant/weapp/button/index",
        plain: "lib",
        everywhere: "/parts/up",
      },
    }),
    ...component("parts/every"),
    ...component("pages/a/near/near"),
    ...component("parts/up"),
    ...component("parts/folder/index"),
    ...component("miniprogram_npm/@vant/weapp/button/index"),
    ...component("pages/miniprogram_npm/lib/index"),
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(program.units["pages/a/a"]?.usingComponents).toEqual({
    near: "pages/a/near/near",
    up: "parts/up",
    "from-root": "parts/up",
    folder: "parts/folder/index",
    button: "miniprogram_npm/@vant/weapp/button/index",
    plain: "pages/miniprogram_npm/lib/index",
    everywhere: "parts/up",
  });
  expect(program.units["parts/up"]?.usingComponents).toEqual({ everywhere: "parts/every" });
  expect(Object.keys(program.units).toSorted()).toEqual([
    "miniprogram_npm/@vant/weapp/button/index",
    "pages/a/a",
    "pages/a/near/near",
    "pages/miniprogram_npm/lib/index",
    "parts/every",
    "parts/folder/index",
    "parts/up",
  ]);
});

test.each([
  ['{"usingComponents":{"x":"./x"}}', 'pages/a/a.json:1:25 error there is no component "./x" for <x>'],
  ['{"usingComponents":{"x":1}}', "pages/a/a.json:1:25 error the path of <x> is a string, got 1"],
  [
    '{"usingComponents":{"x":"plugin://p/x"}}',
    'pages/a/a.json:1:25 warning <x> comes from a plugin, "plugin://p/x"',
  ],
  [
    '{"usingComponents":{"x":"../../../../etc/x"}}',
    'pages/a/a.json:1:25 error there is no component "../../../../etc/x" for <x>',
  ],
])("what usingComponents says wrong is named with its place: %s", async (json, line) => {
  const { program } = await compile({ "pages/a/a.json": json });
  expect(lines(program.diagnostics)).toEqual([line]);
  expect(program.units["pages/a/a"]?.usingComponents).toEqual({});
});

test("a component may use itself, and two may use each other", async () => {
  const { program } = await compile({
    "pages/a/a.json": '{"usingComponents":{"x":"/x"}}',
    ...component("x", '{"component":true,"usingComponents":{"x":"./x","y":"./y"}}'),
    ...component("y", '{"component":true,"usingComponents":{"x":"./x"}}'),
  });
  expect(lines(program.diagnostics)).toEqual([]);
  expect(Object.keys(program.units)).toEqual(["pages/a/a", "x", "y"]);
});

test("a component without its wxml or script is an error", async () => {
  const { program } = await compile({
    "pages/a/a.json": '{"usingComponents":{"x":"/x","y":"/y"}}',
    "x.json": '{"component":true}',
    "y.wxml": "<view/>",
  });
  expect(lines(program.diagnostics)).toEqual([
    'x.json:0:0 error the component file "x.wxml" is missing',
    'y.wxml:0:0 error the component has no script "y.js"',
  ]);
});

test("generics and their defaults", async () => {
  const { program } = await compile({
    "pages/a/a.json": '{"usingComponents":{"x":"/x"}}',
    ...component("x", '{"component":true,"componentGenerics":{"item":true,"row":{"default":"./row"}}}'),
    ...component("row"),
  });
  expect(program.units["x"]?.generics).toEqual({ item: null, row: "row" });
  expect(program.units["row"]?.kind).toBe("component");
});

test("the custom tab bar is a component of the program", async () => {
  const { program } = await compile({
    "app.json":
      '{"pages":["pages/a/a"],"tabBar":{"custom":true,"list":[{"pagePath":"pages/a/a","text":"a"}]}}',
    ...component("custom-tab-bar/index"),
  });
  expect(program.units["custom-tab-bar/index"]?.kind).toBe("component");
});

test.each([
  ["page", "{}", "Page({})", "shared"],
  ["page", "{}", 'Component({ options: { styleIsolation: "page-isolated" } })', "page-isolated"],
  ["component", "{}", "Component({})", "isolated"],
  ["component", '{"styleIsolation":"shared"}', "Component({})", "shared"],
  ["component", "{}", 'Component({ options: { styleIsolation: "apply-shared" } })', "apply-shared"],
  ["component", "{}", "Component({ options: { addGlobalClass: true } })", "apply-shared"],
  ["component", "{}", 'const options = { "styleIsolation": `shared` }; Component({ options })', "shared"],
  ["component", "{}", 'class A { options = { styleIsolation: "shared" } }', "shared"],
  [
    "component",
    '{"styleIsolation":"isolated"}',
    "Component({ options: { addGlobalClass: true } })",
    "isolated",
  ],
])("styles of a %s with %s and %s are %s", async (kind, json, js, isolation) => {
  const path = kind === "page" ? "pages/a/a" : "x";
  const { program } = await compile({
    "pages/a/a.json": '{"usingComponents":{"x":"/x"}}',
    ...component("x"),
    [`${path}.js`]: js,
    ...(kind === "component" && { "x.json": json }),
  });
  expect(program.units[path]?.styleIsolation).toBe(isolation);
  expect(program.units[path]?.stylePrefix === "").toBe(
    isolation.endsWith("shared") && !isolation.includes("apply"),
  );
});

test("prefixes are stable, and differ between units of one name", async () => {
  const files = {
    "pages/a/a.json": '{"usingComponents":{"x":"/one/card/index","y":"/two/card/index"}}',
    ...component("one/card/index"),
    ...component("two/card/index"),
  };
  const first = (await compile(files)).program.units;
  const second = (await compile(files)).program.units;
  const prefixes = ["one/card/index", "two/card/index"].map((path) => first[path]?.stylePrefix ?? "");
  expect(new Set(prefixes).size).toBe(2);
  expect(prefixes.every((prefix) => /^card-index-[\da-z]+$/u.test(prefix))).toBe(true);
  const digits = await compile({
    "pages/a/a.json": '{"usingComponents":{"x":"/3d/-x"}}',
    ...component("3d/-x"),
  });
  expect(digits.program.units["3d/-x"]?.stylePrefix).toMatch(/^c-3d--x-/u);
  expect(second["one/card/index"]?.stylePrefix).toBe(prefixes[0]);
});
