import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../../packages/cli/test/cli-process.js";
import { chat, openStage, type Stage } from "./stage.js";

// One visit, step by step, as a newcomer makes it: each test goes on where the one before it ended.
let stage: Stage;

beforeAll(async () => {
  stage = await openStage(chat);
});

afterAll(() => stage?.close());

async function send(text: string): Promise<void> {
  const { phone, page } = stage;
  await phone.locator(".field").click();
  await page.keyboard.type(text);
  await phone.locator(".send").click();
}

function bubbles(role: "me" | "server"): Promise<string[]> {
  return stage.phone.locator(`.message.${role} .bubble`).allInnerTexts();
}

/** Whether the last message is inside of what the list shows. */
async function lastIsInView(): Promise<boolean> {
  const { phone } = stage;
  const list = await phone.locator(".list").boundingBox();
  const last = await phone.locator(".message").last().boundingBox();
  if (list === null || last === null) return false;
  return last.y >= list.y - 1 && last.y + last.height <= list.y + list.height + 1;
}

const status = (): Promise<string> => stage.phone.locator(".status-text").innerText();

test("the page opens and connects", async () => {
  await expect.poll(status).toBe("已连接");
  await expect.poll(() => stage.phone.locator(".empty-title").innerText()).toBe("还没有消息");
  expect(await stage.sockets()).toMatchObject([{ url: "ws://127.0.0.1:3000", state: "open" }]);
});

test("what is typed and sent appears as me, the answer as server", async () => {
  await send("你好 hello");
  await expect.poll(() => bubbles("me")).toEqual(["你好 hello"]);
  await expect.poll(() => bubbles("server")).toEqual(["你说：你好 hello"]);
  expect(await stage.page.evaluate(() => window.simulator.page().data("content"))).toBe("");
  expect(await stage.sockets()).toMatchObject([{ sentMessages: 1, receivedMessages: 1 }]);
});

test("the last message is scrolled into view", async () => {
  for (let number = 1; number <= 12; number += 1) {
    await send(`第 ${number} 条`);
    await expect.poll(() => bubbles("server")).toHaveLength(number + 1);
  }
  await expect.poll(lastIsInView).toBe(true);
  const { scrollHeight, clientHeight } = await stage.phone.locator(".list").evaluate((list) => {
    const scroller = [list, ...list.querySelectorAll("*")].find(
      (element) => element.scrollHeight > element.clientHeight + 1,
    );
    return { scrollHeight: scroller?.scrollHeight ?? 0, clientHeight: scroller?.clientHeight ?? 0 };
  });
  // There was something to scroll.
  expect(scrollHeight).toBeGreaterThan(clientHeight);
});

test("an empty message shows the toast and sends nothing", async () => {
  const before = (await stage.sockets())[0]!.sentMessages;
  // It stands there for a moment only: who looks after the click may come too late.
  const shown = stage.phone.getByText("消息不能为空").waitFor({ state: "visible" });
  await stage.phone.locator(".send").click();
  await shown;
  await stage.screenshot("toast");
  expect((await stage.sockets())[0]!.sentMessages).toBe(before);
  await stage.phone.getByText("消息不能为空").waitFor({ state: "hidden" });
});

test("a push appears without any request by the page: by the command and by HTTP", async () => {
  const before = (await stage.sockets())[0]!.sentMessages;
  const args = ["push", "--channel", "chat", '{"content":"来自命令行"}'];
  expect(await runCli(args, { cwd: stage.cwd })).toMatchObject({ code: 0 });
  await expect.poll(async () => (await bubbles("server")).at(-1)).toBe("来自命令行");

  const { key } = JSON.parse(readFileSync(join(stage.cwd, ".weapp-socket/dev.json"), "utf8")) as {
    key: string;
  };
  const response = await fetch(`${stage.server.admin}/v1/publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: "chat", data: { content: "来自 HTTP" } }),
  });
  expect(response.status).toBe(200);
  await expect.poll(async () => (await bubbles("server")).at(-1)).toBe("来自 HTTP");
  await expect.poll(lastIsInView).toBe(true);
  expect((await stage.sockets())[0]!.sentMessages).toBe(before);
});

test("long text stays inside of its bubble, and the bubble inside of the page", async () => {
  await send("无空格".repeat(60));
  await send(`https://example.com/${"a".repeat(300)}`);
  await expect.poll(async () => (await bubbles("server")).at(-1)).toContain("a".repeat(300));
  await expect.poll(lastIsInView).toBe(true);
  const list = (await stage.phone.locator(".list").boundingBox())!;
  for (const bubble of await stage.phone.locator(".bubble").all()) {
    const box = (await bubble.boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(list.x);
    expect(box.x + box.width).toBeLessThanOrEqual(list.x + list.width);
    const inner = (await bubble.locator("> *").first().boundingBox())!;
    expect(inner.x + inner.width).toBeLessThanOrEqual(box.x + box.width + 1);
  }
});

test.each([
  [375, 812],
  [1440, 900],
])("%i px wide, light and dark", async (width, height) => {
  const { page } = stage;
  await page.setViewportSize({ width, height });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    await stage.screenshot(`chat-${width}-${colorScheme}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  }
  await page.emulateMedia({ colorScheme: "light" });
});

test("leaving the page closes its socket; entering again opens another", async () => {
  await stage.phone.getByText("离开").click();
  await stage.phone.getByText("你已离开聊天").waitFor();
  await expect.poll(async () => (await stage.sockets())[0]!.state).toBe("closed");
  const { events } = (await stage.sockets())[0]!;
  expect(events.at(-1)).toMatchObject({ type: "close", code: 1000 });
  await stage.screenshot("left");
  await stage.phone.locator(".enter").click();
  await expect.poll(status).toBe("已连接");
  expect(await stage.sockets()).toMatchObject([{ state: "closed" }, { state: "open" }]);
});

test("a server that goes away: close 1006 on the page and in the inspector", async () => {
  await send("还在吗");
  process.kill(stage.server.pid, "SIGKILL");
  await expect.poll(status).toBe("连接已断开（1006）");
  expect((await stage.sockets()).at(-1)!.events.at(-1)).toMatchObject({ type: "close", code: 1006 });
  await stage.page.getByText("1006 abnormal closure").waitFor();
  await send("没有人听");
  await stage.phone.getByText("没有发出去").waitFor();
  await stage.screenshot("server-gone");
});

test("without a server a phone says error, not close", async () => {
  await stage.phone.getByText("重新连接").click();
  await expect.poll(status).toBe("连不上服务器，请先启动它");
  const { events } = (await stage.sockets()).at(-1)!;
  expect(events.map(({ type }) => type)).toEqual(["error"]);
  expect(events[0]).toMatchObject({ errMsg: "open fail: _code:111,_msg:Connection refused" });
  await stage.screenshot("no-server");
});

test("nothing went wrong in the browser", () => {
  expect(stage.errors).toEqual([]);
});
