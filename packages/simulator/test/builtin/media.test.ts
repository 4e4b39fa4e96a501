import { expect, test } from "vitest";
import { call, problems, run, said } from "../headless-world.js";

const tell = `tell({ type, detail }) { console.log(type, JSON.stringify(detail)) }`;

test("a video's context plays, seeks and fills the screen; the page hears of it", async () => {
  const app = await run({
    "pages/a/a.wxml":
      '<video id="film" src="a.mp4" bindplay="tell" bindpause="tell" bindseekcomplete="tell" bindfullscreenchange="tell"/>',
    "pages/a/a.js": `Page({ ${tell}, onReady() {
      const film = wx.createVideoContext("film");
      film.play();
      film.seek(12);
      film.requestFullScreen({ direction: 90, success: ({ errMsg }) => console.log(errMsg) });
      film.pause();
      wx.createVideoContext("other").play({ fail: ({ errMsg }) => console.log(errMsg) });
    } })`,
  });
  await app.waitFor(() => said(app).length === 6);
  expect(said(app).toSorted()).toEqual([
    'fullscreenchange {"fullScreen":true,"direction":"vertical","fullscreen":true}',
    "pause {}",
    "play {}",
    "play:fail component not found",
    "requestFullScreen:ok",
    'seekcomplete {"position":12}',
  ]);
});

test("an audio plays by its context", async () => {
  const app = await run({
    "pages/a/a.wxml": '<audio id="song" src="a.mp3" bindplay="tell" bindpause="tell"/>',
    "pages/a/a.js": `Page({ ${tell}, onReady() { const song = wx.createAudioContext("song"); song.play(); song.pause() } })`,
  });
  await app.waitFor(() => said(app).length === 2);
  expect(said(app)).toEqual(["play {}", "pause {}"]);
});

test("a 2d canvas is found by a query, draws into nothing, and gives a picture of it", async () => {
  const app = await run({
    "pages/a/a.wxml": '<canvas type="2d" id="c"/>',
    "pages/a/a.js": `Page({ onReady() {
      wx.createSelectorQuery().select("#c").fields({ node: true, size: true }).exec(([{ node }]) => {
        node.width = 200;
        const ctx = node.getContext("2d");
        ctx.fillStyle = "red";
        ctx.fillRect(0, 0, 10, 10);
        const image = node.createImage();
        image.onload = () => console.log("loaded", ctx.fillStyle, node.width, node.toDataURL().slice(0, 15));
        image.src = "a.png";
        node.requestAnimationFrame(() => console.log("frame"));
        wx.canvasToTempFilePath({ canvas: node, success: ({ tempFilePath }) => console.log(tempFilePath.slice(-4)) });
      });
    } })`,
  });
  await app.waitFor(() => said(app).length === 3);
  expect(said(app).toSorted()).toEqual([".png", "frame", "loaded red 200 data:image/png;"]);
  expect(problems(app)).toEqual([]);
});

test("the old canvas takes its steps, and is saved and read by its id", async () => {
  const app = await run({
    "pages/a/a.wxml": '<canvas canvas-id="old"/>',
    "pages/a/a.js": `Page({ onReady() {
      const ctx = wx.createCanvasContext("old");
      ctx.setFillStyle("red");
      ctx.fillRect(0, 0, 10, 10);
      ctx.draw(false, () => console.log("drawn"));
    } })`,
  });
  await app.waitFor(() => said(app).includes("drawn"));
  expect(await call(app, "canvasToTempFilePath", { canvasId: "old" })).toMatchObject({
    errMsg: "canvasToTempFilePath:ok",
    tempFilePath: expect.stringMatching(/\.png$/u),
  });
  const pixels = await call(app, "canvasGetImageData", { canvasId: "old", x: 0, y: 0, width: 2, height: 3 });
  expect(pixels).toMatchObject({ width: 2, height: 3 });
  expect(await call(app, "canvasToTempFilePath", { canvasId: "none" })).toEqual({
    errMsg: "canvasToTempFilePath:fail canvas is empty",
  });
});

test("a web-view loads, and its messages are told together", async () => {
  const app = await run({
    "pages/a/a.wxml": '<web-view src="https://example.com/" bindload="tell" bindmessage="tell"/>',
    "pages/a/a.js": `Page({ ${tell} })`,
  });
  await app.waitFor(() => said(app).length === 1);
  app.page().find("web-view")!.choose({ key: 1 });
  expect(said(app)).toEqual(['load {"src":"https://example.com/"}', 'message {"data":[{"key":1}]}']);
});
