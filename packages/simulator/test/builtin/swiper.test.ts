import { createVirtualClock } from "@weapp-socket/simulator";
import { expect, test } from "vitest";
import { run, said } from "../headless-world.js";

const page = (attributes: string, pages = 3) => ({
  "pages/a/a.wxml": `<swiper ${attributes} bindchange="tell" bindanimationfinish="tell"><swiper-item wx:for="{{${pages}}}" wx:key="*this" item-id="item{{index}}"><text>{{index}}</text></swiper-item></swiper>`,
  "pages/a/a.js": `Page({
    data: { current: 0 },
    tell({ type, detail }) { console.log(type, JSON.stringify(detail)) },
  })`,
});

test("a page that is swiped to is told, with why and its id; then that it came to rest", async () => {
  const clock = createVirtualClock();
  const app = await run(page('current="{{1}}" duration="300"'), { clock });
  app.page().find("swiper")!.choose(2);
  expect(said(app)).toEqual(['change {"current":2,"currentItemId":"item2","source":"touch"}']);
  await app.advance(299);
  expect(said(app)).toHaveLength(1);
  await app.advance(1);
  expect(said(app)[1]).toBe('animationfinish {"current":2,"currentItemId":"item2","source":"touch"}');
  expect(app.page().find("swiper")?.attributes["current"]).toBe(2);
  expect(() => app.page().find("swiper")!.choose(3)).toThrow("choose: expected a page from 0 to 2, got 3");
});

test("the author's own choice has no source; one that is not there is the last", async () => {
  const app = await run(page('current="{{current}}"'));
  app.page().setData({ current: 1 });
  await app.idle();
  app.page().setData({ current: 9 });
  await app.idle();
  expect(said(app)).toEqual([
    'change {"current":1,"currentItemId":"item1","source":""}',
    'change {"current":2,"currentItemId":"item2","source":""}',
  ]);
});

test("by itself it goes round, and stops when it is told to or is no more", async () => {
  const clock = createVirtualClock();
  const files = page('autoplay="{{on}}" interval="1000" circular');
  const app = await run(
    { ...files, "pages/a/a.js": files["pages/a/a.js"].replace("current: 0", "on: true") },
    { clock },
  );
  await app.advance(3_000);
  const turns = () =>
    said(app)
      .filter((line) => line.startsWith("change"))
      .map((line) => /"current":(\d)/u.exec(line)?.[1]);
  expect(turns()).toEqual(["1", "2", "0"]);
  expect(said(app)[0]).toContain('"source":"autoplay"');
  app.page().setData({ on: false });
  await app.advance(5_000);
  expect(turns()).toHaveLength(3);
});

test("pages that come later are counted; several shown at once leave fewer to turn to", async () => {
  const app = await run({
    "pages/a/a.wxml":
      '<swiper display-multiple-items="2" bindchange="tell"><swiper-item wx:for="{{list}}" wx:key="*this">{{item}}</swiper-item></swiper>',
    "pages/a/a.js": "Page({ data: { list: [] }, tell({ detail }) { console.log(detail.current) } })",
  });
  app.page().setData({ list: [1, 2, 3, 4] });
  await app.idle();
  app.page().find("swiper")!.choose(2);
  expect(said(app)).toEqual(["2"]);
  expect(() => app.page().find("swiper")!.choose(3)).toThrow("from 0 to 2");
});
