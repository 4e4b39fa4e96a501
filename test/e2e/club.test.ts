import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createPushServer } from "@weapp-socket/server";
import { createSimulator, launch, type SimulatorHandle } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import { freePort } from "@weapp-socket/testkit/free-port";
import { expect, onTestFinished, test } from "vitest";

/** A program with tab bar, subpackage, components, WXS, TypeScript, npm packages, request, storage and a socket. */
const club = join(import.meta.dirname, "club");

async function startApi(requests: IncomingMessage[]): Promise<number> {
  const api = createServer((request, response) => {
    requests.push(request);
    response.setHeader("content-type", "application/json");
    response.end('{"items":[{"id":1,"name":"茶","cents":1250},{"id":2,"name":"咖啡","cents":1800}]}');
  });
  await new Promise<void>((listening) => api.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void api.close());
  return (api.address() as AddressInfo).port;
}

/** @param port 0: a free one */
async function startPush(port = 0) {
  const server = createPushServer();
  server.on("connection", (connection) => connection.join("news"));
  const address = await server.listen({ port, host: "127.0.0.1" });
  return { server, port: address.port };
}

test("in Chromium: every part of it works, and its socket comes back when the server does", async () => {
  const requests: IncomingMessage[] = [];
  const apiPort = await startApi(requests);
  let push = await startPush(await freePort());
  onTestFinished(() => push.server.close());
  const simulator = createSimulator({
    dir: club,
    map: [
      { from: "http://api.club.example", to: `http://127.0.0.1:${apiPort}` },
      { from: "ws://push.club.example", to: `ws://127.0.0.1:${push.port}` },
    ],
  });
  const { url } = await simulator.listen({ port: 0 });
  const browser = await openBrowser();
  onTestFinished(async () => {
    await browser.close();
    await simulator.close();
  });
  const page = await browser.newPage({ viewport: { width: 375, height: 700 } });
  const broken: string[] = [];
  page.on("pageerror", (error) => broken.push(String(error)));
  await page.goto(`${url}/frame/`);
  await page.waitForFunction(() => window.simulator?.pages().length > 0);
  const data = (path: string): Promise<unknown> =>
    page.evaluate((name) => window.simulator.pages()[0]!.data(name), path);

  // A request with the page's own header, components of npm, WXS in their attributes.
  await page.getByText("¥12.50").waitFor();
  expect(requests[0]?.url).toBe("/items?kind=all");
  expect(requests[0]?.headers["x-club"]).toBe("yes");
  expect(requests[0]?.headers.referer).toBe("https://servicewechat.com/wx0000000000000001/0/page-frame.html");

  // Pushes reach the page through a package of npm, and a component observes how many there are.
  await expect.poll(() => data("state")).toBe("open");
  for (const text of ["甲", "乙", "丙"]) await push.server.publish("news", text);
  await expect.poll(() => page.locator(".push").allTextContents()).toEqual(["甲", "乙", "丙"]);
  await expect
    .poll(() =>
      page
        .locator("[class*=badge]")
        .last()
        .evaluate((badge) => getComputedStyle(badge).color),
    )
    .toBe("rgb(255, 0, 0)");
  await page.locator("[class*='--badge']").click();
  await expect.poll(() => page.locator(".push").count()).toBe(0);

  // The server goes; the page tries again until it is back.
  await push.server.close();
  await expect.poll(() => data("attempts")).toBeGreaterThan(2);
  push = await startPush(push.port);
  await expect.poll(() => data("state")).toBe("open");
  await push.server.publish("news", "回来了");
  await page.getByText("回来了").waitFor();

  // A subpackage's page, and back.
  await page.getByText("咖啡").click();
  await page.getByText("第 2 件").waitFor();
  await expect.poll(() => page.locator(".weapp-bar-title").textContent()).toBe("详情");
  await expect.poll(() => page.locator(".weapp-tabs").isVisible()).toBe(false);
  await page.getByRole("button", { name: "返回" }).click();

  // The other tab; storage outlives the start.
  await page.getByRole("button", { name: "我的" }).click();
  await page.getByText("第 1 次打开").waitFor();
  await page.reload();
  await page.waitForFunction(() => window.simulator?.pages().length > 0);
  await page.getByRole("button", { name: "我的" }).click();
  await page.getByText("第 2 次打开").waitFor();
  expect(broken).toEqual([]);
});

test("without a browser it does the same", async () => {
  const apiPort = await startApi([]);
  const { server, port } = await startPush();
  onTestFinished(() => server.close());
  const app: SimulatorHandle & { close(): Promise<void> } = await launch(club, {
    map: [
      { from: "http://api.club.example", to: `http://127.0.0.1:${apiPort}` },
      { from: "ws://push.club.example", to: `ws://127.0.0.1:${port}` },
    ],
    storage: { starts: 4 },
  });
  onTestFinished(() => app.close());
  await app.waitFor(() => app.page().text().includes("¥12.50"));
  await app.waitFor(() => app.page().data("state") === "open");
  await server.publish("news", "甲");
  await app.waitFor(() => app.page().find(".push")?.text() === "甲");
  app.page().findAll("van-cell")[1]?.find(".van-cell")?.tap();
  await app.waitFor(() => app.page().text().includes("第 2 件"));
  expect(app.page().title).toBe("详情");
  app.back();
  app.switchTab(1);
  await app.waitFor(() => app.page().text().includes("第 5 次打开"));
  expect(app.logs.filter(({ level }) => level === "error")).toEqual([]);
});
