// Session mode beside raw mode, on one server and one channel with history: what a delivered message costs the server in CPU
// time, and what an idle connection costs in memory. The members acknowledge as a client does, every 32 messages.
//   node bench/sessions.js fan-out [members] [in flight] [seconds]
//   node bench/sessions.js idle [connections]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";

const [, , mode = "fan-out", first, inFlight = "1", seconds = "2"] = process.argv;
const PORT = 9390;
const TICKS_PER_SECOND = 100;
const ACK_EVERY = 32;
const ROUNDS = 5;

function frame(text) {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? [0x81, 0x80 | payload.length]
      : [0x81, 0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

function count(chunk, text) {
  let found = 0;
  for (let at = chunk.indexOf(text); at >= 0; at = chunk.indexOf(text, at + text.length)) found += 1;
  return found;
}

const MARK = Buffer.from("|#");
const AT_POSITION = Buffer.from('"p":"');

/** A raw or a session member; `onMessages(n)` hears how many came. */
async function dial(target, onMessages, isSession) {
  const socket = net.connect(PORT, "127.0.0.1");
  socket.setNoDelay();
  await once(socket, "connect");
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await once(socket, "data");
  if (isSession) {
    socket.write(frame('{"t":"hello","id":1,"version":[1,1],"device":"d","channels":{"kept":null}}'));
    await once(socket, "data");
  }
  let unacked = 0;
  socket.on("data", (chunk) => {
    const came = count(chunk, MARK);
    if (isSession) {
      unacked += came;
      const at = chunk.lastIndexOf(AT_POSITION) + AT_POSITION.length;
      const end = chunk.indexOf('"', at);
      if (unacked >= ACK_EVERY && at >= AT_POSITION.length && end > at) {
        unacked = 0;
        socket.write(frame(`{"t":"ack","c":{"kept":"${chunk.toString("latin1", at, end)}"}}`));
      }
    }
    onMessages(came);
  });
  return socket;
}

async function startServer() {
  const server = spawn(
    "taskset",
    [
      "-c",
      "0",
      process.execPath,
      ...(process.env.NODE_FLAGS?.split(" ") ?? []),
      "bench/server.js",
      String(PORT),
    ],
    {
      stdio: "inherit",
    },
  );
  for (;;) {
    const probe = net.connect(PORT, "127.0.0.1");
    const isOpen = await new Promise((resolve) => {
      probe.once("connect", () => resolve(true));
      probe.once("error", () => resolve(false));
    });
    probe.destroy();
    if (isOpen) return server;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentKiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]);
}

async function members(howMany, target, onMessages, isSession) {
  const sockets = [];
  while (sockets.length < howMany) {
    const batch = Array.from({ length: Math.min(50, howMany - sockets.length) }, () =>
      dial(target, onMessages, isSession),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

async function fanOut(isSession) {
  const howMany = Number(first ?? 1000);
  const server = await startServer();
  let waiting = 0;
  let delivered = 0;
  const data = frame(`|#${"the quick brown fox jumps ".repeat(5)}`.slice(0, 128));
  let publisher;
  let isOver = false;
  const publish = () => {
    waiting = howMany * Number(inFlight);
    publisher.write(Buffer.concat(Array.from({ length: Number(inFlight) }, () => data)));
  };
  const onMessages = (n) => {
    delivered += n;
    waiting -= n;
    if (waiting === 0 && !isOver) publish();
  };
  const sockets = await members(howMany, isSession ? "/?weapp-socket=1" : "/kept", onMessages, isSession);
  publisher = await dial("/keep", () => {}, false);
  publish();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const before = { delivered, cpu: cpuSeconds(server.pid) };
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  const microseconds = ((cpuSeconds(server.pid) - before.cpu) * 1e6) / (delivered - before.delivered);
  isOver = true;
  for (const socket of [...sockets, publisher]) socket.destroy();
  server.kill();
  await once(server, "exit");
  return microseconds;
}

async function idle(isSession) {
  const howMany = Number(first ?? 5000);
  const server = await startServer();
  const before = residentKiB(server.pid);
  const sockets = await members(howMany, isSession ? "/?weapp-socket=1" : "/kept", () => {}, isSession);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const kib = (residentKiB(server.pid) - before) / howMany;
  for (const socket of sockets) socket.destroy();
  server.kill();
  await once(server, "exit");
  return kib;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const measure = mode === "idle" ? idle : fanOut;
const rounds = [];
for (let round = 0; round < (mode === "idle" ? 2 : ROUNDS); round += 1) {
  const raw = await measure(false);
  const session = await measure(true);
  rounds.push({ raw, session, ratio: session / raw });
  console.log(`raw ${raw.toFixed(3)}, session ${session.toFixed(3)}, ratio ${(session / raw).toFixed(2)}`);
}
const of = (name) => median(rounds.map((round) => round[name])).toFixed(3);
console.log(`${mode}, medians: raw ${of("raw")}, session ${of("session")}, ratio ${of("ratio")}`);
