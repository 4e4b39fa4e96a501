import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openInspectorWorld, type InspectorPage, type InspectorWorld } from "./inspector-world.js";

// How it looks, to be looked at: test-results/screenshots/inspector-*.png. What is asserted is that nothing sticks out.
const screenshots = join(import.meta.dirname, "../../../../test-results/screenshots");
let world: InspectorWorld;

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  world = await openInspectorWorld();
});

afterAll(() => world?.close());

test.each([
  [1440, "light", "zh-CN"],
  [1440, "dark", "en-US"],
  [1440, "light", "en-US"],
  [900, "dark", "en-US"],
  [375, "light", "zh-CN"],
  [375, "dark", "en-US"],
] as const)("%i px wide, %s, %s", async (width, colorScheme, locale) => {
  const opened = await world.open({
    viewport: { width, height: width === 375 ? 812 : 900 },
    colorScheme,
    locale,
  });
  const { page } = opened;
  await fill(opened);
  const shoot = async (name: string): Promise<void> => {
    await page.screenshot({
      path: join(screenshots, `inspector-${width}-${colorScheme}-${locale}-${name}.png`),
    });
    expect(await overflowing(page)).toEqual([]);
  };
  if (width === 375) {
    await shoot("phone");
    await page.getByRole("navigation").getByRole("button").nth(2).click();
    await shoot("device");
    await page.getByRole("navigation").getByRole("button").nth(1).click();
  }
  await shoot("sockets");
  const frames = page.getByRole("listbox").nth(1);
  await frames.focus();
  await frames.press("ArrowUp");
  await frames.press("ArrowUp");
  await shoot("message");
  const rest = ["calls", "console", "data", "wxml", "storage", "answers", "problems"];
  for (const [at, name] of rest.entries()) {
    await page
      .getByRole("tab")
      .nth(at + 1)
      .click();
    const rows = page.locator(".row");
    if ((await rows.count()) > 0) await rows.nth(1).click();
    const keys = page.locator(".keyed-list button");
    if ((await keys.count()) > 0) await keys.first().click();
    await page.waitForTimeout(50);
    await shoot(name);
  }
  expect(opened.errors).toEqual([]);
  await opened.close();
});

async function fill({ phone }: InspectorPage): Promise<void> {
  await phone.evaluate(() => {
    const { fake, simulator } = window;
    const dead = fake.connect("ws://127.0.0.1:3000");
    fake.fail(dead);
    const old = fake.connect(
      "wss://push.example.com/a/rather/long/path/of/a/service/that/goes/on?token=0123456789abcdef0123456789abcdef&room=大厅",
    );
    fake.open(old, 84);
    fake.receive(old, "x");
    fake.close(old, 1006, "");
    const live = fake.connect("ws://127.0.0.1:3000");
    fake.open(live, 12);
    for (let at = 1; at <= 60; at += 1) {
      fake.send(live, `你好 ${at}`);
      fake.receive(live, JSON.stringify({ content: `你说：你好 ${at}`, at, ok: true, from: null }));
    }
    fake.receive(live, new Uint8Array(300).map((_, at) => at).buffer);
    fake.receive(
      live,
      JSON.stringify({ long: "长".repeat(4_000), list: [1, 2, { deep: [true, null, "文字"] }] }),
    );
    fake.send(live, "ping");
    const call = fake.recorder.call("connectSocket", {
      url: "ws://127.0.0.1:3000",
      protocols: ["weapp-socket.v1"],
    });
    call("connectSocket:ok");
    fake.recorder.call("getStorage", { key: "draft" })("getStorage:fail data not found");
    fake.recorder.call("request", {
      url: "https://api.example.com/v1/messages",
      data: { after: "m42", limit: 20 },
    });
    fake.recorder.call("showToast", { title: "消息不能为空", icon: "none" })("showToast:ok");
    simulator.log("log", ["onLoad", { room: "1" }], "pages/chat/chat.js:8");
    simulator.log("warn", ["setData: 字段 list 很大"], "pages/chat/chat.js:31");
    simulator.log(
      "error",
      [new Error("Cannot read properties of undefined (reading 'content')")],
      "pages/chat/chat.js:44",
    );
    simulator.log("info", ["A line that is long. ".repeat(30)]);
    fake.diagnose([
      {
        severity: "warning",
        file: "pages/chat/chat.wxss",
        line: 12,
        column: 3,
        message: "attribute selectors do not work in components",
        hint: "use a class",
      },
      {
        severity: "error",
        file: "pages/chat/chat.wxml",
        line: 2,
        column: 16,
        message: "unexpected character in expression",
        hint: "close the braces: {{ 1 + 1 }}",
      },
    ]);
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Elements that are wider than the window, or stick out of it or of the panel. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const found =
      scrollWidth > innerWidth || scrollHeight > innerHeight ? [`page ${scrollWidth}×${scrollHeight}`] : [];
    for (const element of document.querySelectorAll(
      "button, select, input:not(.unseen), [role=tab], .fact",
    )) {
      const box = element.getBoundingClientRect();
      if (box.width > 0 && box.right > innerWidth + 1 && element.closest(".tabs, .list-box") === null)
        found.push(`${element.className} ${element.textContent} ${box.right}`);
    }
    const panel = document.querySelector("#panel")!.getBoundingClientRect();
    for (const element of document.querySelectorAll(".editor, .keyed-list, .tools")) {
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom > 0 && (top < panel.top - 1 || bottom > panel.bottom + 1))
        found.push(`${element.className} ${top} to ${bottom}, the panel ${panel.top} to ${panel.bottom}`);
    }
    return found;
  });
}
