// One measurement in a process of its own: node --expose-gc client-run.js PEER KIND URL. Prints one line of JSON.
import { frameSize } from "@weapp-socket/wire";
import { peers } from "./client-peers.js";

const [, , peer, kind, base] = process.argv;
const connect = await peers[peer]();
const nothing = { open() {}, message() {}, close() {} };
const turn = () => new Promise((resolve) => setImmediate(resolve));

const cpuUs = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** CPU microseconds a message, once warm. */
async function receive() {
  const warm = 1_500_000;
  const measured = 4_000_000;
  const text = "0123456789abcdef".repeat(8);
  return new Promise((resolve) => {
    let count = 0;
    let start = 0;
    const message = (data) => {
      count += 1;
      // Every text is looked at, some of them closely: a comparison costs more than the receiving.
      if (data.length !== text.length || (count % 1_000 === 0 && data !== text))
        throw new Error(`got ${data}`);
      if (count === warm) start = cpuUs();
      if (count === warm + measured) resolve({ usPerMessage: (cpuUs() - start) / measured });
    };
    connect(`${base}/flood?messages=${warm + measured}&bytes=${text.length}`, { ...nothing, message });
  });
}

/** CPU microseconds a message: 64 of them in every turn of the event loop, and what the server has counted as arrived. */
async function send() {
  const perTurn = 64;
  const turnsPerRound = 100;
  const warm = 30;
  const measured = 80;
  const text = "0123456789abcdef".repeat(8);
  const roundBytes = turnsPerRound * perTurn * frameSize(text.length, true);
  let arrived = () => {};
  const socket = await opened(`/sink?every=${roundBytes}`, {
    message: () => arrived(),
    close() {
      throw new Error("the connection ended while it was measured");
    },
  });
  let start = 0;
  for (let n = 0; n < warm + measured; n += 1) {
    if (n === warm) start = cpuUs();
    const all = new Promise((resolve) => (arrived = resolve));
    for (let t = 0; t < turnsPerRound; t += 1) {
      for (let m = 0; m < perTurn; m += 1) socket.send(text);
      await turn();
    }
    await all;
  }
  return { usPerMessage: (cpuUs() - start) / (measured * turnsPerRound * perTurn) };
}

/** Memory of one connection that nothing happens on, in KiB. */
async function idle() {
  const warm = 100;
  const measured = 1_000;
  const kept = [];
  const grow = async (count) => {
    for (let n = 0; n < count; n += 50) {
      kept.push(...(await Promise.all(Array.from({ length: 50 }, () => opened("/quiet")))));
    }
    for (let n = 0; n < 5; n += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return process.memoryUsage();
  };
  const before = await grow(warm);
  const after = await grow(measured);
  return {
    rssKiB: (after.rss - before.rss) / measured / 1_024,
    heapKiB: (after.heapUsed - before.heapUsed + after.external - before.external) / measured / 1_024,
    kept: kept.length,
  };
}

/** Bytes of heap that stay behind for each of 20,000 connections, opened and closed 50 at a time; by least squares. */
async function leak() {
  const total = 20_000;
  const samples = [];
  for (let n = 1; n <= total; n += 50) {
    await Promise.all(Array.from({ length: 50 }, openAndClose));
    if (n > total / 4 && (n - 1) % 500 === 0) {
      await turn();
      globalThis.gc();
      samples.push([n, process.memoryUsage().heapUsed]);
    }
  }
  return { bytesPerConnection: slope(samples), connections: total };
}

function slope(points) {
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

function opened(path, events = nothing) {
  return new Promise((resolve) => {
    const socket = connect(base + path, { ...nothing, ...events, open: () => resolve(socket) });
  });
}

function openAndClose() {
  return new Promise((resolve) => {
    const socket = connect(`${base}/quiet`, { ...nothing, open: () => socket.close(), close: resolve });
  });
}

const kinds = { receive, send, idle, leak };
process.stdout.write(`${JSON.stringify(await kinds[kind]())}\n`);
process.exit(0);
