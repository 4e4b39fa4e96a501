import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createPushServer, type PushServer } from "../src/index.js";
import { createManualClock, type ManualClock } from "./broker/manual-clock.js";
import { maskedFrame, RawClient, upgradeRequest } from "./raw-client.js";
import { settled } from "./server-world.js";

let server: PushServer;
let port: number;
let clock: ManualClock;
let bystander: WebSocket;
let bystanderHeard: string[];

// Every case runs beside a client that must not notice anything.
beforeEach(async () => {
  clock = createManualClock();
  server = createPushServer({ clock });
  server.on("connection", (connection) => {
    connection.join("room");
    connection.on("message", (data) => connection.send(data));
  });
  ({ port } = await server.listen({ port: 0, host: "127.0.0.1" }));
  bystander = new WebSocket(`ws://127.0.0.1:${port}/`);
  bystanderHeard = [];
  bystander.on("message", (data: Buffer) => bystanderHeard.push(data.toString()));
  await once(bystander, "open");
});

afterEach(async () => {
  bystander.send("still here?");
  await server.publish("room", "yes");
  await expect.poll(() => bystanderHeard).toHaveLength(2);
  expect(new Set(bystanderHeard)).toEqual(new Set(["still here?", "yes"]));
  await expect.poll(() => server.connectionCount).toBe(1);
  bystander.terminate();
  await server.close();
});

describe("instead of a handshake", () => {
  const cases: [name: string, request: string | Buffer, status: number, code: string][] = [
    ["garbage", "once upon a time\r\n\r\n", 400, "bad-request"],
    ["binary garbage", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), 400, "bad-request"],
    ["HTTP/1.0", upgradeRequest().replace("HTTP/1.1", "HTTP/1.0"), 505, "http-version"],
    ["HTTP/2 in words", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad-request"],
    ["a header without colon", upgradeRequest().replace("Host: ", "Host "), 400, "bad-request"],
    [
      "a header folded",
      upgradeRequest().replace("Upgrade: websocket", "Upgrade:\r\n websocket"),
      400,
      "bad-request",
    ],
    ["a control character", upgradeRequest("/", { "X-A": "a\u0000b" }), 400, "bad-request"],
    ["POST", upgradeRequest().replace("GET", "POST"), 405, "method-not-allowed"],
    ["no key", upgradeRequest("/", { "Sec-WebSocket-Key": "" }), 400, "bad-request"],
    ["a short key", upgradeRequest("/", { "Sec-WebSocket-Key": "c2hvcnQ=" }), 400, "bad-request"],
    [
      "a key that is no base64",
      upgradeRequest("/", { "Sec-WebSocket-Key": "!".repeat(24) }),
      400,
      "bad-request",
    ],
    ["version 8", upgradeRequest("/", { "Sec-WebSocket-Version": "8" }), 426, "upgrade-required"],
    ["no version", upgradeRequest("/", { "Sec-WebSocket-Version": "" }), 426, "upgrade-required"],
    ["no Connection header", upgradeRequest("/", { Connection: "" }), 400, "bad-request"],
    ["another protocol", upgradeRequest("/", { Upgrade: "h2c" }), 426, "upgrade-required"],
    ["a bad subprotocol", upgradeRequest("/", { "Sec-WebSocket-Protocol": "a b,,c" }), 400, "bad-request"],
    ["a head above the limit", upgradeRequest("/", { "X-Long": "x".repeat(20_000) }), 431, "head-too-large"],
    ["a head without end", `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}`, 431, "head-too-large"],
    ["a page", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426, "upgrade-required"],
    ["an unknown route", "GET /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404, "not-found"],
  ];

  test.each(cases)("%s", async (name, request, status, code) => {
    const client = await RawClient.dial(port);
    client.socket.write(request);
    await client.until(() => client.status !== 0 && client.body.endsWith("}\n"));
    expect(client.status).toBe(status);
    expect(client.head.toLowerCase()).toContain("content-type: application/problem+json");
    expect(JSON.parse(client.body)).toMatchObject({ status, code });
    if (name.includes("version") && status === 426)
      expect(client.head.toLowerCase()).toContain("sec-websocket-version: 13");
    client.destroy();
  });

  test("half a handshake and silence: 408 after handshakeTimeoutMs", async () => {
    const client = await RawClient.dial(port);
    client.socket.write(upgradeRequest().slice(0, 40));
    await settled();
    clock.advance(9_000);
    expect(client.isClosed).toBe(false);
    clock.advance(4_000);
    await client.untilClosed();
    expect(client.status).toBe(408);
    expect(JSON.parse(client.body)).toMatchObject({ code: "request-timeout" });
  });

  test("silence from the first moment: 408 as well", async () => {
    const client = await RawClient.dial(port);
    await settled();
    clock.advance(13_000);
    await client.untilClosed();
    expect(client.status).toBe(408);
  });

  test("who is refused and does not go is thrown out after closeTimeoutMs", async () => {
    const client = await RawClient.dial(port, { allowHalfOpen: true });
    client.socket.write("garbage\r\n\r\n");
    await client.until(() => client.hasEnded);
    expect(client.status).toBe(400);
    clock.advance(8000);
    await expect
      .poll(() => {
        client.socket.write("are you there?");
        return client.isClosed;
      })
      .toBe(true);
  });
});

describe("after the handshake", () => {
  const text = (value: string): Buffer => Buffer.from(value);
  const cases: [name: string, bytes: Buffer, code: number][] = [
    ["an unmasked frame", Buffer.from([0x81, 0x02, 0x68, 0x69]), 1002],
    ["reserved bit 1", maskedFrame(0xc1, text("hi")), 1002],
    ["reserved bit 2", maskedFrame(0xa1, text("hi")), 1002],
    ["reserved bit 3", maskedFrame(0x91, text("hi")), 1002],
    ["a reserved opcode", maskedFrame(0x83, text("hi")), 1002],
    ["a reserved control opcode", maskedFrame(0x8b, text("hi")), 1002],
    ["a continuation of nothing", maskedFrame(0x80, text("hi")), 1002],
    [
      "a new message inside another",
      Buffer.concat([maskedFrame(0x01, text("a")), maskedFrame(0x81, text("b"))]),
      1002,
    ],
    ["a fragmented ping", maskedFrame(0x09, text("hi")), 1002],
    ["a ping of 126 bytes", maskedFrame(0x89, Buffer.alloc(126)), 1002],
    ["invalid UTF-8", maskedFrame(0x81, Buffer.from([0xc3, 0x28])), 1007],
    ["half a character at the end", maskedFrame(0x81, Buffer.from([0xe5, 0x86])), 1007],
    ["a surrogate", maskedFrame(0x81, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ["a close frame with one byte", maskedFrame(0x88, Buffer.from([3])), 1002],
    ["a close code that must not travel", maskedFrame(0x88, Buffer.from([0x03, 0xed])), 1002],
    ["a close reason that is no UTF-8", maskedFrame(0x88, Buffer.from([0x03, 0xe8, 0xff])), 1007],
    ["a frame of 10 MiB", Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0xa0, 0, 0, 1, 2, 3, 4]), 1009],
    [
      "a length above 2^53",
      Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]),
      1009,
    ],
    ["one byte above the limit", maskedFrame(0x82, Buffer.alloc(65_537)), 1009],
    [
      "fragments that are too much together",
      Buffer.concat([maskedFrame(0x02, Buffer.alloc(40_000)), maskedFrame(0x80, Buffer.alloc(40_000))]),
      1009,
    ],
    [
      "too many fragments",
      Buffer.concat([
        maskedFrame(0x01, text("a")),
        ...Array.from({ length: 1025 }, () => maskedFrame(0x00, text("a"))),
      ]),
      1008,
    ],
  ];

  test.each(cases)("%s", async (_name, bytes, code) => {
    const seen = new Promise<number>((resolve) => {
      server.once("connection", (connection) => {
        connection.on("close", resolve);
      });
    });
    const client = await RawClient.open(port);
    client.text("first");
    client.socket.write(bytes);
    client.text("never");
    await client.untilClosed();
    expect(client.texts).toEqual(["first"]);
    expect(client.closeCode).toBe(code);
    expect(client.closeReason).not.toBe("");
    expect(await seen).toBe(code);
  });

  test("10 MiB that are really sent are not kept, and the close frame still arrives", async () => {
    const client = await RawClient.open(port);
    client.socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0xa0, 0, 0, 1, 2, 3, 4]));
    for (let i = 0; i < 160; i += 1) client.socket.write(Buffer.alloc(65_536));
    await client.until(() => client.closeCode !== 0);
    expect(client.closeCode).toBe(1009);
    client.destroy();
  });

  test("right input in every split gives the same answer", async () => {
    const client = await RawClient.open(port);
    client.socket.setNoDelay(true);
    const bytes = Buffer.concat([
      maskedFrame(0x01, text("再")),
      maskedFrame(0x89, text("ping")),
      maskedFrame(0x80, text("见")),
    ]);
    for (const byte of bytes) {
      client.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until(() => client.frames.length === 2);
    expect(client.frames.map((frame) => [frame.opcode, frame.payload.toString()])).toEqual([
      [10, "ping"],
      [1, "再见"],
    ]);
    client.destroy();
  });
});
