// What a person sees of the simulator: frames a second while 200 messages a second arrive at the chat page, alone and
// with the inspector around it, beside the same page at rest; and how long a program of 30 pages takes to its first
// page. Run after `npm run build`:
//
//     node bench/page.js [seconds]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createPushServer } from "@weapp-socket/server";
import { createSimulator } from "@weapp-socket/simulator";
import { openBrowser } from "@weapp-socket/testkit";

const seconds = Number(process.argv[2] ?? 8);
const perSecond = 200;
const pages = 30;

const browser = await openBrowser();
await benchFrames();
await benchFirstPage();
await browser.close();

async function benchFrames() {
  const server = createPushServer();
  server.on("connection", (connection) => connection.join("chat"));
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const simulator = createSimulator({
    dir: join(import.meta.dirname, "../examples/chat"),
    map: [{ from: "ws://127.0.0.1:3000", to: `ws://127.0.0.1:${port}` }],
  });
  const { url } = await simulator.listen({ port: 0 });
  console.log(
    "| chat page | messages | frames a second | longest frame, ms | frames above 34 ms | ms of the page's thread a message |",
  );
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [name, path] of [
    ["alone", "frame/"],
    ["in the inspector", ""],
  ]) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(new URL(path, `${url}/`).href);
    await page.waitForFunction(() => globalThis.simulator?.sockets[0]?.state === "open");
    report(`${name}, at rest`, 0, await page.evaluate(countFrames, seconds * 500));
    const threadMs = await threadClock(page);
    const before = await threadMs();
    const counting = page.evaluate(countFrames, seconds * 1_000);
    const sent = await push(server);
    report(name, sent, await counting, ((await threadMs()) - before) / sent);
    const count = () => page.evaluate(() => globalThis.simulator.page().findAll(".bubble").length);
    // The last ones may be on their way.
    for (let look = 0; look < 100 && (await count()) < sent; look += 1) await pause(50);
    const shown = await count();
    if (shown !== sent) console.log(`\n${name}: expected ${sent} messages on the page, got ${shown}`);
    await page.close();
  }
  await simulator.close();
  await server.close();
}

async function push(server) {
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < seconds * 1_000) {
    const due = Math.floor(((performance.now() - start) / 1_000) * perSecond);
    for (; sent < due; sent += 1) await server.publish("chat", { content: `第 ${sent + 1} 条消息` });
    await pause(5);
  }
  return sent;
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** CPU time that the page's main thread has had: scripts, styles, layout and painting. */
async function threadClock(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ThreadTime").value * 1_000;
  };
}

function report(name, sent, deltas, threadMs) {
  const total = deltas.reduce((sum, delta) => sum + delta, 0);
  const rate = ((deltas.length / total) * 1_000).toFixed(1);
  const slow = deltas.filter((delta) => delta > 34).length;
  console.log(
    `| ${name} | ${sent} | ${rate} | ${Math.max(...deltas).toFixed(0)} | ${slow} | ${threadMs?.toFixed(2) ?? ""} |`,
  );
}

/** In the page: milliseconds between its frames. */
function countFrames(durationMs) {
  return new Promise((resolve) => {
    const deltas = [];
    let last;
    const start = performance.now();
    requestAnimationFrame(function frame(now) {
      if (last !== undefined) deltas.push(now - last);
      last = now;
      if (now - start < durationMs) requestAnimationFrame(frame);
      else resolve(deltas);
    });
  });
}

async function benchFirstPage() {
  const dir = mkdtempSync(join(tmpdir(), "weapp-socket-bench-"));
  const names = Array.from({ length: pages }, (_, index) => `pages/p${index}/p${index}`);
  const write = (path, text) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  write("app.json", JSON.stringify({ pages: names, usingComponents: { card: "/components/card/card" } }));
  write("app.js", "App({})");
  write("components/card/card.json", '{"component":true}');
  write("components/card/card.js", "Component({ properties: { title: String } })");
  write("components/card/card.wxml", "<view>{{title}}<slot/></view>");
  for (const name of names) {
    write(`${name}.json`, "{}");
    write(
      `${name}.js`,
      "Page({ data: { list: [1,2,3,4,5,6,7,8,9,10] }, onReady() { globalThis.readyAt ??= performance.now() } })",
    );
    write(
      `${name}.wxml`,
      '<view wx:for="{{list}}" wx:key="*this"><card title="{{item}}"><text>{{item}}</text></card></view>',
    );
    write(`${name}.wxss`, Array.from({ length: 30 }, (_, n) => `.c${n} { padding: ${n}rpx }`).join("\n"));
  }
  const started = performance.now();
  const simulator = createSimulator({ dir });
  const { url } = await simulator.listen({ port: 0 });
  console.log(
    `\n${pages} pages: compiled and listening after ${(performance.now() - started).toFixed(0)} ms`,
  );
  for (const name of ["first visit", "reload"]) {
    const page = await browser.newPage();
    await page.goto(`${url}/frame/`);
    await page.waitForFunction(() => globalThis.readyAt !== undefined);
    console.log(
      `${name}: first page ready ${(await page.evaluate(() => globalThis.readyAt)).toFixed(0)} ms after the navigation`,
    );
    await page.close();
  }
  await simulator.close();
  rmSync(dir, { recursive: true });
}
