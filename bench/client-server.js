// What bench/client.js dials: node:net, and no more WebSocket than the measurement needs. Prints its port.
// /flood?messages=N&bytes=N sends that many text messages, 64 KiB at a time; /sink?every=N answers every N bytes that came
// with a message, so that a client cannot be fast by losing what it sends; /quiet answers a close, and nothing else.
import { createServer } from "node:net";
import { encodeFrame, formatUpgradeResponse, OPCODE } from "@weapp-socket/wire";

const CHUNK_BYTES = 65_536;
const closeFrame = encodeFrame(OPCODE.close, Uint8Array.of(1000 >> 8, 1000 & 0xff));

const moreFrame = encodeFrame(OPCODE.text, Buffer.from("more"));

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.once("data", (bytes) => {
    const head = bytes.toString("latin1");
    const [, target] = head.split(" ");
    const key = /^sec-websocket-key: *(\S+)/im.exec(head)[1];
    socket.write(formatUpgradeResponse(key, undefined, undefined));
    const { pathname, searchParams } = new URL(target, "http://a");
    const number = (name) => Number(searchParams.get(name));
    if (pathname === "/flood") flood(socket, number("messages"), number("bytes"));
    if (pathname === "/sink") sink(socket, number("every"));
    if (pathname === "/quiet") socket.once("data", () => socket.end(closeFrame));
  });
});

function sink(socket, every) {
  let missing = every;
  // Bytes are counted, not parsed: masked ones look like any frame.
  socket.on("data", ({ length }) => {
    for (missing -= length; missing <= 0; missing += every) socket.write(moreFrame);
  });
}

function flood(socket, messages, bytes) {
  const one = encodeFrame(
    OPCODE.text,
    Buffer.from("0123456789abcdef".repeat(Math.ceil(bytes / 16)).slice(0, bytes)),
  );
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / one.length));
  const chunk = Buffer.concat(Array.from({ length: perChunk }, () => one));
  let left = messages;
  const next = () => {
    while (left > 0) {
      const count = Math.min(left, perChunk);
      left -= count;
      if (!socket.write(chunk.subarray(0, count * one.length))) {
        socket.once("drain", next);
        return;
      }
    }
  };
  next();
}

server.listen(0, "127.0.0.1", 4_096, () => process.stdout.write(`${server.address().port}\n`));
