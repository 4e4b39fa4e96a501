import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator, parseScenario } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";

/** Connects at once and writes down what happens. */
const script = (url: string): string => `
  Page({
    data: { log: [] },
    onLoad() {
      const note = (line) => this.setData({ log: this.data.log.concat(line) });
      this.task = wx.connectSocket({ url: "${url}" });
      this.task.onOpen(() => note("open"));
      this.task.onMessage(({ data }) => note(data));
      this.task.onError(() => note("error"));
      this.task.onClose(({ code }) => note("close " + code));
      wx.onNetworkStatusChange(({ networkType }) => note("network " + networkType));
    },
  });`;

let browser: Browser;
let server: WebSocketServer;
let dir: string;

beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((listening) => server.on("listening", listening));
  server.on("connection", (socket) => socket.on("message", (data) => socket.send(String(data as Buffer))));
  dir = await mkdtemp(join(tmpdir(), "weapp-socket-faults-"));
  await mkdir(join(dir, "page"));
  await writeFile(join(dir, "app.json"), '{"pages":["page/page"]}');
  await writeFile(join(dir, "app.js"), "App({})");
  await writeFile(join(dir, "page/page.wxml"), '<view wx:for="{{log}}" wx:key="*this">{{item}}</view>');
  await writeFile(
    join(dir, "page/page.js"),
    script(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  for (const client of server.clients) client.terminate();
  server.close();
  await rm(dir, { recursive: true });
});

async function openPage(scenario?: string): Promise<Page> {
  const parsed = scenario === undefined ? undefined : parseScenario(scenario, "scenario.json").scenario!;
  const simulator = createSimulator({ dir, ...(parsed !== undefined && { scenario: parsed }) });
  const { url } = await simulator.listen({ port: 0 });
  const page = await browser.newPage();
  onTestFinished(async () => {
    await page.close();
    await simulator.close();
  });
  await page.goto(`${url}/frame/`);
  await page.waitForFunction(() => window.simulator?.pages().length > 0);
  return page;
}

const log = (page: Page): Promise<unknown> => page.evaluate(() => window.simulator.page().data("log"));

test("a scenario plays its faults from the start of the page", async () => {
  const page = await openPage(
    // By then the socket is open, however slow the machine.
    '{ "steps": [{ "at": 5000, "do": "close", "code": 4100 }, { "at": 5100, "do": "offline", "for": 200 }] }',
  );
  await expect.poll(() => log(page)).toEqual(["open", "close 4100", "network none", "network wifi"]);
  const told = await page.evaluate(() => window.simulator.logs.map(({ parts }) => parts.join(" ")));
  expect(told).toEqual(["close", "offline", "offline is over"]);
});

test("each fault of the handle changes what the page sees", async () => {
  const page = await openPage();
  await expect.poll(() => log(page)).toEqual(["open"]);
  const answered = await page.evaluate(async () => {
    const { simulator } = window;
    simulator.faults.change({ latencyMs: 200 });
    const start = performance.now();
    (window as unknown as { wx: { sendSocketMessage(o: object): void } }).wx.sendSocketMessage({
      data: "late",
    });
    while (!JSON.stringify(simulator.page().data("log")).includes("late")) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - start;
  });
  expect(answered).toBeGreaterThan(380);
  await page.evaluate(() => window.simulator.faults.cut());
  await expect.poll(() => log(page)).toEqual(["open", "late", "close 1006"]);
});
