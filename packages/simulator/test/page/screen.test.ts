import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFrame } from "./page-world.js";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const wx = (page: Page, api: string, options: object = {}): Promise<unknown> =>
  page.evaluate(
    ([name, given]) =>
      (window.simulator!.wx[name] as (options: object) => Promise<{ errMsg: string }>)(given).then(
        ({ errMsg }) => errMsg,
        ({ errMsg }: { errMsg: string }) => errMsg,
      ),
    [api, options] as const,
  );
const data = (page: Page, path: string): Promise<unknown> =>
  page.evaluate((name) => window.simulator!.page().data(name), path);
const title = (page: Page): Promise<string | null> => page.locator(".weapp-bar-title").textContent();

const TWO_PAGES = {
  "app.json": JSON.stringify({
    pages: ["pages/a/a", "pages/b/b"],
    window: {
      navigationBarTitleText: "应用",
      navigationBarBackgroundColor: "#102030",
      navigationBarTextStyle: "white",
    },
  }),
  "pages/a/a.json": '{"navigationBarTitleText":"甲"}',
  "pages/b/b.js": "Page({})",
  "pages/b/b.wxml": "<view>乙</view>",
};

describe("the navigation bar", () => {
  test("has the page's title and the app's colours, and what wx makes of them", async () => {
    const page = await openFrame(browser, TWO_PAGES);
    await expect.poll(() => title(page)).toBe("甲");
    const bar = page.locator(".weapp-bar");
    expect(await bar.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      "rgb(16, 32, 48)",
    );
    await expect.poll(() => bar.getAttribute("data-text")).toBe("white");
    await wx(page, "setNavigationBarTitle", { title: "一个特别特别特别长的标题，它写不下" });
    await wx(page, "setNavigationBarColor", { frontColor: "#000000", backgroundColor: "#ffeecc" });
    await wx(page, "showNavigationBarLoading");
    await expect.poll(() => title(page)).toContain("写不下");
    expect(await bar.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      "rgb(255, 238, 204)",
    );
    await expect.poll(() => bar.getAttribute("data-text")).toBe("black");
    await expect.poll(() => bar.getAttribute("data-loading")).toBe("");
    // The capsule stays free.
    const text = (await page.locator(".weapp-bar-title").boundingBox())!;
    const capsule = (await page.locator(".weapp-bar-capsule").boundingBox())!;
    expect(text.x + text.width).toBeLessThan(capsule.x);
  });

  test("goes back, and its look is that of the page below", async () => {
    const page = await openFrame(browser, TWO_PAGES);
    await wx(page, "setNavigationBarTitle", { title: "改了" });
    await expect.poll(() => page.getByRole("button", { name: "返回" }).isVisible()).toBe(false);
    await wx(page, "navigateTo", { url: "/pages/b/b" });
    await expect.poll(() => title(page)).toBe("应用");
    await page.getByRole("button", { name: "返回" }).click();
    await expect.poll(() => title(page)).toBe("改了");
    await expect.poll(() => page.locator("wx-page-window").count()).toBe(1);
  });

  test("has a home button on a page that is first and not the entry", async () => {
    const page = await openFrame(browser, TWO_PAGES);
    await wx(page, "reLaunch", { url: "/pages/b/b" });
    await page.getByRole("button", { name: "首页" }).click();
    await expect.poll(() => title(page)).toBe("甲");
    await wx(page, "reLaunch", { url: "/pages/b/b" });
    await wx(page, "hideHomeButton");
    await expect.poll(() => page.getByRole("button", { name: "首页" }).isVisible()).toBe(false);
  });

  test("is not there where the page draws its own", async () => {
    const page = await openFrame(browser, {
      ...TWO_PAGES,
      "pages/a/a.json": '{"navigationStyle":"custom"}',
    });
    await expect.poll(() => page.locator(".weapp-bar-title").isVisible()).toBe(false);
    expect((await page.locator("wx-page-window").boundingBox())!.y).toBe(0);
    // The phone's capsule stays, where the page is told that it is, and what is beside it can be touched.
    const { left, top, width, height } = await page.evaluate(
      () =>
        (window.simulator!.wx["getMenuButtonBoundingClientRect"] as () => Record<string, number>)() as {
          left: number;
          top: number;
          width: number;
          height: number;
        },
    );
    expect(await page.locator(".weapp-bar-capsule").boundingBox()).toEqual({
      x: left,
      y: top,
      width,
      height,
    });
    expect(
      await page.evaluate(() => document.elementFromPoint(20, 20)?.closest("wx-page-window") !== null),
    ).toBe(true);
  });
});

const TABS = {
  "app.json": JSON.stringify({
    pages: ["pages/a/a", "pages/b/b", "pages/c/c"],
    tabBar: {
      color: "#111111",
      selectedColor: "#ff0000",
      list: [
        { pagePath: "pages/a/a", text: "一", iconPath: "a.svg", selectedIconPath: "b.svg" },
        { pagePath: "pages/b/b", text: "二" },
      ],
    },
  }),
  "a.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
  "b.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>',
  "pages/b/b.js": "Page({ onTabItemTap(item) { this.setData({ item }) } })",
  "pages/b/b.wxml": "<view/>",
  "pages/c/c.js": "Page({})",
  "pages/c/c.wxml": "<view/>",
};

describe("the tab bar", () => {
  test("switches, and shows which tab is chosen", async () => {
    const page = await openFrame(browser, TABS);
    const [one, two] = [page.getByRole("button", { name: "一" }), page.getByRole("button", { name: "二" })];
    await expect.poll(() => one.getAttribute("aria-current")).toBe("page");
    await expect.poll(() => one.locator("img").getAttribute("src")).toContain("b.svg");
    expect(await one.evaluate((tab) => getComputedStyle(tab).color)).toBe("rgb(255, 0, 0)");
    await two.click();
    await expect.poll(() => two.getAttribute("aria-current")).toBe("page");
    await expect.poll(() => one.locator("img").getAttribute("src")).toContain("a.svg");
    await expect.poll(() => data(page, "item")).toEqual({ index: "1", pagePath: "pages/b/b", text: "二" });
  });

  test("has badges, dots and other texts, hides, and is not on other pages", async () => {
    const page = await openFrame(browser, TABS);
    await wx(page, "setTabBarBadge", { index: 1, text: "99999" });
    await expect.poll(() => page.locator(".weapp-tab-badge").textContent()).toBe("…");
    await wx(page, "showTabBarRedDot", { index: 0 });
    await expect.poll(() => page.locator(".weapp-tab-dot").count()).toBe(1);
    await wx(page, "setTabBarItem", { index: 0, text: "新" });
    await expect.poll(() => page.getByRole("button", { name: "新" }).isVisible()).toBe(true);
    await wx(page, "hideTabBar");
    await expect.poll(() => page.locator(".weapp-tabs").isVisible()).toBe(false);
    await wx(page, "showTabBar");
    await wx(page, "navigateTo", { url: "/pages/c/c" });
    await expect.poll(() => page.locator(".weapp-tabs").isVisible()).toBe(false);
    expect(await wx(page, "showTabBar")).toBe("showTabBar:fail not TabBar page");
  });

  test("may stand above the pages, or be the program's own", async () => {
    const above = JSON.parse(TABS["app.json"]) as { tabBar: Record<string, unknown> };
    above.tabBar["position"] = "top";
    const page = await openFrame(browser, { ...TABS, "app.json": JSON.stringify(above) });
    const tabs = (await page.locator(".weapp-tabs").boundingBox())!;
    expect(tabs.y).toBeLessThan((await page.locator("wx-page-window").boundingBox())!.y);
    const own = JSON.parse(TABS["app.json"]) as { tabBar: Record<string, unknown> };
    own.tabBar["custom"] = true;
    const other = await openFrame(browser, {
      ...TABS,
      "app.json": JSON.stringify(own),
      "custom-tab-bar/index.json": '{"component":true}',
      "custom-tab-bar/index.js": "Component({})",
      "custom-tab-bar/index.wxml": '<view class="own">自己的</view>',
      "custom-tab-bar/index.wxss": ".own { position: fixed; bottom: 0; left: 0; right: 0; height: 40px }",
    });
    await expect.poll(() => other.locator(".weapp-tabs").isVisible()).toBe(false);
    const bar = (await other.getByText("自己的").boundingBox())!;
    expect(bar.y + bar.height).toBe(700);
  });
});

const LONG = {
  "pages/a/a.json": '{"enablePullDownRefresh":true,"onReachBottomDistance":100}',
  "pages/a/a.js": `Page({
    data: { pulls: 0, ends: 0, top: 0 },
    onPullDownRefresh() { this.setData({ pulls: this.data.pulls + 1 }) },
    onReachBottom() { this.setData({ ends: this.data.ends + 1 }) },
    onPageScroll({ scrollTop }) { this.setData({ top: scrollTop }) },
  })`,
  "pages/a/a.wxml": '<view class="tall"/><view id="mark" class="tall"/><view class="pinned">钉</view>',
  "pages/a/a.wxss": ".tall { height: 100vh } .pinned { position: fixed; bottom: 10px; left: 10px }",
};

describe("a page's window", () => {
  test("is pulled down by a finger's way, refreshes, and goes back", async () => {
    const page = await openFrame(browser, LONG);
    const pull = async (distance: number): Promise<void> => {
      await page.mouse.move(180, 100);
      await page.mouse.down();
      await page.mouse.move(180, 100 + distance / 2);
      await page.mouse.move(180, 100 + distance);
      await page.mouse.up();
    };
    await pull(40);
    await expect.poll(() => data(page, "pulls")).toBe(0);
    await pull(160);
    await expect.poll(() => data(page, "pulls")).toBe(1);
    const dots = page.locator(".weapp-pull");
    await expect.poll(async () => (await dots.boundingBox())?.height).toBe(50);
    // It is refreshing already.
    await pull(160);
    await expect.poll(() => data(page, "pulls")).toBe(1);
    await wx(page, "stopPullDownRefresh");
    await expect.poll(async () => (await dots.boundingBox())?.height).toBe(0);
    await wx(page, "startPullDownRefresh");
    await expect.poll(() => data(page, "pulls")).toBe(2);
  });

  test("is not pulled where the page does not want it", async () => {
    const page = await openFrame(browser, { ...LONG, "pages/a/a.json": "{}" });
    await page.mouse.move(180, 100);
    await page.mouse.down();
    await page.mouse.move(180, 300, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => data(page, "pulls")).toBe(0);
  });

  test("scrolls and tells, and what is fixed stays; 100vh lies between the bars", async () => {
    const page = await openFrame(browser, LONG);
    const pinned = page.getByText("钉");
    const before = (await pinned.boundingBox())!;
    expect(await page.locator("#mark").evaluate((mark) => mark.clientHeight)).toBe(700 - 44);
    await wx(page, "pageScrollTo", { selector: "#mark", duration: 0 });
    await expect.poll(() => data(page, "top")).toBe(656);
    await expect.poll(() => data(page, "ends")).toBe(1);
    expect(await pinned.boundingBox()).toEqual(before);
    await wx(page, "pageScrollTo", { scrollTop: 0, duration: 0 });
    await expect.poll(() => data(page, "top")).toBe(0);
    await wx(page, "pageScrollTo", { scrollTop: 600, duration: 0 });
    await expect.poll(() => data(page, "ends")).toBe(2);
  });

  test("hears that it has another size", async () => {
    const page = await openFrame(browser, {
      "pages/a/a.js": "Page({ data: { size: null }, onResize({ size }) { this.setData({ size }) } })",
    });
    await page.setViewportSize({ width: 700, height: 375 });
    await expect.poll(() => data(page, "size.windowWidth")).toBe(700);
  });
});

describe("light and dark", () => {
  const themed = (darkmode: boolean) => ({
    "app.json": JSON.stringify({
      pages: ["pages/a/a"],
      darkmode,
      themeLocation: "theme.json",
      window: { navigationBarBackgroundColor: "@bar" },
    }),
    "app.js": "App({ onThemeChange({ theme }) { getCurrentPages()[0].setData({ theme }) } })",
    "theme.json": '{"light":{"bar":"#ffffff"},"dark":{"bar":"#101010"}}',
    "pages/a/a.wxss":
      "page { color: rgb(1, 1, 1) } @media (prefers-color-scheme: dark) { page { color: rgb(2, 2, 2) } }",
  });
  const look = (page: Page): Promise<readonly string[]> =>
    page.evaluate(() => [
      getComputedStyle(document.querySelector(".weapp-bar")!).backgroundColor,
      getComputedStyle(document.querySelector("wx-page")!).color,
    ]);

  test("a program that knows the dark follows the system, and hears of it", async () => {
    const page = await openFrame(browser, themed(true), { colorScheme: "dark" });
    await expect.poll(() => look(page)).toEqual(["rgb(16, 16, 16)", "rgb(2, 2, 2)"]);
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => look(page)).toEqual(["rgb(255, 255, 255)", "rgb(1, 1, 1)"]);
    await expect.poll(() => data(page, "theme")).toBe("light");
  });

  test("one that does not is always light", async () => {
    const page = await openFrame(browser, themed(false), { colorScheme: "dark" });
    await expect.poll(() => look(page)).toEqual(["rgb(255, 255, 255)", "rgb(1, 1, 1)"]);
  });
});
