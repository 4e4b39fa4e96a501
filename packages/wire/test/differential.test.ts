import type { Writable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as ws from "ws";
import { encodeFrame, OPCODE, type Opcode } from "@weapp-socket/wire";
import { cut, joined, read, type Heard } from "./reading.js";

// The peer that everybody uses, frame by frame, in both directions. Its typings leave these two out.
const { Receiver, Sender } = ws as unknown as {
  Receiver: new (options: object) => Writable;
  Sender: { frame(data: Buffer, options: object): Buffer[] };
};

const message = fc.oneof(
  fc.record({
    opcode: fc.constant(1),
    payload: fc.string({ unit: "grapheme", maxLength: 300 }).map((text) => Buffer.from(text)),
  }),
  fc.record({
    opcode: fc.constantFrom(2, 9, 10),
    payload: fc.uint8Array({ maxLength: 125 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({
    opcode: fc.constant(2),
    payload: fc
      .tuple(fc.integer({ min: 126, max: 70_000 }), fc.uint8Array({ minLength: 1, maxLength: 61 }))
      // A pattern repeated: to draw each byte takes most of the test's time.
      .map(([length, pattern]) => Buffer.alloc(length, pattern)),
  }),
);
const places = fc.array(fc.nat(100_000), { maxLength: 20 });

function plain({ opcode, payload }: { opcode: number; payload: Buffer }): Heard {
  if (opcode === 1) return { text: payload.toString(), isAscii: payload.every((byte) => byte < 0x80) };
  const hex = payload.toString("hex");
  return opcode === 2 ? { binary: hex } : opcode === 9 ? { ping: hex } : { pong: hex };
}

test("what ws sends we read", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), places, fc.boolean(), (messages, where, isClient) => {
      const frames = messages.flatMap(({ opcode, payload }) =>
        Sender.frame(Buffer.from(payload), {
          fin: true,
          rsv1: false,
          opcode,
          mask: isClient,
          readOnly: true,
        }),
      );
      const options = { role: isClient ? "server" : "client", maxMessageBytes: 100_000 } as const;
      expect(read(cut(joined(frames as Buffer[]), where), options)).toEqual(messages.map(plain));
    }),
    { numRuns: 200 },
  );
});

test("what we send ws reads", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 6 }),
      places,
      fc.boolean(),
      async (messages, where, isClient) => {
        const heard: Heard[] = [];
        const receiver = new Receiver({ isServer: isClient, binaryType: "nodebuffer" });
        receiver.on("message", (data: Buffer, isBinary: boolean) =>
          heard.push(plain({ opcode: isBinary ? 2 : 1, payload: data })),
        );
        receiver.on("ping", (data: Buffer) => heard.push(plain({ opcode: 9, payload: data })));
        receiver.on("pong", (data: Buffer) => heard.push(plain({ opcode: 10, payload: data })));
        const frames = messages.map(({ opcode, payload }) =>
          encodeFrame(opcode as Opcode, payload, isClient ? 0x12345678 : undefined),
        );
        for (const chunk of cut(joined(frames), where)) receiver.write(Buffer.from(chunk));
        await new Promise<void>((resolve, reject) => {
          receiver.on("error", reject);
          receiver.end(() => resolve());
        });
        expect(heard).toEqual(messages.map(plain));
      },
    ),
    { numRuns: 200 },
  );
});

test("what either refuses the other refuses with the same code", async () => {
  // One whole message: of an unfinished one we refuse the first byte that is wrong, ws waits for more.
  const bytes = fc
    .tuple(fc.nat(255), fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ maxLength: 40 }))
    .map(([first, key, payload]) =>
      Buffer.from([(first & 0x0f) < 8 ? first | 0x80 : first, payload.length | 0x80, ...key, ...payload]),
    );
  await fc.assert(
    fc.asyncProperty(bytes, async (input) => {
      const ours = read([input], { maxMessageBytes: 100 }).at(-1);
      const theirs = await new Promise<number>((resolve) => {
        const receiver = new Receiver({ isServer: true, maxPayload: 100 });
        receiver.on("error", (error: Error & { [key: symbol]: number }) => {
          const code = Object.getOwnPropertySymbols(error).map((symbol) => error[symbol])[0];
          resolve(code ?? 0);
        });
        receiver.write(input, () => setImmediate(() => resolve(0)));
      });
      const code = ours !== undefined && "error" in ours ? ours.error : 0;
      expect({ input: input.toString("hex"), code }).toEqual({ input: input.toString("hex"), code: theirs });
    }),
    { numRuns: 500 },
  );
});

test("opcodes are ws's", () => {
  expect(OPCODE).toEqual({ continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 });
});
