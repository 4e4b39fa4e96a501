import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Channel, type Client, type MiniProgram } from "@weapp-socket/client";
import { createHistoryCheck, offsetOf, type SeenEvent } from "@weapp-socket/protocol";
import { createRuntime, type Runtime } from "@weapp-socket/runtime";
import { createSimulator } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { createKillableServer } from "./sessions/killable-server.js";
import { root } from "./stage.js";

/** Real processes: the client over the runtime, the server on LMDB and killed with -9, and the check over it all. */

const kills = Number(process.env["KILLS"] ?? 3);
const phones = 6;
const channel = "room:1";

interface Phone {
  readonly name: string;
  readonly runtime: Runtime;
  readonly client: Client;
  readonly room: Channel;
  readonly seen: SeenEvent[];
  /** Texts of what was acknowledged, and where it stands. */
  readonly published: Map<string, string>;
}

function openPhone(name: string, port: number): Phone {
  const runtime = createRuntime();
  const kept = new Map<string, unknown>();
  const api = {
    ...runtime.wx,
    getStorageSync: (key: string) => kept.get(key) ?? "",
    setStorage: ({ key, data }: { key: string; data: unknown }) => void kept.set(key, data),
  } as unknown as MiniProgram;
  const client = connect({ url: `ws://127.0.0.1:${port}`, wx: api, getToken: () => name });
  const room = client.channel(channel, { from: null });
  const seen: SeenEvent[] = [];
  room.on("message", ({ position }) => seen.push({ type: "message", channel, position }));
  room.on("gap", ({ position }) => seen.push({ type: "gap", channel, position }));
  // What is thrown away between two attempts is the point of this test.
  client.on("error", () => {});
  onTestFinished(() => {
    client.close();
    runtime.destroy();
  });
  return { name, runtime, client, room, seen, published: new Map() };
}

test(`the server is killed ${kills} times under load: nothing lost, doubled or out of order, and no gap`, async () => {
  const server = await createKillableServer();
  await server.start();
  const all = Array.from({ length: phones }, (_, index) => openPhone(`phone${index}`, server.port));
  for (const { room, seen } of all) {
    await expect.poll(() => room.state).toBe("live");
    seen.push({ type: "attached", channel, position: room.position! });
  }

  const load = { isOver: false };
  const publishing = all.map(async ({ name, room, published }) => {
    for (let number = 1; !load.isOver; number += 1) {
      const text = `${name} ${number}`;
      const { position } = await room.publish(text);
      published.set(text, position);
      await sleep(10);
    }
  });
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(400);
    await server.kill();
    await sleep(50);
    await server.start();
    const count = all.reduce((sum, { seen }) => sum + seen.length, 0);
    // Everybody is back before the next one.
    await expect.poll(() => all.every(({ client }) => client.state === "live")).toBe(true);
    await expect.poll(() => all.reduce((sum, { seen }) => sum + seen.length, 0)).toBeGreaterThan(count);
  }
  load.isOver = true;
  await Promise.all(publishing);

  const acknowledged = all.flatMap(({ published }) => [...published.values()]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  const newest = acknowledged.toSorted((a, b) => offsetOf(a) - offsetOf(b)).at(-1)!;
  for (const { seen } of all) await expect.poll(() => seen.at(-1)?.position).toBe(newest);
  const check = createHistoryCheck(acknowledged.map((position) => ({ channel, position })));
  const findings = all.flatMap(({ name, seen }) => check(name, seen, true));
  expect(findings).toEqual([]);
  expect(all.flatMap(({ seen }) => seen.filter(({ type }) => type === "gap"))).toEqual([]);
  const told = `${kills} kills, ${phones} phones, ${acknowledged.length} acknowledged, each seen once by everybody`;
  process.stdout.write(`${told}\n`);
}, 120_000);

test("the same in Chromium, in a page of the simulator", async () => {
  const server = await createKillableServer();
  await server.start();
  const page = await openProgram(server.port);
  const report = (): Promise<Report> =>
    page.evaluate(() => {
      const { seen, published } = window.simulator.page().instance as unknown as Report;
      return { state: String(window.simulator.page().data("state")), seen, published };
    });
  for (let kill = 1; kill <= kills; kill += 1) {
    const { published } = await report();
    await expect.poll(async () => (await report()).published.length).toBeGreaterThan(published.length + 20);
    await server.kill();
    await sleep(50);
    await server.start();
    await expect.poll(async () => (await report()).state).toBe("live");
  }
  await page.evaluate(() => Object.assign(window.simulator.page().instance, { isOver: true }));
  await expect
    .poll(async () => {
      const { seen, published } = await report();
      return seen.at(-1)?.position === published.at(-1);
    })
    .toBe(true);
  const { seen, published } = await report();
  const check = createHistoryCheck(published.map((position) => ({ channel, position })));
  expect(check("page", seen, true)).toEqual([]);
  expect(seen.filter(({ type }) => type === "gap")).toEqual([]);
}, 120_000);

interface Report {
  readonly state: string;
  readonly seen: readonly SeenEvent[];
  readonly published: readonly string[];
}

/** A program that uses the client as WeChat's npm build gives it. */
async function openProgram(port: number): Promise<Page> {
  const dir = mkdtempSync(join(tmpdir(), "weapp-socket-program-"));
  cpSync(join(import.meta.dirname, "sessions/program"), dir, { recursive: true });
  mkdirSync(join(dir, "node_modules/@weapp-socket"), { recursive: true });
  symlinkSync(join(root, "packages/client"), join(dir, "node_modules/@weapp-socket/client"));
  const simulator = createSimulator({
    dir,
    map: [{ from: "ws://push.example", to: `ws://127.0.0.1:${port}` }],
  });
  const { url } = await simulator.listen({ port: 0 });
  const browser = await openBrowser();
  onTestFinished(async () => {
    await browser.close();
    await simulator.close();
    rmSync(dir, { recursive: true });
  });
  const page = await browser.newPage();
  await page.goto(`${url}/frame/`);
  await page.waitForFunction(() => window.simulator !== undefined);
  await page.evaluate(() =>
    (window.simulator.wx["reLaunch"] as (options: object) => void)({ url: "/page/page?user=ann" }),
  );
  await page.waitForFunction(() => window.simulator.page().data("state") === "live");
  return page;
}
