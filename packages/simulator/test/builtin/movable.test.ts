import { createVirtualClock } from "@weapp-socket/simulator";
import { expect, test } from "vitest";
import { call, run, said } from "../headless-world.js";

const SCRIPT = `Page({ data: { x: 0, y: 0, show: false },
  tell({ type, detail }) { console.log(type, JSON.stringify(detail)) } })`;

test("a view is moved where its direction lets it, and tells where and why", async () => {
  const clock = createVirtualClock();
  const app = await run(
    {
      "pages/a/a.js": SCRIPT,
      "pages/a/a.wxml":
        '<movable-area><movable-view direction="horizontal" x="{{x}}" y="{{y}}" bindchange="tell"/></movable-area>',
    },
    { clock },
  );
  app.page().find("movable-view")!.choose({ x: 30, y: 40 });
  app.page().setData({ x: 5, y: 6 });
  await app.advance(0);
  expect(said(app)).toEqual(['change {"x":30,"y":0,"source":"touch"}', 'change {"x":5,"y":6,"source":""}']);
});

test("a view that may be scaled is, between its bounds", async () => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml":
      '<movable-area><movable-view direction="all" scale scale-min="1" scale-max="2" bindscale="tell"/></movable-area>',
  });
  app.page().find("movable-view")!.choose({ scale: 1.5 });
  app.page().find("movable-view")!.choose({ scale: 9 });
  expect(said(app)).toEqual(['scale {"x":0,"y":0,"scale":1.5}', 'scale {"x":0,"y":0,"scale":2}']);
});

test("a page over the page says how it comes and goes", async () => {
  const clock = createVirtualClock();
  const names = ["beforeenter", "enter", "afterenter", "beforeleave", "leave", "afterleave"];
  const app = await run(
    {
      "pages/a/a.js": SCRIPT,
      "pages/a/a.wxml": `<page-container show="{{show}}" duration="200" ${names.map((name) => `bind:${name}="tell"`).join(" ")}>text</page-container>`,
    },
    { clock },
  );
  app.page().setData({ show: true });
  await app.advance(199);
  expect(said(app)).toEqual(["beforeenter {}", "enter {}"]);
  await app.advance(1);
  app.page().find("page-container")!.choose(false);
  await app.advance(200);
  expect(said(app)).toEqual(names.map((name) => `${name} {}`));
});

test("the way back closes the page over the page, and only then leaves", async () => {
  const app = await run({
    "app.json": JSON.stringify({ pages: ["pages/b/b", "pages/a/a"] }),
    "pages/b/b.wxml": "<view/>",
    "pages/b/b.js": "Page({})",
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml":
      '<page-container show="{{show}}" duration="0" bind:leave="tell" bind:afterleave="tell">text</page-container>',
  });
  await call(app, "navigateTo", { url: "/pages/a/a" });
  app.page().setData({ show: true });
  expect(await call(app, "navigateBack")).toEqual({ errMsg: "navigateBack:ok" });
  await app.waitFor(() => said(app).length === 2);
  expect(said(app)).toEqual(["leave {}", "afterleave {}"]);
  expect(app.page().path).toBe("pages/a/a");
  app.back();
  expect(app.page().path).toBe("pages/b/b");
});

test("page-meta and navigation-bar change the page around them", async () => {
  const app = await run({
    "pages/a/a.js": SCRIPT,
    "pages/a/a.wxml":
      '<page-meta scroll-top="{{x}}px" bindscrolldone="tell"><navigation-bar title="标题{{x}}"/></page-meta><view/>',
  });
  expect(app.page().title).toBe("标题0");
  app.page().setData({ x: 100 });
  expect(app.page().title).toBe("标题100");
  await app.idle();
  expect(said(app)).toContain("scrolldone {}");
});
