/** What of the built-in components only a browser has. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openFrame, said } from "./page-world.js";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test("lines of danmu-list fly when the video comes to their second, once, and only where they are wanted", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js": `Page({ data: { lines: [
      { text: "开头", time: 0 }, { text: "两秒", color: "#ff0000", time: 2 }, { text: "九秒", time: 9 },
    ] } })`,
    "pages/a/a.wxml": [
      '<video id="on" danmu-list="{{lines}}" enable-danmu/>',
      '<video id="off" danmu-list="{{lines}}"/>',
    ].join(""),
  });
  const flown = await page.evaluate(() => {
    const lines: string[][] = [];
    for (const seconds of [0, 2.1, 2.4]) {
      for (const video of document.querySelectorAll("video")) {
        Object.defineProperty(video, "currentTime", { value: seconds, configurable: true });
        video.dispatchEvent(new Event("timeupdate"));
      }
      lines.push([...document.querySelectorAll(".weapp-danmu")].map((line) => line.textContent));
    }
    return lines;
  });
  expect(flown).toEqual([["开头"], ["开头", "两秒"], ["开头", "两秒"]]);
  await expect.poll(() => page.locator("#off .weapp-danmu").count()).toBe(0);
});

test("two fingers scale a view from anywhere in an area that says so, else from the view alone", async () => {
  const area = (id: string, attributes: string): string =>
    `<movable-area id="${id}" ${attributes} style="width:300px;height:150px"><movable-view id="${id}-view" direction="all" scale bindscale="tell" style="width:40px;height:40px"/></movable-area>`;
  const page = await openFrame(browser, {
    "pages/a/a.js":
      "Page({ tell({ currentTarget, detail }) { console.log(currentTarget.id, detail.scale.toFixed(1)); } })",
    "pages/a/a.wxml": area("whole", "scale-area") + area("own", ""),
  });
  // Where no view is: the bottom right of each area.
  for (const id of ["whole", "own"]) {
    const box = (await page.locator(`#${id}`).boundingBox())!;
    await page.mouse.move(box.x + 250, box.y + 120);
    await page.mouse.wheel(0, -100);
  }
  const own = (await page.locator("#own-view").boundingBox())!;
  await page.mouse.move(own.x + 10, own.y + 10);
  await page.mouse.wheel(0, -100);
  await expect.poll(() => said(page)).toEqual(["whole-view 1.1", "own-view 1.1"]);
});

test("the more friction, the shorter a view glides", async () => {
  const area = (id: string, friction: number): string =>
    `<movable-area style="width:370px;height:60px"><movable-view id="${id}" direction="horizontal" inertia friction="${friction}" style="width:100px;height:20px"/></movable-area>`;
  const page = await openFrame(browser, {
    "pages/a/a.wxml": area("free", 2) + area("held", 6),
  });
  await page.evaluate(() => {
    const glides: string[] = [];
    const animate = Reflect.get(Element.prototype, "animate") as (
      frames: unknown,
      options: { readonly id?: string; readonly duration: number },
    ) => Animation;
    Reflect.set(
      Element.prototype,
      "animate",
      function noted(this: Element, ...given: Parameters<typeof animate>) {
        if (given[1].id === undefined) glides.push(`${this.id} ${given[1].duration}`);
        return animate.apply(this, given);
      },
    );
    Object.assign(window, { glides });
  });
  for (const id of ["free", "held"]) {
    const { x, y } = (await page.locator(`#${id}`).boundingBox())!;
    await page.mouse.move(x + 10, y + 10);
    await page.mouse.down();
    for (let step = 1; step <= 4; step += 1) await page.mouse.move(x + 10 + step * 15, y + 10);
    await page.mouse.up();
  }
  await expect
    .poll(() => page.evaluate(() => Reflect.get(window, "glides") as unknown))
    .toEqual(["free 300", "held 100"]);
});

test("a page in a web-view speaks by wx.miniProgram: messages come together when it is shared or left", async () => {
  const script = readFileSync(join(import.meta.dirname, "../../dist/web-page.js"), "utf8");
  const web = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<script type="module">${script}
      const wx = { miniProgram: createMiniProgram() };
      wx.miniProgram.postMessage({ data: 1 });
      wx.miniProgram.postMessage({ data: { two: 2 } });
      onmessage = () => {
        wx.miniProgram.postMessage({ data: 3 });
        wx.miniProgram.getEnv(({ miniprogram }) => wx.miniProgram.navigateBack({ delta: miniprogram ? 1 : 0, success() {} }));
      };
      document.title = "said";
    </script>`);
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void web.close());
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
  const page = await openFrame(browser, {
    "app.json": JSON.stringify({ pages: ["pages/a/a", "pages/b/b"] }),
    "pages/b/b.js": `Page({
      data: { url: ${JSON.stringify(url)} },
      tell({ detail }) { console.log(JSON.stringify(detail.data)); },
      onShareAppMessage({ webViewUrl }) { console.log("shared " + webViewUrl); return {}; },
      onUnload() { console.log("left"); },
    })`,
    "pages/b/b.wxml": '<web-view src="{{url}}" bindmessage="tell"/>',
  });
  await page.evaluate(() => {
    (window.simulator!.wx["navigateTo"] as (options: object) => void)({ url: "/pages/b/b" });
  });
  const frame = page.frameLocator("wx-web-view iframe");
  await expect.poll(() => page.frames().at(-1)!.title()).toBe("said");
  await page.evaluate(() => window.simulator!.share());
  await expect.poll(() => said(page)).toEqual(['[1,{"two":2}]', `shared ${url}`]);
  await frame.locator("html").evaluate(() => window.postMessage("go", "*"));
  await expect.poll(() => page.evaluate(() => window.simulator!.page().path)).toBe("pages/a/a");
  expect((await said(page)).slice(2)).toEqual(["[3]", "left"]);
});

// COMMUNITY: blog.csdn.net 88887136, which shows them in a row and makes a column by `display: flex` on the label.
test("labels around radios and checkboxes stand in a row", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.wxml":
      '<radio-group><label wx:for="{{[1,2,3]}}" wx:key="*this"><radio value="{{item}}" />{{item}}</label></radio-group>',
  });
  const tops = await page
    .locator("wx-radio")
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  expect(new Set(tops).size).toBe(1);
});

test("a button has its line on every side, wherever between two pixels it stands", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.wxml":
      '<view wx:for="{{[0,1,2,3,4,5,6,7]}}" wx:key="*this" style="padding-top:{{item / 8 + 4}}px"><button size="mini">按</button></view>',
  });
  for (const button of await page.locator("wx-button").all()) {
    const picture = await button.screenshot();
    // The darkest pixel of the last rows, in the middle: that of the line, on a fill of 248.
    const darkest = await page.evaluate(async (data) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
      canvas.drawImage(image, 0, 0);
      const column = canvas.getImageData(Math.floor(image.width / 2), image.height - 3, 1, 3).data;
      return Math.min(column[0]!, column[4]!, column[8]!);
    }, picture.toString("base64"));
    expect(darkest).toBeLessThan(230);
  }
});
