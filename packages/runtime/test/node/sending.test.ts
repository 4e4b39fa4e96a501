import type { Socket } from "node:net";
import fc from "fast-check";
import { FrameReader, type FrameSink } from "@weapp-socket/wire";
import { afterEach, describe, expect, test } from "vitest";
import { dial, type Dialed } from "./dialing.js";
import { startRawServer, type RawServer } from "./raw-server.js";

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Listening {
  readonly dialed: Dialed;
  readonly socket: Socket;
  /** Every message that arrived: text as text, bytes as an array of numbers. */
  readonly arrived: unknown[];
  readonly until: (count: number) => Promise<unknown[]>;
}

async function listening(): Promise<Listening> {
  const arrived: unknown[] = [];
  let wake = (): void => {};
  let found: (socket: Socket) => void = () => {};
  const socket = new Promise<Socket>((resolve) => (found = resolve));
  const sink: FrameSink = {
    message(bytes, start, end, isText) {
      const range = bytes.slice(start, end);
      arrived.push(isText ? Buffer.from(range).toString() : [...range]);
      wake();
    },
    ping: () => {},
    pong: () => {},
    close: () => {},
  };
  server = await startRawServer(({ socket: mine, accept }) => {
    const reader = new FrameReader({ role: "server", maxMessageBytes: 1e9 });
    mine.on("data", (chunk: Buffer) => reader.push(chunk, sink));
    mine.write(accept());
    found(mine);
  });
  const dialed = dial(`ws://127.0.0.1:${server.port}/`);
  await dialed.until("open");
  return {
    dialed,
    socket: await socket,
    arrived,
    async until(count) {
      while (arrived.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return arrived;
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("what is sent in one turn", () => {
  test.each<[string, string[]]>([
    ["lengths at which headers grow", [0, 1, 125, 126, 127, 128].map((length) => "a".repeat(length))],
    [
      "more than goes together",
      [21_700, 21_844, 21_845, 21_846, 65_535, 65_536, 70_000].map((length) => "b".repeat(length)),
    ],
    ["many short ones", Array.from({ length: 5_000 }, (_, n) => `message ${n}`)],
    ["Chinese among ASCII", ["before", "你好，世界", "after", "é", "ÿ\u0080\u007f"]],
    ["two units for four bytes, and half of them", ["😀", "a\ud83d", "\ude00b", "😀".repeat(6_000)]],
    ["bytes of headers in texts", ["\0\0\0\0\0\0", "\0".repeat(200), "\u0081\u00fe"]],
  ])("%s", async (_, texts) => {
    const { dialed, until } = await listening();
    for (const text of texts) dialed.link.send(text);
    const whole = texts.map((text) => Buffer.from(text).toString());
    expect(await until(texts.length)).toEqual(whole);
    // The turn after it starts with nothing of the one before.
    for (const text of texts.slice(0, 3)) dialed.link.send(text);
    expect((await until(texts.length + 3)).slice(texts.length)).toEqual(whole.slice(0, 3));
  });

  test("texts that just fit together, and that just do not, ASCII and not", async () => {
    const { dialed, until } = await listening();
    const sent: string[] = [];
    for (let length = 65_505; length <= 65_525; length += 1) {
      for (const first of ["", "é", "你", "😀"]) {
        const turned = ["b", first + "a".repeat(length)];
        for (const text of turned) dialed.link.send(text);
        sent.push(...turned);
        await turn();
      }
    }
    const arrived = await until(sent.length);
    expect(arrived.every((text, n) => text === sent[n])).toBe(true);
  });

  test("anything, in order", async () => {
    const { dialed, arrived, until } = await listening();
    const message = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(message, { maxLength: 20 }), { maxLength: 5 }), async (turns) => {
        arrived.length = 0;
        for (const messages of turns) {
          for (const one of messages) dialed.link.send(typeof one === "string" ? one : one.slice().buffer);
          await turn();
        }
        const sent = turns
          .flat()
          .map((one) => (typeof one === "string" ? Buffer.from(one).toString() : Array.from(one)));
        expect((await until(sent.length)).slice()).toEqual(sent);
      }),
      { numRuns: 100 },
    );
  });

  test("a server that does not read for a while gets every byte as it was sent", async () => {
    const { dialed, socket, until } = await listening();
    socket.pause();
    const text = (n: number): string => `${n}:`.padEnd(1_000, String(n % 10));
    let sent = 0;
    // Until the kernel takes no more, then as much again, and then on after every byte of it is gone.
    for (let full = 0; full < 200; full += dialed.link.bufferedBytes > 0 ? 1 : 0) {
      for (let n = 0; n < 20; n += 1) dialed.link.send(text(sent++));
      await turn();
    }
    expect(dialed.link.bufferedBytes).toBeGreaterThan(1_000_000);
    socket.resume();
    await until(sent);
    for (let n = 0; n < 20; n += 1) dialed.link.send(text(sent++));
    expect(await until(sent)).toEqual(Array.from({ length: sent }, (_, n) => text(n)));
  });
});
