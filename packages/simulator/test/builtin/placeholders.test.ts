import { createVirtualClock } from "@weapp-socket/simulator";
import { expect, test } from "vitest";
import { problems, run, said } from "../headless-world.js";

const tell = `tell({ type, detail }) { console.log(type, JSON.stringify(detail)) }`;

test("a camera is ready, takes a picture, and scans what a script says", async () => {
  const app = await run(
    {
      "pages/a/a.wxml": '<camera mode="scanCode" bindinitdone="tell" bindscancode="tell"/>',
      "pages/a/a.js": `Page({ ${tell}, onReady() {
        wx.createCameraContext().takePhoto({ success: ({ tempImagePath }) => console.log(tempImagePath.slice(-4)) });
      } })`,
    },
    { answers: { scanCode: { result: "hi", scanType: "QR_CODE", charSet: "UTF-8", rawData: "aGk=" } } },
  );
  await app.waitFor(() => said(app).length === 2);
  expect(said(app).toSorted()).toEqual([".png", 'initdone {"maxZoom":10}']);
  app.page().find("camera")!.tap();
  await app.waitFor(() => said(app).length === 3);
  expect(said(app)[2]).toBe('scancode {"result":"hi","type":"qr_code","charSet":"UTF-8","rawData":"aGk="}');
});

test("live streams go through the states of a good connection", async () => {
  const clock = createVirtualClock();
  const app = await run(
    {
      "pages/a/a.wxml":
        '<live-player id="p" src="rtmp://a" autoplay bindstatechange="tell"/><live-pusher url="rtmp://a" bindstatechange="tell"/>',
      "pages/a/a.js": `Page({ tell({ detail }) { console.log(detail.code) }, onReady() { wx.createLivePusherContext().start() } })`,
    },
    { clock },
  );
  await app.advance(1);
  expect(said(app).toSorted()).toEqual(["1001", "1002", "1003", "1007", "2001", "2002", "2003", "2004"]);
});

test("a map's markers are touched, and its context answers", async () => {
  const app = await run({
    "pages/a/a.wxml":
      '<map id="m" latitude="23.1" longitude="113.3" markers="{{markers}}" bindmarkertap="tell"/>',
    "pages/a/a.js": `Page({ data: { markers: [{ id: 7, latitude: 23, longitude: 113 }] }, ${tell}, onReady() {
      wx.createMapContext("m").getCenterLocation({ success: (place) => console.log(JSON.stringify(place)) });
    } })`,
  });
  await app.waitFor(() => said(app).length === 1);
  app.page().find("map")!.choose(7);
  expect(said(app)).toEqual([
    '{"latitude":23.1,"longitude":113.3,"errMsg":"getCenterLocation:ok"}',
    'markertap {"markerId":7}',
  ]);
  expect(() => app.page().find("map")!.choose(8)).toThrow("expected the id of a marker of the map, got 8");
});

test.each(["ad", "ad-custom", "official-account"])("<%s> says that it is there", async (tag) => {
  const app = await run({
    "pages/a/a.wxml": `<${tag} bindload="tell"/>`,
    "pages/a/a.js": `Page({ ${tell} })`,
  });
  await app.waitFor(() => said(app).length === 1);
  expect(problems(app)).toEqual([]);
});

test("open-data shows somebody without a name", async () => {
  const app = await run({ "pages/a/a.wxml": '<open-data type="userNickName"/>' });
  expect(app.page().text()).toBe("微信用户");
});
