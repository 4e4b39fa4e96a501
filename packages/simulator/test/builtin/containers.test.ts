import { expect, test } from "vitest";
import { run, said } from "../headless-world.js";

const TAGS = [
  "cover-view",
  "span",
  "root-portal",
  "custom-wrapper",
  "share-element",
  "snapshot",
  "selection",
  "list-view",
  "grid-view",
  "sticky-section",
  "sticky-header",
  "open-container",
  "movable-area",
  "movable-view",
  "page-container",
];

test("what holds other components shows them, and lets their taps through", async () => {
  const app = await run({
    "pages/a/a.wxml": TAGS.map(
      (tag) => `<${tag} bindtap="tell" data-tag="${tag}"><view class="in-${tag}">${tag}</view></${tag}>`,
    ).join(""),
    "pages/a/a.js": "Page({ tell({ currentTarget }) { console.log(currentTarget.dataset.tag) } })",
  });
  expect(app.page().text()).toBe(TAGS.join(""));
  for (const tag of TAGS) app.page().find(`.in-${tag}`)!.tap();
  expect(said(app)).toEqual(TAGS);
});

test.each([
  ["{{390}}", undefined, true],
  [undefined, "{{389}}", false],
  ["{{300}}", "{{400}}", true],
])("match-media from %s to %s", async (min, max, isShown) => {
  const attribute = (name: string, value: string | undefined) =>
    value === undefined ? "" : `${name}="${value}"`;
  const app = await run({
    "pages/a/a.wxml": `<match-media ${attribute("min-width", min)} ${attribute("max-width", max)}>text</match-media>`,
  });
  expect(app.page().find("match-media")!.attributes["hidden"]).toBe(!isShown);
});

test("match-media knows how the phone is held", async () => {
  const app = await run({
    "pages/a/a.wxml":
      '<match-media orientation="landscape">a</match-media><match-media orientation="portrait">b</match-media>',
  });
  expect(
    app
      .page()
      .findAll("match-media")
      .map(({ attributes }) => attributes["hidden"]),
  ).toEqual([true, false]);
});
