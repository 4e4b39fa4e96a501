// Whether the inspector stutters: its longest tasks while 10,000 messages arrive at a page whose socket it shows, and
// while that list is scrolled from end to end. In time of the processor: on a busy machine a task's time by the clock
// is mostly that of others. Run after `npm run build`:
//
//     node bench/inspector.js [messages a second]
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import { WebSocketServer } from "ws";

const messages = 10_000;
const perSecond = Number(process.argv[2] ?? 2_000);

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
const connected = new Promise((resolve) => {
  server.on("connection", resolve);
});
await new Promise((listening) => {
  server.on("listening", listening);
});

const dir = mkdtempSync(join(tmpdir(), "weapp-socket-bench-"));
mkdirSync(join(dir, "page"));
writeFileSync(join(dir, "app.json"), '{"pages":["page/page"]}');
writeFileSync(join(dir, "app.js"), "App({})");
writeFileSync(join(dir, "page/page.wxml"), "<view/>");
writeFileSync(
  join(dir, "page/page.js"),
  `Page({ onLoad() { wx.connectSocket({ url: "ws://127.0.0.1:${server.address().port}" }) } })`,
);

const simulator = createSimulator({ dir });
const { url } = await simulator.listen({ port: 0 });
const browser = await openBrowser();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.goto(url);
const socket = await connected;
await page.waitForFunction(() => globalThis.simulator?.sockets[0]?.state === "open");
await page.locator(".entries [role=listbox]").waitFor();

console.log(
  "| 10,000 messages | seconds | tasks above 50 ms | longest, ms | a frame, ms | longest by the clock, ms |",
);
console.log("| --- | --- | --- | --- | --- | --- |");
await measured(`arrive, ${perSecond} a second`, async () => {
  const start = performance.now();
  for (let sent = 0; sent < messages;) {
    const due = Math.min(messages, Math.floor(((performance.now() - start) / 1_000) * perSecond));
    for (; sent < due; sent += 1) socket.send(`{"id":${sent},"content":"第 ${sent} 条消息"}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  await page.waitForFunction((all) => globalThis.simulator.sockets[0].receivedMessages === all, messages);
});
await measured("are scrolled through", () => page.evaluate(scrollThrough));
await measured("are searched", async () => {
  await page.locator("[data-search]").fill("9999");
  await page.waitForFunction(() => document.querySelectorAll(".entries [role=option]").length < 5);
});

await browser.close();
await simulator.close();
for (const client of server.clients) client.terminate();
server.close();
rmSync(dir, { recursive: true });

async function measured(name, act) {
  await page.evaluate(countFrames);
  await browser.startTracing(page, { categories: ["toplevel"] });
  const start = performance.now();
  await act();
  const seconds = (performance.now() - start) / 1_000;
  const tasks = tasksOf(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
  const frames = await page.evaluate(() => globalThis.stopFrames());
  const cpu = tasks.map(({ tdur = 0 }) => tdur / 1_000);
  const cells = [
    seconds.toFixed(1),
    cpu.filter((ms) => ms > 50).length,
    Math.max(0, ...cpu).toFixed(0),
    (cpu.reduce((sum, ms) => sum + ms, 0) / frames).toFixed(1),
    Math.max(0, ...tasks.map(({ dur }) => dur / 1_000)).toFixed(0),
  ];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

/** What the page's main thread did, one task after the other; in microseconds. */
function tasksOf(events) {
  const names = events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const threads = new Set(names.map(({ pid, tid }) => `${pid} ${tid}`));
  return events.filter(
    ({ ph, name, pid, tid }) => ph === "X" && name.endsWith("RunTask") && threads.has(`${pid} ${tid}`),
  );
}

/** In the page. */
function countFrames() {
  let frames = 0;
  let isOver = false;
  requestAnimationFrame(function frame() {
    frames += 1;
    if (!isOver) requestAnimationFrame(frame);
  });
  globalThis.stopFrames = () => {
    isOver = true;
    return frames;
  };
}

/** In the page: from the oldest message to the newest in two seconds. */
function scrollThrough() {
  const list = document.querySelector(".entries [role=listbox]");
  return new Promise((resolve) => {
    const start = performance.now();
    requestAnimationFrame(function frame(now) {
      const part = Math.min(1, Math.max(0, now - start) / 2_000);
      list.scrollTop = part * list.scrollHeight;
      if (part < 1) requestAnimationFrame(frame);
      else resolve();
    });
  });
}
