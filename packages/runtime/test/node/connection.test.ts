import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { Socket } from "node:net";
import { encodeClosePayload, encodeFrame, FrameReader, OPCODE, type FrameSink } from "@weapp-socket/wire";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { dial } from "./dialing.js";
import { startRawServer, type RawServer } from "./raw-server.js";

let server: RawServer | undefined;
let peers: WebSocketServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  for (const client of peers?.clients ?? []) client.terminate();
  peers?.close();
  peers = undefined;
});

/** What the client sent, frame by frame, and the server's end of the wire. */
interface Wire {
  readonly url: string;
  readonly socket: () => Promise<Socket>;
  readonly next: () => Promise<string>;
}

async function wire(lines: string[] = []): Promise<Wire> {
  const heard: string[] = [];
  let wake = (): void => {};
  let found: (socket: Socket) => void = () => {};
  const socket = new Promise<Socket>((resolve) => {
    found = resolve;
  });
  const hear = (what: string): void => {
    heard.push(what);
    wake();
  };
  const show = (bytes: Uint8Array, start: number, end: number): string =>
    Buffer.from(bytes.subarray(start, end)).toString();
  const sink: FrameSink = {
    message: (bytes, start, end, isText) =>
      hear(isText ? `text ${show(bytes, start, end)}` : `binary ${end - start}`),
    ping: (bytes, start, end) => hear(`ping ${show(bytes, start, end)}`),
    pong: (bytes, start, end) => hear(`pong ${show(bytes, start, end)}`),
    close: (code, reason) => hear(`close ${code} ${reason}`.trim()),
  };
  server = await startRawServer(({ socket: mine, accept }) => {
    const reader = new FrameReader({ role: "server", maxMessageBytes: 1_000_000, allowsCompression: true });
    mine.on("data", (chunk: Buffer) => reader.push(chunk, sink));
    mine.on("end", () => hear("end"));
    mine.write(accept(...lines));
    found(mine);
  });
  return {
    url: `ws://127.0.0.1:${server.port}/`,
    socket: () => socket,
    async next() {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return heard.shift()!;
    },
  };
}

/** A server of ws, which answers what it hears. */
async function echo(options: object = {}): Promise<string> {
  peers = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  await new Promise<void>((resolve) => peers!.on("listening", resolve));
  peers.on("connection", (socket: WebSocket) =>
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  return `ws://127.0.0.1:${(peers.address() as { port: number }).port}/`;
}

const frame = (opcode: 0 | 1 | 2 | 8 | 9 | 10, data: string | Uint8Array = "", flags = {}): Uint8Array =>
  encodeFrame(opcode, typeof data === "string" ? Uint8Array.from(Buffer.from(data)) : data, undefined, flags);

describe("messages", () => {
  test("text and bytes go and come back as they were; bytes in a buffer of their own", async () => {
    const dialed = dial(await echo());
    await dialed.until("open");
    const bytes = Uint8Array.from(randomBytes(70_000));
    dialed.link.send("ascii");
    dialed.link.send("你好 😀");
    dialed.link.send(bytes.buffer);
    dialed.link.send("");
    const sent = bytes.slice();
    bytes.fill(0);
    const [ascii, chinese, binary, empty] = await dialed.messages(4);
    expect([ascii, chinese, empty]).toEqual(["ascii", "你好 😀", ""]);
    expect(binary).toBeInstanceOf(ArrayBuffer);
    expect(new Uint8Array(binary as ArrayBuffer)).toEqual(sent);
  });

  test("everything sent in one turn is one write", async () => {
    const { url, socket, next } = await wire();
    const dialed = dial(url);
    await dialed.until("open");
    let chunks = 0;
    (await socket()).on("data", () => {
      chunks += 1;
    });
    for (let n = 0; n < 64; n += 1) dialed.link.send(`message ${n}`);
    expect(dialed.link.bufferedBytes).toBeGreaterThan(64 * 9);
    for (let n = 0; n < 64; n += 1) expect(await next()).toBe(`text message ${n}`);
    expect(chunks).toBe(1);
    expect(dialed.link.bufferedBytes).toBe(0);
  });

  test("what waits to be sent is told after each message, of one turn and of the next", async () => {
    const { url, next } = await wire();
    const dialed = dial(url);
    await dialed.until("open");
    for (const turn of ["one", "two"]) {
      let sum = 0;
      // A frame of a client: two bytes and the mask before a short text.
      for (const text of ["ascii", "你好", ""]) {
        dialed.link.send(text);
        sum += 6 + Buffer.byteLength(text);
        expect([turn, text, dialed.link.bufferedBytes]).toEqual([turn, text, sum]);
        expect(dialed.link.bufferedBytes).toBe(sum);
      }
      for (let left = 3; left > 0; left -= 1) await next();
      expect(dialed.link.bufferedBytes).toBe(0);
    }
  });

  test("a slow drip: messages in parts, a byte at a time", async () => {
    const { url, socket } = await wire();
    const dialed = dial(url);
    const peer = (await socket()).setNoDelay(true);
    const bytes = Buffer.concat([
      frame(OPCODE.text, "你", { isFinal: false }),
      frame(OPCODE.continuation, "好"),
      frame(OPCODE.binary, Uint8Array.of(1, 2, 3)),
      frame(OPCODE.close, encodeClosePayload(4001, "drop by drop")),
    ]);
    const drip = (at: number): void => {
      if (at < bytes.length) peer.write(bytes.subarray(at, at + 1), () => setImmediate(drip, at + 1));
    };
    drip(0);
    expect(await dialed.until("close")).toEqual({ type: "close", code: 4001, reason: "drop by drop" });
    const [text, binary] = await dialed.messages(2);
    expect(text).toBe("你好");
    expect(binary).toEqual(Uint8Array.of(1, 2, 3).buffer);
  });

  test("a message in thousands of parts", async () => {
    const { url, socket } = await wire();
    const dialed = dial(url);
    const parts = Array.from({ length: 3_000 }, () => frame(OPCODE.continuation, "part", { isFinal: false }));
    (await socket()).write(
      Buffer.concat([
        frame(OPCODE.text, "", { isFinal: false }),
        ...parts,
        frame(OPCODE.continuation, "end"),
      ]),
    );
    expect(await dialed.messages(1)).toEqual([`${"part".repeat(3_000)}end`]);
  });

  test("many at once, of every kind and length: each as it was, in order", async () => {
    const lengths = [0, 1, 125, 126, 2_047, 2_048, 2_049, 70_000];
    const sent = Array.from({ length: 2_000 }, (_, n) => {
      const length = lengths[n % 8]! % (n % 50 === 0 ? 100_000 : 3_000);
      return n % 7 === 3
        ? new Uint8Array(length).fill(n)
        : (n % 5 === 0 ? "消息😀" : "text ") + "x".repeat(length);
    });
    const { url, socket } = await wire();
    const dialed = dial(url);
    await dialed.until("open");
    (await socket()).write(
      Buffer.concat(
        sent.map((one) => (typeof one === "string" ? frame(OPCODE.text, one) : frame(OPCODE.binary, one))),
      ),
    );
    const heard = await dialed.messages(sent.length);
    expect(heard.map((one) => (typeof one === "string" ? one : new Uint8Array(one)))).toEqual(sent);
  });

  test("a flood gives way to timers and other sockets after every 4 MiB", async () => {
    const message = frame(OPCODE.text, "a".repeat(1_020));
    const count = 16_384;
    const { url, socket } = await wire();
    let turn = 0;
    const bytesInTurn: number[] = [0];
    const dialed = dial(url, {}, {}, () => (bytesInTurn[turn]! += message.length));
    await dialed.until("open");
    let isOver = false;
    const next = (): void => {
      bytesInTurn[++turn] = 0;
      if (!isOver) setImmediate(next);
    };
    setImmediate(next);
    (await socket()).write(Buffer.concat(Array.from({ length: count }, () => message)));
    await dialed.messages(count);
    isOver = true;
    expect(Math.max(...bytesInTurn)).toBeLessThanOrEqual(4 * 1_048_576 + message.length);
  });

  test("pings are answered, pongs and parts are taken", async () => {
    const { url, socket, next } = await wire();
    const dialed = dial(url);
    const peer = await socket();
    peer.write(frame(OPCODE.ping, "are you there"));
    expect(await next()).toBe("pong are you there");
    peer.write(
      Buffer.concat([
        frame(OPCODE.pong),
        frame(OPCODE.text, "a", { isFinal: false }),
        frame(OPCODE.ping),
        frame(OPCODE.continuation, "b"),
      ]),
    );
    expect(await dialed.messages(1)).toEqual(["ab"]);
  });
});

describe("permessage-deflate", () => {
  test.each([
    ["as ws likes it", {}],
    ["without context takeover", { serverNoContextTakeover: true, clientNoContextTakeover: true }],
    ["with small windows", { serverMaxWindowBits: 9, clientMaxWindowBits: 10 }],
  ])("both ways, in order, %s", async (_name, perMessageDeflate) => {
    const dialed = dial(await echo({ perMessageDeflate: { threshold: 0, ...perMessageDeflate } }), {
      perMessageDeflate: true,
    });
    const { response } = await dialed.until("open");
    expect(response.header["Sec-WebSocket-Extensions"]).toContain("permessage-deflate");
    const texts = Array.from({ length: 50 }, (_, n) =>
      n % 3 === 0 ? `short ${n}` : `long ${n} `.repeat(200),
    );
    for (const text of texts) dialed.link.send(text);
    dialed.link.send(new Uint8Array(1_000).buffer);
    const received = await dialed.messages(51);
    expect(received.slice(0, 50)).toEqual(texts);
    expect((received[50] as ArrayBuffer).byteLength).toBe(1_000);
    dialed.link.send("x".repeat(10_000));
    dialed.link.close(1000, "after it");
    expect(await dialed.until("close")).toMatchObject({ code: 1000 });
    expect(await dialed.messages(52)).toHaveLength(52);
  });

  test("a page is not drowned by what grows: 1009", async () => {
    const { url, socket, next } = await wire(["Sec-WebSocket-Extensions: permessage-deflate"]);
    const dialed = dial(url, { perMessageDeflate: true }, { maxMessageBytes: 100_000 });
    const bomb = deflateRawSync(Buffer.alloc(10_000_000), { finishFlush: 2 }).subarray(0, -4);
    (await socket()).write(frame(OPCODE.text, bomb, { isCompressed: true }));
    expect(await next()).toMatch(/^close 1009 message: expected at most 100000 bytes once inflated/);
    expect(await dialed.until("close")).toEqual({ type: "close", code: 1006, reason: "" });
    expect(dialed.events.filter((event) => event.type === "message")).toEqual([]);
  });

  test.each([
    ["what is no deflate data", Uint8Array.of(0xff, 0xff, 0xff), OPCODE.text],
    [
      "text that inflates to no UTF-8",
      deflateRawSync(Buffer.from([0xc3, 0x28]), { finishFlush: 2 }).subarray(0, -4),
      OPCODE.text,
    ],
  ])("%s: 1007", async (_name, data, opcode) => {
    const { url, socket, next } = await wire(["Sec-WebSocket-Extensions: permessage-deflate"]);
    const dialed = dial(url, { perMessageDeflate: true });
    (await socket()).write(
      Buffer.concat([
        frame(OPCODE.text, "before"),
        frame(opcode, data, { isCompressed: true }),
        frame(OPCODE.text, "after"),
      ]),
    );
    expect(await next()).toMatch(/^close 1007/);
    expect(await dialed.until("close")).toMatchObject({ code: 1006 });
    expect(await dialed.messages(1)).toEqual(["before"]);
  });

  test("a server that ends its deflate stream with each message is understood", async () => {
    const { url, socket } = await wire(["Sec-WebSocket-Extensions: permessage-deflate"]);
    const dialed = dial(url, { perMessageDeflate: true });
    const texts = ["one", "two", "", "three"];
    // The last block of each says that it is the last (RFC 7692 section 7.2.3.4).
    const ended = texts.map((text) => Buffer.concat([deflateRawSync(text), Buffer.from([0])]));
    (await socket()).write(
      Buffer.concat(ended.map((data) => frame(OPCODE.text, data, { isCompressed: true }))),
    );
    expect(await dialed.messages(texts.length)).toEqual(texts);
  });

  test("what comes behind a compressed message waits its turn, the close too", async () => {
    const { url, socket } = await wire(["Sec-WebSocket-Extensions: permessage-deflate"]);
    const dialed = dial(url, { perMessageDeflate: true });
    const big = deflateRawSync(Buffer.alloc(500_000, "x"), { finishFlush: 2 }).subarray(0, -4);
    (await socket()).end(
      Buffer.concat([
        frame(OPCODE.text, big, { isCompressed: true }),
        frame(OPCODE.text, "plain"),
        frame(OPCODE.close, encodeClosePayload(4001, "done")),
      ]),
    );
    expect(await dialed.until("close")).toMatchObject({ code: 4001, reason: "done" });
    expect(dialed.events.map((event) => event.type)).toEqual(["open", "message", "message", "close"]);
  });
});

describe("the end", () => {
  test.each([
    [1000, "", 1000, ""],
    [4001, "再见", 4001, "再见"],
    [undefined, "", 1005, ""],
  ])("the server closes with %s %j", async (code, reason, heard, heardReason) => {
    const { url, socket, next } = await wire();
    const dialed = dial(url);
    (await socket()).write(frame(OPCODE.close, code === undefined ? "" : encodeClosePayload(code, reason)));
    expect(await dialed.until("close")).toEqual({ type: "close", code: heard, reason: heardReason });
    expect(await next()).toBe(code === undefined ? "close 1005" : `close ${code}`);
    expect(await next()).toBe("end");
  });

  test("we close: what was sent goes first, the peer's answer is told, nothing is sent after", async () => {
    const { url, socket, next } = await wire();
    const dialed = dial(url);
    await dialed.until("open");
    dialed.link.send("last words");
    dialed.link.close(3000, "why");
    dialed.link.close(3001, "twice");
    dialed.link.send("too late");
    expect(await next()).toBe("text last words");
    expect(await next()).toBe("close 3000 why");
    (await socket()).write(
      Buffer.concat([frame(OPCODE.text, "crossing"), frame(OPCODE.close, encodeClosePayload(3000, "ok"))]),
    );
    expect(await dialed.until("close")).toEqual({ type: "close", code: 3000, reason: "ok" });
    expect(dialed.events.map((event) => event.type)).toEqual(["open", "message", "close"]);
  });

  test("a peer that never answers our close is cut off", async () => {
    const { url, socket } = await wire();
    const dialed = dial(url, {}, { closeTimeoutMs: 30 });
    await dialed.until("open");
    const gone = new Promise((resolve) => void socket().then((peer) => peer.on("close", resolve)));
    dialed.link.close(1000, "");
    expect(await dialed.until("close")).toEqual({ type: "close", code: 1006, reason: "" });
    await gone;
  });

  test("half-open: a peer that takes nothing and says nothing is not missed until we close", async () => {
    server = await startRawServer(({ socket: mine, accept }) => {
      mine.write(accept());
      mine.pause();
    });
    const dialed = dial(`ws://127.0.0.1:${server.port}/`, {}, { closeTimeoutMs: 50 });
    await dialed.until("open");
    // More than the system's buffers hold: the rest waits here.
    for (let n = 0; n < 32; n += 1) dialed.link.send(new ArrayBuffer(1_048_576));
    expect(dialed.link.bufferedBytes).toBeGreaterThan(0);
    dialed.link.close(1000, "");
    expect(await dialed.until("close")).toEqual({ type: "close", code: 1006, reason: "" });
    expect(dialed.events.map((event) => event.type)).toEqual(["open", "close"]);
  });

  test("the wire is cut, with FIN or RST: 1006", async () => {
    for (const cut of ["end", "resetAndDestroy"] as const) {
      const { url, socket } = await wire();
      const dialed = dial(url);
      await dialed.until("open");
      (await socket())[cut]();
      expect(await dialed.until("close")).toEqual({ type: "close", code: 1006, reason: "" });
      await server!.close();
    }
  });

  test("terminated: the peer sees the end, we hear nothing more", async () => {
    const { url, socket } = await wire();
    const dialed = dial(url);
    await dialed.until("open");
    const peer = await socket();
    peer.write(frame(OPCODE.text, "unheard"));
    dialed.link.terminate();
    await new Promise((resolve) => peer.on("close", resolve));
    expect(dialed.events.map((event) => event.type)).toEqual(["open"]);
    dialed.link.send("x");
    dialed.link.close(1000, "");
  });

  test.each([
    [
      "a masked frame",
      encodeFrame(OPCODE.text, new Uint8Array(1), 1),
      "close 1002 frame: expected no mask, got one",
    ],
    ["invalid UTF-8", frame(OPCODE.text, Uint8Array.of(0xff)), "close 1007 text message: expected UTF-8"],
    [
      "1 GiB",
      Uint8Array.of(0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0),
      "close 1009 message: expected at most 104857600 bytes, got 1073741824",
    ],
    [
      "garbage",
      Uint8Array.from(Buffer.from("HTTP/1.1 400\r\n")),
      "close 1002 frame: expected RSV1 to be 0, got 1",
    ],
  ])("%s fails the connection, and says why", async (_name, bytes, closed) => {
    const { url, socket, next } = await wire();
    const dialed = dial(url);
    (await socket()).write(bytes);
    expect(await next()).toBe(closed);
    expect(await dialed.until("close")).toEqual({ type: "close", code: 1006, reason: "" });
  });
});
