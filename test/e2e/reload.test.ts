import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { save } from "../../packages/cli/test/cli-process.js";
import { chat, openStage, root, type Stage } from "./stage.js";

// A copy that may be changed, inside of the repository, where the server finds its package.
const folder = join(root, "test-results/e2e/chat");
const wxml = join(folder, "pages/chat/chat.wxml");
let stage: Stage;
let source: string;

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(chat, folder, { recursive: true });
  source = await readFile(wxml, "utf8");
  stage = await openStage(folder);
});

afterAll(() => stage?.close());

test("a changed file reloads the page", async () => {
  await stage.phone.getByText("还没有消息").waitFor();
  await save(wxml, source.replace("还没有消息", "改过的页面"));
  await stage.phone.getByText("改过的页面").waitFor();
  await expect.poll(() => stage.phone.locator(".status-text").innerText()).toBe("已连接");
});

test("a broken file is told with file, line and message; mended, the page is back", async () => {
  await save(wxml, `<view>\n  <text>{{ 1 + }}</text>\n</view>`);
  await stage.page.getByRole("tab", { name: "Problems" }).click();
  const problem = stage.page.getByText("pages/chat/chat.wxml:2:16");
  await problem.waitFor();
  await stage.screenshot("diagnostics");
  await save(wxml, source);
  await stage.phone.getByText("还没有消息").waitFor();
  await expect.poll(() => problem.count()).toBe(0);
});

test("a changed server starts again, and the page can come back to it", async () => {
  const file = join(folder, "server.js");
  const from = stage.cli.events().length;
  await save(file, (await readFile(file, "utf8")).replace("你说", "改过的服务器说"));
  await stage.phone.getByText("连接已断开（1006）").waitFor();
  await stage.cli.event("server", from);
  await stage.phone.getByText("重新连接").click();
  await stage.phone.getByText("已连接").waitFor();
  await stage.phone.locator(".field").click();
  await stage.page.keyboard.type("回来了");
  await stage.page.keyboard.press("Enter");
  await expect
    .poll(() => stage.phone.locator(".message.server").allInnerTexts())
    .toEqual(["改过的服务器说：回来了"]);
});
