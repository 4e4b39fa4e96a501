// Session mode beside raw mode, on one server and one channel with history: what a delivered message costs the server in CPU
// time, and what an idle connection costs in memory. The members acknowledge as a client does, every 32 messages.
//   node bench/sessions.js fan-out [members] [in flight] [publications]
//   node bench/sessions.js idle [connections]
//   node bench/sessions.js resume
// The last: clients that were away while five messages were published connect, get the five, acknowledge them and go. Beside
// them raw ones that come with `after=`, which is the same replay without a session, an ack, or a word where it is no longer
// there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import net from "node:net";

const [, , mode = "fan-out", first, inFlight = "1", publications = "300"] = process.argv;
const PORT = 9390;
const ACK_EVERY = 32;
const CLIENTS = 200;
const SESSION_TARGET = "/?weapp-socket=1";
const ROUNDS = 5;
/** Publications before the measurement begins. */
const WARM_UP = 300;

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
  // In nanoseconds, where /proc/PID/stat has hundredths of a second.
  const ofThread = (thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + ofThread(thread), 0) / 1e9;
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
  let milestone = { at: Infinity, reach() {} };
  const publish = () => {
    waiting = howMany * Number(inFlight);
    publisher.write(Buffer.concat(Array.from({ length: Number(inFlight) }, () => data)));
  };
  const onMessages = (n) => {
    delivered += n;
    waiting -= n;
    if (delivered >= milestone.at) milestone.reach();
    if (waiting === 0 && !isOver) publish();
  };
  const sockets = await members(howMany, isSession ? SESSION_TARGET : "/kept", onMessages, isSession);
  publisher = await dial("/keep", () => {}, false);
  publish();
  // By what was done and not by the clock: on a busy machine a second is too short to compile everything in.
  const deliveries = (wanted) =>
    new Promise((resolve) => {
      milestone = { at: wanted, reach: resolve };
    });
  await deliveries(howMany * WARM_UP);
  const before = { delivered, cpu: cpuSeconds(server.pid) };
  await deliveries(delivered + howMany * Number(publications));
  const microseconds = ((cpuSeconds(server.pid) - before.cpu) * 1e6) / (delivered - before.delivered);
  isOver = true;
  for (const socket of [...sockets, publisher]) socket.destroy();
  server.kill();
  await once(server, "exit");
  return microseconds;
}

/** A short connection: what came until `isDone` said enough. The hello goes right behind the request. */
async function visit(target, hello, isDone, thanks) {
  const socket = net.connect(PORT, "127.0.0.1");
  socket.setNoDelay();
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  if (hello !== undefined) socket.write(frame(JSON.stringify(hello)));
  let text = "";
  for await (const chunk of socket) {
    text += chunk.toString("latin1");
    if (!isDone(text)) continue;
    if (thanks !== undefined) socket.write(frame(thanks(text)));
    socket.end();
    return text;
  }
  throw new Error(`${target}: closed after ${text}`);
}

const helloAt = (position, known) => ({
  t: "hello",
  id: 1,
  version: [1, 1],
  device: "d",
  ...known,
  channels: { kept: position },
});
const isWelcome = (text) => text.includes('"t":"welcome"');
const MISSED = 5;
const hasMissed = (text) => text.split("|#").length > MISSED;
const ackOfLast = (text) =>
  `{"t":"ack","c":{"kept":"${text.slice(text.lastIndexOf('"p":"') + 5).split('"')[0]}"}}`;

function sessionOf(text) {
  const [, session, secret] = /"session":"([^"]+)","secret":"([^"]+)"/.exec(text);
  return { session, secret };
}

/** CPU microseconds of the server for a client that comes back, is sent the five messages that it missed, and goes. */
async function resume(isSession) {
  const server = await startServer();
  const welcome = await visit(SESSION_TARGET, helloAt(null), isWelcome);
  const position = /"kept":\{"position":"([^"]+)"/.exec(welcome)[1];
  const publisher = await dial("/keep", () => {}, false);
  for (let n = 0; n < MISSED; n += 1) publisher.write(frame(`|#${"the quick brown fox ".repeat(6)}`));
  const sessions = [];
  for (let n = 0; n < CLIENTS; n += 1) {
    if (isSession) sessions.push(sessionOf(await visit(SESSION_TARGET, helloAt(null), isWelcome)));
    else sessions.push(undefined);
  }
  const comeBack = async (n) => {
    if (!isSession) {
      await visit(`/?channels=kept&after=${position}`, undefined, hasMissed);
      return;
    }
    const text = await visit(SESSION_TARGET, helloAt(position, sessions[n]), hasMissed, ackOfLast);
    if (!text.includes('"resumed":true')) throw new Error(`expected a resumed session, got ${text}`);
    sessions[n] = sessionOf(text);
  };
  const round = async () => {
    for (let n = 0; n < CLIENTS; n += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => comeBack(n + index)));
    }
  };
  for (let n = 0; n < 5; n += 1) await round();
  const before = cpuSeconds(server.pid);
  for (let n = 0; n < 10; n += 1) await round();
  const microseconds = ((cpuSeconds(server.pid) - before) * 1e6) / (CLIENTS * 10);
  publisher.destroy();
  server.kill();
  await once(server, "exit");
  return microseconds;
}

async function idle(isSession) {
  const howMany = Number(first ?? 5000);
  const server = await startServer();
  const before = residentKiB(server.pid);
  const sockets = await members(howMany, isSession ? SESSION_TARGET : "/kept", () => {}, isSession);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const kib = (residentKiB(server.pid) - before) / howMany;
  for (const socket of sockets) socket.destroy();
  server.kill();
  await once(server, "exit");
  return kib;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const measure = { idle, resume }[mode] ?? fanOut;
const rounds = [];
for (let round = 0; round < (mode === "idle" ? 2 : ROUNDS); round += 1) {
  const raw = await measure(false);
  const session = await measure(true);
  rounds.push({ raw, session, ratio: session / raw });
  console.log(`raw ${raw.toFixed(3)}, session ${session.toFixed(3)}, ratio ${(session / raw).toFixed(2)}`);
}
const of = (name) => median(rounds.map((round) => round[name])).toFixed(3);
if (mode === "resume") {
  const perSecond = (name) => Math.round(1e6 / median(rounds.map((round) => round[name])));
  console.log(`resumes per CPU second: raw ${perSecond("raw")}, session ${perSecond("session")}`);
}
console.log(`${mode}, medians: raw ${of("raw")}, session ${of("session")}, ratio ${of("ratio")}`);
