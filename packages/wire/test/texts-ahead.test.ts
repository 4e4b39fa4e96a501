import { isAscii, isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeFrame,
  FrameReader,
  FrameScratch,
  OPCODE,
  type FrameReaderOptions,
  type Opcode,
} from "@weapp-socket/wire";
import { bytewise, hexBytes, joined, read } from "./reading.js";

/** A client looks at many texts of a chunk together. Byte by byte there is never more than one to look at. */

const client = { role: "client", maxMessageBytes: 2_000 } as const;
const platform: Partial<FrameReaderOptions> = {
  isAscii: (bytes, start, end) => isAscii(bytes.subarray(start, end)),
  isUtf8: (bytes, start, end) => isUtf8(bytes.subarray(start, end)),
};
const text = (payload: string | Uint8Array): Uint8Array => encodeFrame(OPCODE.text, Buffer.from(payload));
const filler = text("a".repeat(600));

const payload = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 200 }).map((one) => Buffer.from(one)) },
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 150 }).map((one) => Buffer.from(one)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 1, 125, 126, 127, 255, 256, 2_000).map((n) => Buffer.alloc(n, "x")),
  },
  // Each alone is no text, and what stands between two of them must not make them one.
  {
    weight: 1,
    arbitrary: fc.constantFrom("e4bd", "a0", "ff", "f09f98").map((hex) => Buffer.from(hex, "hex")),
  },
);
const frame = fc.oneof(
  { weight: 20, arbitrary: payload.map(text) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(OPCODE.binary, OPCODE.ping, OPCODE.pong), fc.uint8Array({ maxLength: 100 }))
      .map(([opcode, bytes]) => encodeFrame(opcode as Opcode, bytes)),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        // A part that begins a message, one that ends it, masked, RSV1, 125 in 16 bits, 64 bits of length, a close.
        "0101e4",
        "8002bda0",
        "8181000000000061",
        "c10161",
        "817e007d",
        "817f0000000000010000",
        "880203e8",
      )
      .map(hexBytes),
  },
);

/** How a chunk may end. */
const cutShort = fc.constantFrom("", "81", "817e", "817e00", "817e0080", "810561").map(hexBytes);

describe.each([
  ["our own checks", {}, false],
  ["the platform's checks", platform, false],
  ["a sink that takes many", platform, true],
] as const)("%s", (_name, checks, takesMany) => {
  test("texts that are looked at together are heard as one by one", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 40 }), cutShort, (frames, rest) => {
        // So much that there is something to look ahead at.
        const bytes = joined([...frames, filler, filler, rest]);
        expect(read([bytes], { ...client, ...checks }, takesMany)).toEqual(read(bytewise(bytes), client));
      }),
    );
  });

  test("of more than can be looked at together none is lost", () => {
    const texts = Array.from({ length: 1_000 }, (_, n) => `${n}${n % 300 === 299 ? "é" : ""}`);
    expect(read([joined(texts.map(text))], { ...client, ...checks }, takesMany)).toEqual(
      texts.map((one) => ({ text: one, isAscii: !one.endsWith("é") })),
    );
  });

  test.each<[string, Uint8Array[], string]>([
    ["too long", [text("a".repeat(2_001)), filler], "message: expected at most 2000 bytes, got 2001"],
    ["masked", [encodeFrame(OPCODE.text, Buffer.from("a"), 1), filler], "frame: expected no mask, got one"],
    [
      "within another",
      [encodeFrame(OPCODE.text, Buffer.from("a"), undefined, { isFinal: false }), filler, filler],
      "frame: expected a continuation, got opcode 1",
    ],
  ])("one that is %s is refused, and those before it are heard", (_what, frames, message) => {
    const heard = read([joined([filler, text("fine"), ...frames])], { ...client, ...checks }, takesMany);
    expect(heard.slice(0, 2)).toMatchObject([{ text: "a".repeat(600) }, { text: "fine" }]);
    expect(heard.slice(2)).toEqual([{ error: message.startsWith("message") ? 1009 : 1002, message }]);
  });

  test("a character that one text begins the next cannot end", () => {
    const bytes = joined([filler, text("fine"), text(hexBytes("e4bd")), text(hexBytes("a0")), filler]);
    expect(read([bytes], { ...client, ...checks }, takesMany)).toEqual([
      { text: "a".repeat(600), isAscii: true },
      { text: "fine", isAscii: true },
      { error: 1007, message: "text message: expected UTF-8" },
    ]);
  });
});

test("the platform is asked once for many, and for UTF-8 only where it is not ASCII", () => {
  const asked: string[] = [];
  const counted: Partial<FrameReaderOptions> = {
    isAscii: (...range) => (asked.push("ascii"), platform.isAscii!(...range)),
    isUtf8: (...range) => (asked.push("utf8"), platform.isUtf8!(...range)),
  };
  const ascii = Array.from({ length: 50 }, () => text("a".repeat(100)));
  read([joined(ascii)], { ...client, ...counted });
  expect(asked).toEqual(["ascii"]);
  asked.length = 0;
  read([joined([...ascii, text("é")])], { ...client, ...counted });
  expect(asked).toEqual(["ascii", "utf8"]);
});

/** Reads two texts and a filler, and does something when it hears the first. */
function readAndAct(
  act: (reader: FrameReader, heard: string[]) => void,
  scratch = new FrameScratch(),
): string[] {
  const reader = new FrameReader({ ...client, scratch });
  const heard: string[] = [];
  const sink = {
    message(bytes: Uint8Array, start: number, end: number) {
      heard.push(Buffer.from(bytes.subarray(start, end)).toString());
      if (heard.length === 1) act(reader, heard);
    },
  };
  reader.push(joined([text("first"), text("second"), filler]), sink as never);
  return heard;
}

test("who stops at one of them hears no more", () => {
  expect(readAndAct((reader) => reader.stop())).toEqual(["first"]);
});

test("another reader may read meanwhile", () => {
  const scratch = new FrameScratch();
  const heard = readAndAct((_reader, outer) => {
    const inner = read([joined([text("inner"), text("too"), filler])], { ...client, scratch });
    outer.push(...inner.map((one) => ("text" in one ? one.text : "no text")));
  }, scratch);
  const long = "a".repeat(600);
  expect(heard).toEqual(["first", "inner", "too", long, "second", long]);
});

test("what is left of a chunk is kept apart, however many readers keep something", () => {
  const scratch = new FrameScratch();
  const readers = Array.from({ length: 100 }, () => new FrameReader({ ...client, scratch }));
  const payloads = readers.map((_, n) => Buffer.alloc(40 + n * 11, n));
  const heard: Buffer[] = [];
  const sink = {
    message: (bytes: Uint8Array, start: number, end: number) =>
      heard.push(Buffer.from(bytes.subarray(start, end))),
  };
  for (const part of [0, 1, 2]) {
    for (const [n, reader] of readers.entries()) {
      const bytes = encodeFrame(OPCODE.binary, payloads[n]!);
      const third = Math.ceil(bytes.length / 3);
      reader.push(bytes.subarray(part * third, (part + 1) * third), sink as never);
    }
  }
  expect(heard).toEqual(payloads);
});

test("what a sink throws is thrown, and the next reader reads as ever", () => {
  const scratch = new FrameScratch();
  expect(() =>
    readAndAct(() => {
      throw new Error("the sink's");
    }, scratch),
  ).toThrow("the sink's");
  expect(scratch.ranges).toBeDefined();
  expect(readAndAct(() => {}, scratch)).toEqual(["first", "second", "a".repeat(600)]);
});

test("without memory to share texts are read one by one", () => {
  let asked = 0;
  const options = { ...client, isAscii: () => (asked += 1) > 0 };
  expect(read([joined([filler, filler])], options)).toHaveLength(2);
  expect(asked).toBe(1);
  const heard: number[] = [];
  const sink = { message: (_bytes: Uint8Array, start: number, end: number) => heard.push(end - start) };
  new FrameReader(options).push(joined([filler, filler]), sink as never);
  expect([heard, asked]).toEqual([[600, 600], 1]);
});

test("a server takes none of them: they are not masked", () => {
  expect(read([joined([filler, filler])])).toEqual([
    { error: 1002, message: "frame: expected a mask, got none" },
  ]);
});
