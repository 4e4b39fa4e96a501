import { once } from "node:events";
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { maskedFrame } from "./raw-client.js";
import { startServer } from "./server-world.js";

const OFFER = { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" };
const LONG = "再见 and good-bye. ".repeat(200);

const deflated = (data: string | Uint8Array): Buffer =>
  deflateRawSync(data, { finishFlush: 2 }).subarray(0, -4);

describe("permessage-deflate", () => {
  test("is off unless it is asked for, on both sides", async () => {
    const off = await startServer();
    expect((await off.knock("/", OFFER)).head.toLowerCase()).not.toContain("sec-websocket-extensions");
    const on = await startServer({ compression: true });
    expect((await on.knock()).head.toLowerCase()).not.toContain("sec-websocket-extensions");
    expect((await on.knock("/", OFFER)).head.toLowerCase()).toContain(
      "sec-websocket-extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    );
  });

  test.each([
    ["a smaller window", "permessage-deflate; server_max_window_bits=10", false],
    ["an unknown parameter", "permessage-deflate; nonsense", false],
    [
      "a smaller window, or else none",
      "permessage-deflate; server_max_window_bits=10, permessage-deflate",
      true,
    ],
    ["another extension", "x-webkit-deflate-frame", false],
  ])("an offer with %s", async (_name, value, isTaken) => {
    const world = await startServer({ compression: true });
    const client = await world.knock("/", { "Sec-WebSocket-Extensions": value });
    expect(client.status).toBe(101);
    expect(client.head.toLowerCase().includes("sec-websocket-extensions")).toBe(isTaken);
  });

  test("members of one channel get the same message, compressed once or not at all", async () => {
    const world = await startServer({ compression: { minBytes: 100 } });
    const [plain, small, other] = [
      await world.enter(),
      await world.enter("/", OFFER),
      await world.enter("/", OFFER),
    ];
    for (const { connection } of [plain, small, other]) connection.join("room");
    await world.server.publish("room", LONG);
    await world.server.publish("room", "short");
    await world.server.push({ all: true }, LONG);
    for (const { client } of [plain, small, other]) await client.until(() => client.frames.length === 3);
    expect(plain.client.texts).toEqual([LONG, "short", LONG]);
    expect(plain.client.frames.map(({ rsv }) => rsv)).toEqual([0, 0, 0]);
    expect(small.client.frames.map(({ rsv }) => rsv)).toEqual([0x40, 0, 0x40]);
    expect(small.client.frames[0]!.payload.length).toBeLessThan(200);
    expect(other.client.frames).toEqual(small.client.frames);
  });

  test("what cannot be made smaller is sent as it is", async () => {
    const world = await startServer({ compression: { minBytes: 1 } });
    const { client, connection } = await world.enter("/", OFFER);
    connection.send("ab");
    await client.until(() => client.frames.length === 1);
    expect(client.frames[0]).toMatchObject({ rsv: 0, payload: Buffer.from("ab") });
  });

  test("ws agrees, in both directions, text and binary", async () => {
    const world = await startServer({ compression: { minBytes: 0, level: 6 } });
    world.server.on("connection", (connection) => {
      connection.on("message", (data) => connection.send(data));
    });
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}`, { perMessageDeflate: { threshold: 0 } });
    await once(socket, "open");
    expect(socket.extensions).toContain("permessage-deflate");
    for (const data of [LONG, "", "x", Buffer.from(LONG), Buffer.alloc(0)]) {
      socket.send(data);
      const [answer, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
      expect([answer.toString(), isBinary]).toEqual([data.toString(), typeof data !== "string"]);
    }
    socket.terminate();
  });

  test.each([
    ["a bomb", maskedFrame(0xc2, deflated(Buffer.alloc(10_000_000))), 1009],
    ["no deflate stream", maskedFrame(0xc1, Buffer.from([0xff, 0xff, 0xff, 0xff])), 1007],
    ["text that is no UTF-8", maskedFrame(0xc1, deflated(Buffer.from([0xff]))), 1007],
    ["RSV1 on a control frame", maskedFrame(0xc9, Buffer.alloc(0)), 1002],
  ])("%s ends with its code", async (_name, frame, code) => {
    const world = await startServer({ compression: true });
    const { client } = await world.enter("/", OFFER);
    client.socket.write(frame);
    await client.untilClosed();
    expect(client.closeCode).toBe(code);
  });

  test("RSV1 where nothing was agreed ends with 1002", async () => {
    const world = await startServer({ compression: true });
    const { client } = await world.enter();
    client.socket.write(maskedFrame(0xc1, deflated("hello")));
    await client.untilClosed();
    expect(client.closeCode).toBe(1002);
  });

  test.each([
    [{ level: 0 }, "compression.level: expected an integer from 1 to 9, got 0"],
    [{ minBytes: -1 }, "compression.minBytes: expected an integer from 0, got -1"],
  ])("%j is refused when the server is made", async (compression, message) => {
    await expect(startServer({ compression })).rejects.toThrow(message);
  });
});
