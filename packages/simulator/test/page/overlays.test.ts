import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFrame } from "./page-world.js";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Calls a function and leaves what it answers in the page's data. */
const ask = (page: Page, api: string, options: object): Promise<void> =>
  page.evaluate(
    ([name, given]) => {
      const simulator = window.simulator!;
      const tell = (answer: object): void => simulator.page().setData({ answer });
      (simulator.wx[name] as (options: object) => Promise<object>)(given).then(tell, tell);
    },
    [api, options] as const,
  );
const answer = (page: Page): Promise<unknown> => page.evaluate(() => window.simulator!.page().data("answer"));
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.textContent ?? null);

const FIELD = { "pages/a/a.wxml": '<input class="field"/><button>按钮</button>' };

describe("a toast", () => {
  test("says its text with an icon, and lets touches through unless it has a mask", async () => {
    const page = await openFrame(browser, FIELD);
    await ask(page, "showToast", { title: "成功", duration: 60_000 });
    const toast = page.getByRole("status");
    await expect.poll(() => toast.textContent()).toBe("成功");
    await expect.poll(() => page.locator(".weapp-toast").getAttribute("data-icon")).toBe("success");
    expect(await toast.evaluate((element) => getComputedStyle(element).pointerEvents)).toBe("none");
    await ask(page, "showLoading", { title: "加载中", mask: true });
    await expect.poll(() => toast.count()).toBe(1);
    expect(await toast.evaluate((element) => getComputedStyle(element).pointerEvents)).toBe("auto");
    await ask(page, "hideLoading", {});
    await expect.poll(() => toast.count()).toBe(0);
  });

  test("shows a picture of the program", async () => {
    const page = await openFrame(browser, { ...FIELD, "ok.png": "PNG" });
    await ask(page, "showToast", { title: "图", image: "/ok.png", duration: 60_000 });
    const picture = page.locator(".weapp-toast-icon");
    expect(await picture.evaluate((element) => element.style.backgroundImage)).toContain(
      "program/files/ok.png",
    );
  });
});

describe("a modal", () => {
  test("is answered by hand; it has the keyboard, and gives it back", async () => {
    const page = await openFrame(browser, FIELD);
    await page.locator(".field input").focus();
    await ask(page, "showModal", {
      title: "提示",
      content: "要删除吗",
      confirmText: "删",
      confirmColor: "#ff0000",
    });
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.textContent()).toBe("提示要删除吗取消删");
    await expect.poll(() => focused(page)).toBe("删");
    const ring = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    await expect.poll(ring).toBe("none");
    // Tab goes round inside, and who uses it sees where.
    await page.keyboard.press("Tab");
    await expect.poll(() => focused(page)).toBe("取消");
    await expect.poll(ring).toBe("solid");
    await page.keyboard.press("Shift+Tab");
    await expect.poll(() => focused(page)).toBe("删");
    await page.keyboard.press("Enter");
    await expect.poll(() => answer(page)).toMatchObject({ confirm: true, cancel: false });
    await expect.poll(() => dialog.count()).toBe(0);
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("INPUT");
  });

  test("Escape cancels, where there is something to cancel with", async () => {
    const page = await openFrame(browser, FIELD);
    await ask(page, "showModal", { content: "一", showCancel: false });
    await expect.poll(() => page.getByRole("dialog").textContent()).toContain("一");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(1);
    await page.getByRole("button", { name: "确定" }).click();
    await ask(page, "showModal", { content: "二" });
    await expect.poll(() => page.getByRole("dialog").textContent()).toContain("二");
    await page.keyboard.press("Escape");
    await expect.poll(() => answer(page)).toMatchObject({ confirm: false, cancel: true });
  });

  test("takes a text", async () => {
    const page = await openFrame(browser, FIELD);
    await ask(page, "showModal", { title: "名字", editable: true, placeholderText: "请输入" });
    await page.getByPlaceholder("请输入").fill("小明");
    await page.keyboard.press("Enter");
    await expect.poll(() => answer(page)).toMatchObject({ confirm: true, content: "小明" });
  });

  test("long texts stay inside the screen", async () => {
    const page = await openFrame(browser, FIELD, { viewport: { width: 320, height: 480 } });
    await ask(page, "showModal", {
      title: "很长的标题".repeat(4),
      content: "很长的内容，没有尽头。".repeat(80),
    });
    const box = (await page.locator(".weapp-dialog").boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(320);
    expect(box.y + box.height).toBeLessThanOrEqual(480);
    await expect.poll(() => page.getByRole("button", { name: "确定" }).isVisible()).toBe(true);
  });
});

describe("an action sheet", () => {
  test("is chosen from, or cancelled beside it", async () => {
    const page = await openFrame(browser, FIELD);
    await ask(page, "showActionSheet", { alertText: "选一个", itemList: ["甲", "乙"], itemColor: "#0000ff" });
    await expect.poll(() => page.getByRole("dialog").textContent()).toBe("选一个甲乙取消");
    await page.getByRole("button", { name: "乙" }).click();
    await expect.poll(() => answer(page)).toMatchObject({ tapIndex: 1 });
    await ask(page, "showActionSheet", { itemList: ["丙"] });
    await expect.poll(() => page.getByRole("dialog").textContent()).toContain("丙");
    await page.mouse.click(180, 100);
    await expect.poll(() => answer(page)).toEqual({ errMsg: "showActionSheet:fail cancel" });
  });
});

test("pictures are looked at one by one", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>';
  const page = await openFrame(browser, { ...FIELD, "a.svg": svg, "b.svg": svg });
  await ask(page, "previewImage", { urls: ["/a.svg", "/b.svg"], current: "/b.svg" });
  const layer = page.getByRole("dialog", { name: "预览图片" });
  await expect.poll(() => layer.textContent()).toBe("2 / 2");
  await page.keyboard.press("Escape");
  await expect.poll(() => layer.count()).toBe(0);
});
