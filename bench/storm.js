// A thundering herd: session clients by the thousand, the server killed with -9 and started again. How often each client
// tries, how the attempts are spread, how long it takes until everybody is back, and what was asked of the broker, which
// may be far away. Run after `npm run build`:
//
//     node bench/storm.js [clients] [seconds that the server is away] [milliseconds to the broker and back]
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@weapp-socket/client";
import { createRuntime } from "@weapp-socket/runtime";

const count = Number(process.argv[2] ?? 5_000);
const awaySeconds = Number(process.argv[3] ?? 2);
const roundTripMs = Number(process.argv[4] ?? 0);
const port = 3999;
const path = mkdtempSync(join(tmpdir(), "weapp-socket-storm-"));

async function startServer() {
  const child = fork(join(import.meta.dirname, "storm-server.js"), [port, path, roundTripMs]);
  await once(child, "message");
  return child;
}

let server = await startServer();
const runtime = createRuntime({ maxConnections: 65_535 });
const { wx } = runtime;
const attempts = [];
const clients = [];
for (let index = 0; index < count; index += 1) {
  const kept = new Map();
  const client = connect({
    url: `ws://127.0.0.1:${port}`,
    getToken: () => `u${index}`,
    wx: {
      ...wx,
      connectSocket(options) {
        attempts.push({ index, at: performance.now() });
        return wx.connectSocket(options);
      },
      getStorageSync: (key) => kept.get(key) ?? "",
      setStorage: ({ key, data }) => void kept.set(key, data),
    },
  });
  client.on("error", () => {});
  client.channel("room:1", { from: null }).on("message", () => {});
  clients.push(client);
  if (index % 100 === 99) await untilLive(index + 1, 60_000);
}
await untilLive(count, 60_000);
console.log(`${count} clients are live`);

attempts.length = 0;
const killedAt = performance.now();
server.kill("SIGKILL");
await once(server, "exit");
await pause(awaySeconds * 1_000);
server = await startServer();
const backAt = performance.now();
await untilLive(count, 180_000);
const allAt = performance.now();

const per = new Map();
for (const { index } of attempts) per.set(index, (per.get(index) ?? 0) + 1);
const counts = [...per.values()].sort((a, b) => a - b);
console.log(`attempts per client: median ${counts[counts.length >> 1]}, most ${counts.at(-1)}`);
console.log(`all live again ${((allAt - backAt) / 1_000).toFixed(1)} s after the server was back`);
server.send("asked");
const [{ asked, cpuMs }] = await once(server, "message");
console.log(`asked of the broker since then, ${roundTripMs} ms away:`);
for (const [method, times] of Object.entries(asked).sort(([, one], [, other]) => other - one))
  console.log(`  ${method.padEnd(20)} ${String(times).padStart(7)}  ${(times / count).toFixed(2)} a client`);
console.log(`CPU of the server since then: ${(cpuMs / count).toFixed(2)} ms a client`);
console.log("attempts by second since the server went:");
const bins = [];
for (const { at } of attempts) {
  const bin = Math.floor((at - killedAt) / 1_000);
  bins[bin] = (bins[bin] ?? 0) + 1;
}
const most = Math.max(...bins.filter((bin) => bin !== undefined));
for (let bin = 0; bin < bins.length; bin += 1) {
  const value = bins[bin] ?? 0;
  console.log(
    `${String(bin).padStart(3)} s ${String(value).padStart(6)} ${"#".repeat(Math.round((value / most) * 60))}`,
  );
}

for (const client of clients) client.close();
runtime.destroy();
server.kill();
rmSync(path, { recursive: true, force: true });
process.exit(0);

async function untilLive(wanted, timeoutMs) {
  const start = performance.now();
  for (;;) {
    const live = clients.filter(({ state }) => state === "live").length;
    if (live >= wanted) return;
    if (performance.now() - start > timeoutMs)
      throw new Error(`expected ${wanted} live clients, got ${live}`);
    await pause(20);
  }
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
