import { createPushServer, type PushServer } from "@weapp-socket/server";
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { parseScenario, type SimulatorOptions } from "../../src/index.js";
import { openInspector } from "./real-inspector.js";

/** What is done in the device panel is what the program sees: a real page, a real server, a click each. */

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const PROGRAM = {
  "pages/a/a.js": `Page({
    data: { socket: "", heard: [], took: -1, life: [], network: "", theme: "", width: 0, memory: "" },
    onLoad() {
      wx.onNetworkStatusChange(({ networkType }) => this.setData({ network: networkType }))
      wx.onThemeChange(({ theme }) => this.setData({ theme }))
      this.connect()
    },
    onShow() { this.setData({ life: [...this.data.life, "show"] }) },
    onHide() { this.setData({ life: [...this.data.life, "hide"] }) },
    onReady() { this.setData({ width: wx.getSystemInfoSync().windowWidth }) },
    onResize({ size }) { this.setData({ width: size.windowWidth }) },
    connect() {
      this.setData({ socket: "connecting" })
      const task = this.task = wx.connectSocket({ url: "wss://prod.example/push", fail: ({ errMsg }) => this.setData({ socket: errMsg }) })
      if (!task) return
      task.onOpen(() => this.setData({ socket: "open" }))
      task.onError(({ errMsg }) => this.setData({ socket: errMsg }))
      task.onClose(({ code, reason }) => this.setData({ socket: this.data.socket === "open" ? "closed " + code + " " + reason : this.data.socket }))
      task.onMessage(({ data }) => this.setData({ heard: [...this.data.heard, data], took: Date.now() - this.sentAt }))
    },
    send() { this.sentAt = Date.now(); this.task.send({ data: "hi" }) },
  })`,
  "pages/a/a.wxml":
    '<view>{{socket}}</view><button id="connect" bindtap="connect">c</button><button id="send" bindtap="send">s</button>',
  "pages/a/a.json": "{}",
  "app.json": '{"pages":["pages/a/a"],"darkmode":true}',
  "project.config.json": '{"appid":"wx0123456789abcdef"}',
};

interface World {
  readonly page: Page;
  readonly server: PushServer;
  /** What the server got. */
  readonly got: readonly unknown[];
}

async function open(options: Partial<SimulatorOptions> = {}): Promise<World> {
  const server = createPushServer();
  const got: unknown[] = [];
  server.on("connection", (connection) => {
    connection.join("all");
    connection.on("message", (data) => {
      got.push(data);
      connection.send(`echo ${data as string}`);
    });
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  const map = [{ from: "wss://prod.example", to: `ws://127.0.0.1:${port}` }];
  const page = await openInspector(browser, PROGRAM, { map, ...options });
  return { page, server, got };
}

const data = (page: Page, path: string): Promise<unknown> =>
  page.evaluate((name) => window.simulator?.pages()[0]?.data(name), path);
const sees = (page: Page, path: string, value: unknown): Promise<void> =>
  expect.poll(() => data(page, path)).toEqual(value);
const tap = (page: Page, selector: string): Promise<void> =>
  page.evaluate((name) => window.simulator!.page().find(name)!.tap(), selector);
const bar = (page: Page): Locator => page.getByRole("group", { name: "Conditions" });
const button = (page: Page, name: string): Locator => bar(page).getByRole("button", { name, exact: true });

test("cut: the page's socket closes with 1006", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await button(page, "Cut").click();
  await expect.poll(() => data(page, "socket")).toMatch(/^closed 1006/);
});

test("close: the page gets the code and the reason that were typed", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await button(page, "Close").click();
  await page.getByLabel("Close code").fill("4401");
  await page.getByLabel("Reason").fill("登录已过期");
  await page.getByRole("button", { name: "Close all connections" }).click();
  await sees(page, "socket", "closed 4401 登录已过期");
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
});

test("refuse: as many handshakes fail as were asked for, then they succeed again", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await button(page, "Cut").click();
  await button(page, "Refuse").click();
  await page.getByLabel("How many").fill("2");
  await page.getByRole("button", { name: "Refuse the next handshakes" }).click();
  for (let left = 2; left > 0; left -= 1) {
    await tap(page, "#connect");
    await expect.poll(() => data(page, "socket")).toMatch(/fail/);
  }
  await tap(page, "#connect");
  await sees(page, "socket", "open");
});

test("half-open: nothing arrives either way, and the page is not told", async () => {
  const { page, got } = await open();
  await sees(page, "socket", "open");
  await button(page, "Half-open").click();
  await tap(page, "#send");
  // A second connection shows that time has passed and that the server lives.
  await tap(page, "#connect");
  await sees(page, "socket", "open");
  await tap(page, "#send");
  await sees(page, "heard", ["echo hi"]);
  expect(got).toEqual(["hi"]);
  const states = await page.evaluate(() => window.simulator!.sockets.map(({ state }) => state));
  expect(states).toEqual(["open", "open"]);
});

test("pause: the server's answer comes once it goes on", async () => {
  const { page, got } = await open();
  await sees(page, "socket", "open");
  const pause = bar(page).getByRole("switch", { name: "Pause server" });
  await pause.click();
  await tap(page, "#send");
  await expect.poll(() => got).toEqual(["hi"]);
  expect(await data(page, "heard")).toEqual([]);
  await pause.click();
  await sees(page, "heard", ["echo hi"]);
});

test("offline: the socket ends, none opens; online again, it does", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  const offline = bar(page).getByRole("switch", { name: "Offline" });
  await offline.click();
  await expect.poll(() => data(page, "socket")).toMatch(/^closed 1006/);
  await tap(page, "#connect");
  await expect.poll(() => data(page, "socket")).toMatch(/fail/);
  await offline.click();
  await tap(page, "#connect");
  await sees(page, "socket", "open");
});

test("latency: an answer takes that long each way, until it is reset", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await bar(page).getByLabel("Latency").selectOption("100");
  await tap(page, "#send");
  await sees(page, "heard", ["echo hi"]);
  expect(await data(page, "took")).toBeGreaterThanOrEqual(200);
  await button(page, "Reset").click();
  await expect.poll(() => bar(page).getByLabel("Latency").inputValue()).toBe("0");
});

test("bandwidth: a message takes its size's time", async () => {
  const { page, server } = await open();
  await sees(page, "socket", "open");
  await bar(page).getByLabel("Bandwidth").selectOption("8192");
  const start = Date.now();
  await server.publish("all", "x".repeat(4_096));
  await expect.poll(async () => ((await data(page, "heard")) as unknown[]).length).toBe(1);
  expect(Date.now() - start).toBeGreaterThanOrEqual(500);
});

test("network type: the page hears of another one", async () => {
  const { page } = await open();
  await bar(page).getByLabel("Network").selectOption("2g");
  await sees(page, "network", "2g");
  await bar(page).getByLabel("Network").selectOption("none");
  await expect.poll(() => data(page, "network")).toBe("none");
});

test("hide: the page hides, the cover counts to the suspension, which ends the socket; show brings it back", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  // Every text of the cover is written down: which of them a look from outside would meet is luck.
  await page.evaluate(() => {
    const texts: string[] = [];
    const look = (): void => {
      const cover = document.querySelector<HTMLElement>(".cover");
      if (cover !== null) texts.push(cover.innerText);
    };
    new MutationObserver(look).observe(document.body, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    Object.assign(window, { coverTexts: texts });
  });
  await page.getByRole("button", { name: "Hide", exact: true }).click();
  await sees(page, "life", ["show", "hide"]);
  const cover = page.locator(".cover");
  await expect.poll(() => cover.innerText()).toContain("Suspended");
  const told = await page.evaluate(() => Reflect.get(window, "coverTexts") as string[]);
  expect(told.join("\n")).toMatch(/suspended in [1-5] s/);
  await cover.getByRole("button", { name: "Show" }).click();
  await sees(page, "life", ["show", "hide", "show"]);
  await expect.poll(() => data(page, "socket")).toMatch(/^closed|fail|interrupted/);
});

test("phone: another model is another width, the dark one another theme", async () => {
  const { page } = await open();
  const device = page.getByLabel("Device");
  const before = Number(await data(page, "width"));
  const widths = await device.locator("option").allInnerTexts();
  await device.selectOption(widths.find((name) => name !== widths[0] && /Max|Plus|iPad/.test(name))!);
  await expect.poll(() => data(page, "width")).not.toBe(before);
  await page.getByLabel("Appearance").selectOption("dark");
  await sees(page, "theme", "dark");
});

test("font size: pages that follow the setting do so at once, others and the page below keep their own", async () => {
  const page = await openInspector(browser, {
    "app.json": '{"pages":["pages/a/a","pages/b/b"]}',
    "pages/a/a.js": "Page({})",
    "pages/a/a.json": "{}",
    "pages/a/a.wxml":
      '<page-meta root-font-size="system" page-font-size="system"/><view id="rem" style="width:10rem">a</view>',
    "pages/b/b.js": "Page({})",
    "pages/b/b.json": "{}",
    "pages/b/b.wxml": '<view id="rem" style="width:10rem">b</view>',
  });
  const sizes = (): Promise<unknown> =>
    page.evaluate(() => {
      const phone = document.querySelector("iframe")!.contentWindow!;
      const view = phone.document.querySelector("wx-page-window:not([hidden]) #rem")!;
      const { width, fontSize } = phone.getComputedStyle(view);
      const { fontSizeSetting } = (
        window.simulator!.wx["getAppBaseInfo"] as () => { fontSizeSetting: number }
      )();
      return { rem: Number.parseFloat(width) / 10, letters: fontSize, setting: fontSizeSetting };
    });
  await expect.poll(sizes).toEqual({ rem: 16, letters: "16px", setting: 16 });
  await page.getByLabel("Font size").selectOption("22");
  await expect.poll(sizes).toEqual({ rem: 22, letters: "22px", setting: 22 });
  await page.evaluate(() =>
    (window.simulator!.wx["navigateTo"] as (o: object) => void)({ url: "/pages/b/b" }),
  );
  await expect.poll(sizes).toEqual({ rem: 16, letters: "16px", setting: 22 });
  await page.evaluate(() => window.simulator!.back());
  await expect.poll(sizes).toEqual({ rem: 22, letters: "22px", setting: 22 });
});

test("URL map: what is typed leads the next connection, outlasts a reload, and goes back to what was started", async () => {
  const { page, got } = await open();
  await sees(page, "socket", "open");
  const map = (): Promise<unknown> => page.evaluate(() => window.simulator?.map);
  const started = (await map()) as { to: string }[];
  const target = page.locator(".fact").filter({ hasText: "Leads to" });
  await expect.poll(() => target.textContent()).toContain(`${started[0]!.to}/push`);
  await page.getByRole("button", { name: "URL map (1)" }).click();
  const rules = page.getByLabel("A rule a line");
  await expect.poll(() => rules.inputValue()).toBe(`wss://prod.example -> ${started[0]!.to}`);
  await rules.fill("wss://prod.example -> ws://127.0.0.1:1\nprod.example -> ws://x");
  await page.getByText("Line 2: the left side begins with").waitFor();
  const apply = page.getByRole("button", { name: "Apply" });
  await expect.poll(() => apply.isDisabled()).toBe(true);
  await rules.fill("wss://prod.example -> ws://127.0.0.1:1");
  await apply.click();
  await tap(page, "#connect");
  await expect.poll(() => data(page, "socket")).toMatch(/fail/);
  // What is read from here on is the new page's, and not still the old one's.
  await page.evaluate(() => void Object.assign(window.simulator!.page().instance, { isOld: true }));
  await page.getByRole("button", { name: "Reload" }).click();
  await page.waitForFunction(() => {
    const [first] = window.simulator?.pages() ?? [];
    return first !== undefined && !("isOld" in first.instance);
  });
  await expect.poll(() => data(page, "socket")).toMatch(/fail/);
  expect(await map()).toEqual([{ from: "wss://prod.example", to: "ws://127.0.0.1:1" }]);
  await page.getByRole("button", { name: "URL map (1)" }).click();
  await page.getByRole("button", { name: "As started" }).click();
  await expect.poll(map).toEqual(started);
  await tap(page, "#connect");
  await sees(page, "socket", "open");
  await tap(page, "#send");
  await expect.poll(() => got).toEqual(["hi"]);
});

test("scenario: a file is read, played with its steps told, and stopped; what is wrong with one is named", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await page.getByRole("tab", { name: "Scenario" }).click();
  const text = page.getByRole("textbox", { name: "Scenario file" });
  const play = page.getByRole("button", { name: "Play" });
  await page.locator("input[type=file]").setInputFiles({
    name: "story.json",
    mimeType: "application/json",
    buffer: Buffer.from('{ "steps": [\n{ "do": "explode" } ] }'),
  });
  await page.getByText("story.json:2:9").waitFor();
  await expect.poll(() => play.isDisabled()).toBe(true);
  await text.fill(`{ "steps": [
    { "at": 0, "do": "close", "code": 4001, "reason": "story" },
    { "at": 100, "do": "latency", "ms": 300 },
    { "at": 100, "do": "network", "type": "3g" },
    { "at": 600000, "do": "cut" },
  ] }`);
  await play.click();
  await sees(page, "socket", "closed 4001 story");
  await sees(page, "network", "3g");
  // What a scenario does shows where a person would have done it.
  await expect.poll(() => bar(page).getByLabel("Latency").inputValue()).toBe("300");
  await expect.poll(() => bar(page).getByLabel("Network").inputValue()).toBe("3g");
  const steps = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
  await expect.poll(() => steps.first().textContent()).toContain("done");
  await expect.poll(() => steps.last().textContent()).toMatch(/600 s.*cut.*in \d+ s/u);
  await expect.poll(() => steps.nth(2).getAttribute("aria-current")).toBe("step");
  await bar(page).getByRole("button", { name: "Stop scenario" }).click();
  await page.getByText("stopped", { exact: true }).waitFor();
  expect(await page.evaluate(() => window.simulator!.scenario?.state)).toBe("stopped");
  // The file outlasts the page.
  await page.reload();
  await page.getByRole("tab", { name: "Scenario" }).click();
  await expect.poll(() => text.inputValue()).toContain("600000");
});

test("scenario: the one that the simulator was started with is seen, and stopped", async () => {
  const scenario = parseScenario('{"seed":7,"steps":[{"at":600000,"do":"cut"}]}', "s.json").scenario!;
  const { page } = await open({ scenario });
  await page.getByRole("tab", { name: "Scenario" }).click();
  await page.getByText("seed 7").waitFor();
  await expect
    .poll(() => page.getByRole("textbox", { name: "Scenario file" }).inputValue())
    .toContain('"at": 600000');
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("button", { name: "Play" }).waitFor();
});

test("domains: with the check on, an address that is not in the lists is refused", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await page.getByRole("switch", { name: "Check domains" }).click();
  await expect.poll(() => data(page, "socket")).toMatch(/url not in domain list/);
});

test("domains: a program without an appid of its own is told that nothing is checked", async () => {
  const page = await openInspector(browser, {});
  const check = page.getByRole("switch", { name: "Check domains" });
  await expect.poll(() => check.isDisabled()).toBe(true);
  await expect.poll(() => check.getAttribute("title")).toContain("appid");
});

test("profile: as DevTools behaves, a hidden program is not suspended", async () => {
  const { page } = await open();
  await sees(page, "socket", "open");
  await page.getByLabel("Behave as").selectOption("devtools");
  await page.waitForFunction(() => window.simulator?.settings.profile === "devtools");
  await sees(page, "socket", "open");
  await page.getByRole("button", { name: "Hide", exact: true }).click();
  await expect.poll(() => page.locator(".cover").innerText()).toContain("keeps running");
});

test("a message is sent again, to the server, on its own socket, while that is open", async () => {
  const { page, got } = await open();
  await sees(page, "socket", "open");
  await tap(page, "#send");
  await sees(page, "heard", ["echo hi"]);
  const frames = page.getByRole("listbox", { name: "Messages" });
  await frames.getByText("hi", { exact: true }).click();
  const again = page.getByRole("button", { name: "Send again" });
  await again.click();
  await expect.poll(() => got).toEqual(["hi", "hi"]);
  await sees(page, "heard", ["echo hi", "echo hi"]);
  await button(page, "Cut").click();
  await expect.poll(() => again.isDisabled()).toBe(true);
});
