import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSimulator } from "../host/simulator-world.js";
import { makeFolder } from "../program-folder.js";
import { openInspector } from "./real-inspector.js";

/** The panels that look into a running program: what it is made of, what it keeps, what it is answered. */

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const PROGRAM = {
  "pages/a/a.js": `Page({
    data: { list: ["甲"], code: "" },
    onLoad() { wx.setStorageSync("token", { value: 7 }) },
    scan() { wx.scanCode({ success: ({ result }) => this.setData({ code: result }), fail: ({ errMsg }) => this.setData({ code: errMsg }) }) },
  })`,
  "pages/a/a.wxml":
    '<view id="box" class="outer" data-n="{{3}}"><text wx:for="{{list}}" wx:key="*this">{{item}}</text></view><button bindtap="scan">扫</button>',
  "pages/a/a.wxss": ".outer { height: 80px }",
};

const open = (): Promise<Page> => openInspector(browser, PROGRAM);

const tab = (page: Page, name: string): Locator => page.getByRole("tab", { name });
const setData = (page: Page, changes: object): Promise<void> =>
  page.evaluate((given) => window.simulator!.page().setData(given), changes as Record<string, unknown>);

test("WXML: the tree follows the page, says what a node has, and marks it in the phone", async () => {
  const page = await open();
  await tab(page, "WXML").click();
  const tree = page.getByRole("tree", { name: "WXML" });
  await tree.getByText("甲").waitFor();
  await setData(page, { list: ["甲", "乙", "丙"] });
  await tree.getByText("丙").waitFor();

  const box = tree.getByRole("treeitem").filter({ hasText: "outer" }).last();
  await box.locator("> .leaf").hover();
  const mark = page.locator(".highlight");
  await expect.poll(() => mark.evaluate((element) => element.style.height)).toBe("80px");
  await expect.poll(() => mark.textContent()).toBe("375×80");
  // It lies on the element itself: below the bars, and in a phone that is drawn smaller than it is.
  const top = async (found: Locator): Promise<number> => Math.round((await found.boundingBox())!.y);
  expect(await top(mark)).toBe(await top(page.frameLocator("iframe").locator("#box")));
  await box.locator("> .leaf").click();
  const details = page.getByRole("region", { name: "Details" });
  await details.getByText("dataset", { exact: true }).waitFor();
  await expect.poll(() => details.textContent()).toContain("outer");
  // With the keyboard, the same.
  await tree.getByRole("treeitem").first().focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => details.textContent()).toContain("box");
  await page.mouse.move(5, 5);
  await tab(page, "Storage").click();
  await expect.poll(() => mark.count()).toBe(0);
});

test("console: each line leads to the author's own source, TypeScript and packages too, and so do stacks and problems", async () => {
  const page = await openInspector(browser, {
    "app.json": '{"pages":["pages/t/t"]}',
    "project.config.json": "{}",
    "package.json": '{"dependencies":{"shout":"1"}}',
    "node_modules/shout/package.json": "{}",
    "node_modules/shout/index.js": '// 包\nexports.shout = () => { console.log("shouted"); };',
    "pages/t/t.ts":
      'import { shout } from "shout";\ntype A = string;\nPage({ onLoad(): void {\n  shout();\n  throw new Error("bad" as A);\n} });',
    "pages/t/t.wxml": "<view/>\n<unknown-tag/>",
  });
  const shown = page.getByRole("dialog");
  const current = shown.locator("[aria-current=location]");
  await tab(page, "Console").click();
  await page.getByRole("button", { name: "node_modules/shout/index.js:2:" }).click();
  await expect.poll(() => current.textContent()).toContain('console.log("shouted")');
  await page.keyboard.press("Escape");
  await expect.poll(() => shown.count()).toBe(0);
  // A line's details have the whole stack.
  await page.getByRole("option").filter({ hasText: "bad" }).locator(".text").click();
  const stack = page.getByLabel("Message").last();
  await stack.getByRole("button", { name: /^pages\/t\/t\.ts:5:/u }).click();
  await expect.poll(() => current.textContent()).toContain("throw new Error");
  expect(await current.evaluate((line) => (line as HTMLLIElement).value)).toBe(5);
  await shown.getByRole("button", { name: "Close" }).click();
  await tab(page, "Problems").click();
  await page.getByRole("button", { name: "pages/t/t.wxml:2:" }).click();
  await expect.poll(() => current.textContent()).toBe("<unknown-tag/>");
});

test("a place opens in the editor: from its dialog, or at once with Ctrl; why not is told, and copying stays", async () => {
  const opened: unknown[] = [];
  let fault: string | undefined;
  const page = await openInspector(
    browser,
    { "pages/a/a.js": 'Page({ onLoad() {\n  wx.setStorageSync("k", 1);\n  console.log("here");\n} });' },
    {
      openInEditor: async (file, line, column) => {
        if (fault !== undefined) throw new Error(fault);
        opened.push([file.slice(-"pages/a/a.js".length), line, column]);
      },
    },
  );
  const shown = page.getByRole("dialog");
  await tab(page, "Console").click();
  const link = page.getByRole("button", { name: "pages/a/a.js:3:11" }).first();
  await link.click();
  await shown.getByRole("button", { name: "Open in editor" }).click();
  await shown.getByRole("status").filter({ hasText: "Opened" }).waitFor();
  await shown.getByRole("button", { name: "Copy" }).waitFor();
  await page.keyboard.press("Escape");
  await link.click({ modifiers: ["Control"] });
  await expect.poll(() => opened.length).toBe(2);
  expect(await shown.count()).toBe(0);
  // Calls of wx say where as well.
  await tab(page, "wx calls").click();
  await page
    .getByRole("button", { name: "pages/a/a.js:2:6" })
    .first()
    .click({ modifiers: ["Control"] });
  await expect
    .poll(() => opened)
    .toEqual([
      ["pages/a/a.js", 3, 11],
      ["pages/a/a.js", 3, 11],
      ["pages/a/a.js", 2, 6],
    ]);
  await page.getByRole("option").filter({ hasText: "setStorageSync" }).locator(".text").click();
  await page.locator(".facts").getByRole("button", { name: "pages/a/a.js:2:6" }).focus();
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => opened.length).toBe(4);
  fault = "no editor is known: start with --editor";
  await page
    .getByRole("button", { name: "pages/a/a.js:2:6" })
    .first()
    .click({ modifiers: ["Control"] });
  await shown.getByRole("alert").filter({ hasText: fault }).waitFor();
  await expect.poll(() => shown.locator("[aria-current=location]").textContent()).toContain("setStorageSync");
});

test("where the host has no editor a place is shown, and nothing offers more", async () => {
  const page = await openInspector(browser, { "pages/a/a.js": 'Page({});\nconsole.log("here");' });
  await tab(page, "Console").click();
  await page
    .getByRole("button", { name: "pages/a/a.js:2:9" })
    .first()
    .click({ modifiers: ["Control"] });
  await page.getByRole("dialog").locator("[aria-current=location]").waitFor();
  expect(await page.getByRole("button", { name: "Open in editor" }).count()).toBe(0);
});

test("an error in the console is seen from every panel, until it is cleared; without a page the phone says so", async () => {
  const page = await openInspector(browser, { "pages/a/a.js": "Page({ onReady() { null.x; } })" });
  const alarm = (): Promise<string | null> => tab(page, "Console").getAttribute("data-alarm");
  await expect.poll(alarm).toBe("true");
  await tab(page, "Console").click();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(alarm).toBe("false");

  const { url } = await startSimulator({ dir: makeFolder({ "readme.txt": "" }).dir });
  await page.goto(url);
  await page.getByRole("alert").filter({ hasText: "there is no app.json here" }).waitFor();
  await page.locator(".phone-foot").filter({ hasText: "No page" }).waitFor();
  expect(await page.frameLocator("iframe").getByRole("button").count()).toBe(0);
  expect(await page.evaluate(() => window.simulator!.logs)).toEqual([]);
});

test("storage: what is kept is shown, changed, deleted and cleared", async () => {
  const page = await open();
  await tab(page, "Storage").click();
  await page.getByRole("button", { name: "token" }).click();
  const editor = page.getByRole("textbox", { name: "token" });
  expect(JSON.parse(await editor.inputValue())).toEqual({ value: 7 });
  await editor.fill('{ "value": ');
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("JSON");
  await editor.fill('{ "value": 8 }');
  await page.keyboard.press("Control+Enter");
  const kept = (): Promise<unknown> => page.evaluate(() => window.simulator!.storage.get("token"));
  await expect.poll(kept).toEqual({ value: 8 });
  await page.getByRole("button", { name: "Delete" }).click();
  await expect.poll(kept).toBeUndefined();
  await page.getByText("Nothing is kept yet").waitFor();
  await page.evaluate(() => window.simulator!.storage.set("新的", 1));
  await page.getByRole("button", { name: "新的" }).waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByText("Nothing is kept yet").waitFor();
});

test("answers: what scanCode returns is up to the developer, a failure too", async () => {
  const page = await open();
  await tab(page, "Answers").click();
  await page.getByRole("searchbox", { name: "Filter" }).fill("scanc");
  await page.getByRole("button", { name: "wx.scanCode" }).click();
  const editor = page.getByRole("textbox", { name: "wx.scanCode" });
  const scan = async (): Promise<unknown> => {
    await page.evaluate(() => window.simulator!.page().find("button")!.tap());
    return page.evaluate(async () => {
      await window.simulator!.waitFor(() => window.simulator!.page().data("code") !== "");
      return window.simulator!.page().data("code");
    });
  };
  await editor.fill('{ "result": "六九四二" }');
  await page.getByRole("button", { name: "Save" }).click();
  expect(await scan()).toBe("六九四二");
  await setData(page, { code: "" });
  await editor.fill('{ "errMsg": "scanCode:fail cancel" }');
  await page.getByRole("button", { name: "Save" }).click();
  expect(await scan()).toBe("scanCode:fail cancel");
  await setData(page, { code: "" });
  await editor.fill('{ "result": "again" }');
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Fail" }).click();
  await expect.poll(() => editor.inputValue()).toContain("scanCode:fail cancel");
  expect(await scan()).toBe("scanCode:fail cancel");
  await editor.fill("7");
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("an answer is an object");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect
    .poll(() => page.evaluate(() => window.simulator!.answers.scripted("scanCode") === undefined))
    .toBe(true);
});

test("page data: what is edited is set, and nothing else", async () => {
  const page = await open();
  await tab(page, "Page data").click();
  await page.getByRole("button", { name: "Edit" }).click();
  const editor = page.getByRole("textbox", { name: "Page data" });
  expect(JSON.parse(await editor.inputValue())).toEqual({ list: ["甲"], code: "" });
  await setData(page, { code: "meanwhile" });
  await editor.fill("[1]");
  await page.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("a page's data is an object");
  await editor.fill('{ "list": ["甲", "新"], "code": "" }');
  await page.keyboard.press("Control+Enter");
  await page.getByRole("tree", { name: "data" }).waitFor();
  expect(await page.evaluate(() => window.simulator!.page().data())).toEqual({
    list: ["甲", "新"],
    code: "meanwhile",
  });
  expect(await page.evaluate(() => window.simulator!.page().text())).toContain("新");
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect.poll(() => editor.count()).toBe(0);
});
