// Our client beside ws and undici's WebSocket: node bench/client.js [--rounds 3] [--kinds receive,send,idle,leak]
// Every measurement runs in a process of its own, peers in turns; ratios are within one run. `npm run build` first.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    kinds: { type: "string", default: "receive,send,idle,leak" },
  },
});
const rounds = Number(values.rounds);

const kinds = {
  receive: {
    title: "receive, µs of CPU a message of 128 bytes, 64 KiB at a time",
    field: "usPerMessage",
  },
  send: { title: "send, µs of CPU a message of 128 bytes, 64 in a turn", field: "usPerMessage" },
  idle: { title: "idle, KiB of resident memory a connection", field: "rssKiB" },
  leak: {
    title: "left behind, bytes of heap a connection of 20,000",
    field: "bytesPerConnection",
    isOnce: true,
  },
};
const peers = ["transport", "wx", "ws", "undici"];

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const run = (name, ...args) =>
  spawn(process.execPath, ["--expose-gc", file(name), ...args], { stdio: ["ignore", "pipe", "inherit"] });

async function firstLine(child) {
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    text += chunk;
    if (text.includes("\n")) return text.trim();
  }
  throw new Error(`${child.spawnargs.slice(2).join(" ")}: ended without an answer`);
}

async function measure(peer, kind, url) {
  const child = run("client-run.js", peer, kind, url);
  const ended = once(child, "exit");
  const result = JSON.parse(await firstLine(child));
  await ended;
  return result[kinds[kind].field];
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const round = (value) => Number(value.toPrecision(3));

const server = run("client-server.js");
try {
  const url = `ws://127.0.0.1:${await firstLine(server)}`;
  for (const kind of values.kinds.split(",")) {
    const { title, isOnce } = kinds[kind];
    const results = new Map(peers.map((peer) => [peer, []]));
    for (let n = 0; n < (isOnce ? 1 : rounds); n += 1) {
      for (const peer of peers) results.get(peer).push(await measure(peer, kind, url));
    }
    const medians = peers.map((peer) => [peer, median(results.get(peer))]);
    const [, beside] = medians.find(([peer]) => peer === "ws");
    console.log(`\n${title}`);
    for (const [peer, value] of medians) {
      const ratio = isOnce || peer === "ws" ? "" : `ws: ${round(beside / value)} times as much`;
      console.log(`  ${peer.padEnd(10)}${String(round(value)).padStart(8)}  ${ratio}`);
    }
  }
} finally {
  server.kill();
}
