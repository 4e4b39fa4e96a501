// History publications per second: memory, LMDB at each durability, and the floor of the store itself (the same bytes
// put and synced with nothing around it). Run after `npm run build`: node bench/store.js [--seconds 2] [--bytes 128]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { open } from "lmdb";
import { createMemoryBroker } from "@weapp-socket/server";
import { openLmdbBroker } from "@weapp-socket/server/lmdb";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    bytes: { type: "string", default: "128" },
    channels: { type: "string", default: "100" },
    publishers: { type: "string", default: "1,64,1024" },
  },
});
const seconds = Number(values.seconds);
const data = "x".repeat(Number(values.bytes));
const channels = Array.from({ length: Number(values.channels) }, (_, index) => `room:${index}`);
const publisherCounts = values.publishers.split(",").map(Number);

/** Runs `publishers` loops of `once(index)`; each waits for its own answer. Answers with operations a second. */
async function measure(publishers, once) {
  let count = 0;
  const end = performance.now() + seconds * 1000;
  const loop = async (publisher) => {
    for (let index = publisher; ; index += publishers) {
      const answer = once(index);
      if (answer instanceof Promise) await answer;
      count++;
      if ((answer instanceof Promise || (count & 1023) === 0) && performance.now() >= end) return;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: publishers }, (_, publisher) => loop(publisher)));
  return (count * 1000) / (performance.now() - start);
}

async function withFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), "weapp-socket-bench-"));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Raw puts of the same size; as many commits as the publishers' turns make. `sync`: answered when flushed. */
function floor(publishers, sync) {
  return withFolder(async (folder) => {
    const env = open({ path: join(folder, "data.mdb"), noSubdir: true });
    const table = env.openDB({ name: "log", encoding: "binary", keyEncoding: "binary" });
    const value = Buffer.alloc(data.length + 32, 1);
    const key = Buffer.alloc(12);
    const rate = await measure(publishers, (index) => {
      key.writeUIntBE(index % channels.length, 0, 6);
      key.writeUIntBE(index, 6, 6);
      const committed = table.put(key, value);
      return sync ? (async () => env.flushed)() : committed;
    });
    await env.close();
    return rate;
  });
}

function lmdb(publishers, durability) {
  return withFolder(async (folder) => {
    const broker = await openLmdbBroker({ path: folder });
    const policy = { historyCount: 1000, historyAgeMs: 86_400_000, durability };
    const publish = (index) =>
      broker.publish({ channel: channels[index % channels.length], data, format: "text", policy });
    // Who is answered at once must not run away from the writer.
    const patient = async (index) => {
      while (broker.usage().pendingBytes > 1_000_000) await new Promise((resolve) => setImmediate(resolve));
      return publish(index);
    };
    const rate = await measure(publishers, (index) =>
      broker.usage().pendingBytes > 1_000_000 ? patient(index) : publish(index),
    );
    await broker.close();
    return rate;
  });
}

async function memory(publishers, historyCount) {
  const broker = createMemoryBroker();
  const policy = { historyCount, historyAgeMs: 86_400_000, durability: "memory" };
  const rate = await measure(publishers, (index) =>
    broker.publish({ channel: channels[index % channels.length], data, format: "text", policy }),
  );
  await broker.close();
  return rate;
}

const rows = [];
for (const publishers of publisherCounts) {
  const disk = await floor(publishers, false);
  const fsync = await floor(publishers, true);
  const row = (what, rate, bottom) =>
    rows.push({
      publishers,
      what,
      "publications/s": Math.round(rate),
      "us each": Number((1e6 / rate).toFixed(2)),
      "of the floor": bottom === undefined ? "" : (rate / bottom).toFixed(2),
    });
  row("memory, no history", await memory(publishers, 0));
  row("memory, history 1000", await memory(publishers, 1000));
  row("lmdb, acknowledged at once", await lmdb(publishers, "memory"));
  row("lmdb, disk", await lmdb(publishers, "disk"), disk);
  row("floor: raw put, committed", disk);
  row("lmdb, fsync", await lmdb(publishers, "fsync"), fsync);
  row("floor: raw put, flushed", fsync);
}
console.table(rows);
