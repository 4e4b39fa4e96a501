/** Those of the pitfalls (pitfalls.test.ts) that need a real DOM. */
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFrame, said } from "../page/page-world.js";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const styleOf = (page: Page, selector: string, name: string): Promise<string> =>
  page
    .locator(selector)
    .first()
    .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);

test("author tags are elements of their own, WXSS finds them by tag and by id, boxes are content boxes", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.wxml": '<view id="v"><text>t</text></view><input /><button size="mini">b</button>',
    "pages/a/a.wxss":
      "text { color: rgb(1, 2, 3); } #v { width: 100px; padding: 10px; } input { color: rgb(4, 5, 6); }",
  });
  await expect.poll(() => page.locator("wx-view#v > wx-text").count()).toBe(1);
  await expect.poll(() => page.locator("wx-input input").count()).toBe(1);
  expect(await styleOf(page, "wx-text", "color")).toBe("rgb(1, 2, 3)");
  expect(await styleOf(page, "wx-input input", "color")).toBe("rgb(4, 5, 6)");
  expect(await styleOf(page, "#v", "box-sizing")).toBe("content-box");
  expect((await page.locator("#v").boundingBox())?.width).toBe(120);
  expect(await styleOf(page, "wx-button", "box-sizing")).toBe("border-box");
});

test("bindinput fires once a key, with the component's detail", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js":
      "Page({ typed({ detail }) { console.log(detail.value, detail.cursor); }, done({ detail }) { console.log('confirm', detail.value); } })",
    "pages/a/a.wxml": '<input bindinput="typed" bindconfirm="done" />',
  });
  await page.locator("wx-input input").pressSequentially("ab");
  await page.keyboard.press("Enter");
  await expect.poll(() => said(page)).toEqual(["a 1", "ab 2", "confirm ab"]);
});

test("a long press reaches what was pressed, and no tap follows", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js":
      "Page({ long({ target }) { console.log('long', target.id); }, tap({ target }) { console.log('tap', target.id); } })",
    "pages/a/a.wxml": '<view bindlongpress="long" bindtap="tap"><view id="inner">press</view></view>',
  });
  await page.locator("#inner").click({ delay: 600 });
  await page.locator("#inner").click();
  await expect.poll(() => said(page)).toEqual(["long inner", "tap inner"]);
});

test("scroll-into-view finds what is added by the same update", async () => {
  const page = await openFrame(browser, {
    "pages/a/a.js": "Page({ data: { list: [], last: '' } })",
    "pages/a/a.wxml": `<scroll-view scroll-y style="height: 100px" scroll-into-view="{{last}}">
      <view wx:for="{{list}}" wx:key="*this" id="m{{item}}" style="height: 40px">{{item}}</view></scroll-view>`,
  });
  await page.evaluate(() => {
    const list = Array.from({ length: 30 }, (_, index) => index);
    window.simulator!.page().setData({ list, last: "m29" });
  });
  await expect
    .poll(() =>
      page.locator("#m29").evaluate((element) => {
        const box = element.closest("wx-scroll-view")!.getBoundingClientRect();
        const { top, bottom } = element.getBoundingClientRect();
        return top >= box.top - 1 && bottom <= box.bottom + 41;
      }),
    )
    .toBe(true);
});
