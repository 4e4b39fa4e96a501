import type { Socket } from "node:net";
import { encodeFrame, FrameScratch, OPCODE } from "@weapp-socket/wire";
import { expect, test } from "vitest";
import { OpenConnection } from "../../src/node/open-connection.js";
import { createMaskSource, createWriteBuffer } from "../../src/node/outbound.js";
import { ReadBuffer } from "../../src/node/read-buffer.js";

/** What a read that fills the buffer leads to. How full reads are on a real socket is the kernel's choice. */

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a read that fills the buffer makes it larger, and the socket waits for a turn of the event loop", async () => {
  const asked: string[] = [];
  const socket = { pause: () => asked.push("pause"), resume: () => asked.push("resume") };
  const readBuffer = new ReadBuffer();
  const heard: unknown[] = [];
  const connection = new OpenConnection(
    socket as unknown as Socket,
    {
      maxMessageBytes: 1_000_000,
      closeTimeoutMs: 1_000,
      masks: createMaskSource(),
      writeBuffer: createWriteBuffer(),
      readBuffer,
      scratch: new FrameScratch(),
    },
    undefined,
    { message: (data) => heard.push(data), close: () => heard.push("close") },
  );
  const small = readBuffer.current;
  const frame = encodeFrame(OPCODE.text, Buffer.from("a".repeat(1_020)));
  small.set(frame);
  connection.bytes(small, frame.length);
  expect([asked, readBuffer.current]).toEqual([[], small]);

  const message = (length: number): Uint8Array => encodeFrame(OPCODE.binary, Buffer.alloc(length));
  small.set(message(small.length - 4));
  connection.bytes(small, small.length);
  expect(asked).toEqual(["pause"]);
  expect([small.length, readBuffer.current.length]).toEqual([65_536, 4_194_304]);
  await turn();
  expect(asked).toEqual(["pause", "resume"]);

  const large = readBuffer.current;
  large.set(frame);
  connection.bytes(large, frame.length);
  expect([asked.length, readBuffer.current === large, heard.length]).toEqual([2, true, 3]);
});
