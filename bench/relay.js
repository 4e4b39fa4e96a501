// What the simulator's relay costs: the round trip of one message in a mini program's page, whose socket is the host's,
// beside the browser's own WebSocket in the same page, against the same echo server. Run after `npm run build`:
//
//     node bench/relay.js [messages]
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSimulator } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";
import { WebSocketServer } from "ws";

const messages = Number(process.argv[2] ?? 2_000);
const rounds = 3;

const dir = mkdtempSync(join(tmpdir(), "weapp-socket-bench-"));
mkdirSync(join(dir, "page"));
writeFileSync(join(dir, "app.json"), '{"pages":["page/page"]}');
writeFileSync(join(dir, "app.js"), "App({})");
writeFileSync(join(dir, "page/page.wxml"), "<view/>");
writeFileSync(join(dir, "page/page.js"), "Page({})");

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) =>
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
);
await new Promise((listening) => {
  server.on("listening", listening);
});
const echo = `ws://127.0.0.1:${server.address().port}`;

const simulator = createSimulator({ dir });
const { url } = await simulator.listen({ port: 0 });
const browser = await openBrowser();
const page = await browser.newPage();
await page.goto(`${url}/frame/`);
await page.waitForFunction(() => globalThis.wx?.connectSocket !== undefined);

console.log(`| round | own WebSocket p50 | p99 | through the relay p50 | p99 | relay adds at the median |`);
console.log(`| --- | --- | --- | --- | --- | --- |`);
for (let round = 1; round <= rounds; round += 1) {
  const own = await page.evaluate(ownRoundTrips, { echo, messages });
  const relayed = await page.evaluate(relayedRoundTrips, { echo, messages });
  const [a, b] = [quantiles(own), quantiles(relayed)];
  console.log(
    `| ${round} | ${a.p50} ms | ${a.p99} ms | ${b.p50} ms | ${b.p99} ms | ${(b.p50 - a.p50).toFixed(2)} ms |`,
  );
}

await browser.close();
await simulator.close();
for (const client of server.clients) client.terminate();
server.close();
rmSync(dir, { recursive: true });

function quantiles(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part) => Number(sorted[Math.floor(sorted.length * part)].toFixed(2));
  return { p50: at(0.5), p99: at(0.99) };
}

/** In the page: one message at a time over the browser's WebSocket; milliseconds of each round trip. */
function ownRoundTrips({ echo: address, messages: count }) {
  return new Promise((resolve) => {
    const times = [];
    const socket = new WebSocket(address);
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      socket.send("x".repeat(100));
    };
    socket.addEventListener("open", send);
    socket.addEventListener("message", () => {
      times.push(performance.now() - sentAt);
      if (times.length < count) return send();
      socket.close();
      return resolve(times);
    });
  });
}

/** In the page: the same through wx.connectSocket. */
function relayedRoundTrips({ echo: address, messages: count }) {
  return new Promise((resolve) => {
    const times = [];
    const task = globalThis.wx.connectSocket({ url: address });
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      task.send({ data: "x".repeat(100) });
    };
    task.onOpen(send);
    task.onMessage(() => {
      times.push(performance.now() - sentAt);
      if (times.length < count) return send();
      task.close();
      return resolve(times);
    });
  });
}
