import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFrame } from "./page-world.js";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>';

const FILES = {
  "pages/a/a.js": `const files = wx.getFileSystemManager();
    Page({
      data: { picture: "", size: "" },
      write(name, text) { files.writeFileSync(wx.env.USER_DATA_PATH + "/" + name, text, "utf8"); },
      read(path) {
        try { return files.readFileSync(path, "utf8"); } catch (error) { return error.message; }
      },
      loaded({ detail }) { this.setData({ size: detail.width + "x" + detail.height }); },
      failed({ detail }) { this.setData({ size: detail.errMsg }); },
    })`,
  "pages/a/a.wxml": '<image src="{{picture}}" bindload="loaded" binderror="failed"/>',
  "data/文字.txt": "包里的文字",
  "a.svg": SVG,
};

const call = (page: Page, name: string, ...args: readonly string[]): Promise<unknown> =>
  page.evaluate(
    ([method, given]) =>
      (window.simulator!.page().instance[method] as (...args: readonly string[]) => unknown).apply(
        window.simulator!.page().instance,
        [...given],
      ),
    [name, args] as const,
  );
const picture = (page: Page, src: string): Promise<void> =>
  page.evaluate((path) => window.simulator!.page().setData({ picture: path, size: "" }), src);
const size = (page: Page): Promise<unknown> => page.evaluate(() => window.simulator!.page().data("size"));

test("what a program writes is there after a reload; what it ships is read at once", async () => {
  const page = await openFrame(browser, FILES);
  expect(await call(page, "read", "data/文字.txt")).toBe("包里的文字");
  expect(await call(page, "read", "data/none.txt")).toContain("no such file");
  await call(page, "write", "a.txt", "写下来的");
  expect(await call(page, "read", "wxfile://usr/a.txt")).toBe("写下来的");
  // Ordered behind the write, so answered when that is done: a page that is left before loses it.
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve) => request.addEventListener("success", () => resolve(request.result)));
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      for (const store of database.objectStoreNames)
        await done(database.transaction(store).objectStore(store).count());
      database.close();
    }
  });
  await page.reload();
  await page.waitForFunction(() => window.simulator?.pages().length === 1);
  expect(await call(page, "read", "wxfile://usr/a.txt")).toBe("写下来的");
});

test("pictures come from the package and from the phone; what is not there is an error", async () => {
  const page = await openFrame(browser, FILES);
  await picture(page, "/a.svg");
  await expect.poll(() => size(page)).toBe("30x20");
  await call(page, "write", "b.svg", SVG.replace("30", "40"));
  await picture(page, "wxfile://usr/b.svg");
  await expect.poll(() => size(page)).toBe("40x20");
  await picture(page, "/none.png");
  await expect.poll(() => size(page)).toContain("404");
});
