import { createVirtualClock } from "@weapp-socket/simulator";
import { expect, test } from "vitest";
import { run, said } from "../headless-world.js";

const SCRIPT = `Page({
  data: { percent: 10, disabled: false },
  tell({ type, detail }) { console.log(type, JSON.stringify(detail)) },
})`;

test.each([
  ['min="0" max="100" step="1"', 42.4, 42],
  ['min="50" max="200" step="5"', 53, 55],
  ['min="0" max="1" step="0.1"', 0.31, 0.3],
  ['min="0" max="10" step="4"', 10, 10],
  ["", 300, 100],
  ["", -3, 0],
])("slider %s: %d is %d", async (attributes, wanted, value) => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml": `<slider ${attributes} bindchange="tell"/>`,
  });
  app.page().find("slider")!.choose(wanted);
  expect(said(app)).toEqual([`change {"value":${value}}`]);
  expect(app.page().find("slider")!.attributes["value"]).toBe(value);
});

test("a slider that is bound writes back, a disabled one does nothing, a form's reset is its least", async () => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml":
      '<form><slider name="a" min="5" model:value="{{percent}}" disabled="{{disabled}}" bindchange="tell"/><button form-type="reset"/></form>',
  });
  const slider = app.page().find("slider")!;
  slider.choose(20);
  expect(app.page().data("percent")).toBe(20);
  app.page().setData({ disabled: true });
  slider.choose(30);
  expect(app.page().data("percent")).toBe(20);
  app.page().find("button")!.tap();
  expect(app.page().data("percent")).toBe(5);
});

test("an active progress counts up and says where it ended; forwards it begins where it is", async () => {
  const clock = createVirtualClock();
  const app = await run(
    {
      "pages/a/a.js": SCRIPT,
      "pages/a/a.wxml":
        '<progress percent="{{percent}}" active active-mode="forwards" duration="20" bindactiveend="tell"/>',
    },
    { clock },
  );
  await app.advance(199);
  expect(said(app)).toEqual([]);
  await app.advance(1);
  app.page().setData({ percent: 15 });
  await app.advance(100);
  expect(said(app)).toEqual(['activeend {"curPercent":10}', 'activeend {"curPercent":15}']);
});

test("a component that nothing can be chosen in says so", async () => {
  const app = await run({ "pages/a/a.wxml": '<icon type="success"/>' });
  expect(() => app.page().find("icon")!.choose(1)).toThrow(
    "choose: expected a component that something is chosen in, got <icon>",
  );
});
