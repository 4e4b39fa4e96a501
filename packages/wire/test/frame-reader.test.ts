import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeFrame,
  FrameReader,
  OPCODE,
  ProtocolError,
  type FrameSink,
  type Opcode,
} from "@weapp-socket/wire";
import { bytewise, cut, hexBytes, joined, read } from "./reading.js";

const MASK = 0x37fa213d;
const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const masked = (opcode: Opcode, payload: Uint8Array | string, flags = {}): Uint8Array =>
  encodeFrame(opcode, typeof payload === "string" ? utf8(payload) : payload, MASK, flags);
const part = { isFinal: false };

describe("what RFC 6455 section 5.7 shows", () => {
  test.each([
    ["unmasked text", "8105 48656c6c6f", "client", [{ text: "Hello", isAscii: true }]],
    ["masked text", "8185 37fa213d 7f9f4d5158", "server", [{ text: "Hello", isAscii: true }]],
    ["fragmented text", "0103 48656c 8002 6c6f", "client", [{ text: "Hello", isAscii: true }]],
    ["unmasked ping", "8905 48656c6c6f", "client", [{ ping: "48656c6c6f" }]],
    ["masked pong", "8a85 37fa213d 7f9f4d5158", "server", [{ pong: "48656c6c6f" }]],
    ["close with reason", "8805 03e8 627965", "client", [{ close: 1000, reason: "bye" }]],
    ["close without code", "8880 00000000", "server", [{ close: 1005, reason: "" }]],
  ] as const)("%s", (_name, text, role, heard) => {
    const bytes = hexBytes(text);
    expect(read([bytes], { role })).toEqual(heard);
    expect(read(bytewise(bytes), { role })).toEqual(heard);
  });

  test.each([
    [0, "client"],
    [125, "server"],
    [126, "client"],
    [256, "server"],
    [65_535, "client"],
    [65_536, "server"],
    [65_536, "client"],
  ] as const)("%d bytes of binary, read by a %s", (length, role) => {
    const payload = Uint8Array.from({ length }, (_, n) => n * 7);
    const frame = encodeFrame(OPCODE.binary, payload, role === "server" ? MASK : undefined);
    expect(read([frame], { role })).toEqual([{ binary: Buffer.from(payload).toString("hex") }]);
  });
});

describe("what is refused, and with which code", () => {
  const tooLong = "message: expected at most 65536 bytes, got";
  test.each<[string, Uint8Array, number, string]>([
    ["no mask from a client", hexBytes("8100"), 1002, "frame: expected a mask, got none"],
    ["RSV1 without an extension", hexBytes("c180 00000000"), 1002, "frame: expected RSV1 to be 0, got 1"],
    ["RSV2", hexBytes("a180 00000000"), 1002, "frame: expected RSV2 and RSV3 to be 0, got 1"],
    ["RSV3", hexBytes("9180 00000000"), 1002, "frame: expected RSV2 and RSV3 to be 0, got 1"],
    ["opcode 3", hexBytes("8380 00000000"), 1002, "opcode: expected 0, 1, 2, 8, 9 or 10, got 3"],
    ["opcode 7", hexBytes("8780 00000000"), 1002, "opcode: expected 0, 1, 2, 8, 9 or 10, got 7"],
    ["opcode 11", hexBytes("8b80 00000000"), 1002, "opcode: expected 0, 1, 2, 8, 9 or 10, got 11"],
    ["opcode 15", hexBytes("8f80 00000000"), 1002, "opcode: expected 0, 1, 2, 8, 9 or 10, got 15"],
    ["a ping in parts", hexBytes("0980 00000000"), 1002, "control frame: expected it whole, got a fragment"],
    [
      "a ping of 126 bytes",
      hexBytes("89fe 007e"),
      1002,
      "control frame: expected at most 125 bytes, got an extended length",
    ],
    [
      "a close of 64-bit length",
      hexBytes("88ff"),
      1002,
      "control frame: expected at most 125 bytes, got an extended length",
    ],
    [
      "a continuation of nothing",
      hexBytes("8080 00000000"),
      1002,
      "frame: expected a message to begin, got a continuation",
    ],
    [
      "a new message inside one",
      joined([masked(OPCODE.text, "a", part), masked(OPCODE.text, "b")]),
      1002,
      "frame: expected a continuation, got opcode 1",
    ],
    [
      "125 in 16 bits",
      hexBytes("82fe 007d"),
      1002,
      "frame length: expected the shortest form, got 125 in 16 bits",
    ],
    [
      "65535 in 64 bits",
      hexBytes("82ff 000000000000ffff"),
      1002,
      "frame length: expected the shortest form, got 65535 in 64 bits",
    ],
    [
      "the 64th bit",
      hexBytes("82ff 8000000000000000"),
      1002,
      "frame length: expected 63 bits, got the highest one set",
    ],
    ["65537 bytes", hexBytes("82ff 0000000000010001"), 1009, `${tooLong} 65537`],
    ["10 MiB", hexBytes("82ff 0000000000a00000"), 1009, `${tooLong} 10485760`],
    ["9 PiB", hexBytes("82ff 0020000000000000"), 1009, `${tooLong} 9007199254740992`],
    [
      "parts that add up",
      joined([masked(OPCODE.binary, new Uint8Array(65_536), part), masked(OPCODE.continuation, "x")]),
      1009,
      `${tooLong} 65537`,
    ],
    ["invalid UTF-8", masked(OPCODE.text, hexBytes("c0af")), 1007, "text message: expected UTF-8"],
    ["UTF-8 that stops short", masked(OPCODE.text, hexBytes("e4bd")), 1007, "text message: expected UTF-8"],
    [
      "UTF-8 that stops short in the last part",
      joined([masked(OPCODE.text, hexBytes("e4"), part), masked(OPCODE.continuation, hexBytes("bd"))]),
      1007,
      "text message: expected UTF-8",
    ],
    [
      "invalid UTF-8 in a part",
      masked(OPCODE.text, hexBytes("ff"), part),
      1007,
      "text message: expected UTF-8",
    ],
    [
      "a close of one byte",
      masked(OPCODE.close, hexBytes("03")),
      1002,
      "close frame: expected no payload or at least 2 bytes, got 1",
    ],
    [
      "close code 1005",
      masked(OPCODE.close, hexBytes("03ed")),
      1002,
      "close code: expected 1000-1003, 1007-1014 or 3000-4999, got 1005",
    ],
    [
      "close code 999",
      masked(OPCODE.close, hexBytes("03e7")),
      1002,
      "close code: expected 1000-1003, 1007-1014 or 3000-4999, got 999",
    ],
    [
      "a close reason that is no UTF-8",
      masked(OPCODE.close, hexBytes("03e8ff")),
      1007,
      "close reason: expected UTF-8",
    ],
  ])("%s", (_name, bytes, code, message) => {
    const heard = [{ error: code, message }];
    expect(read([bytes]).slice(-1)).toEqual(heard);
    expect(read(bytewise(bytes)).slice(-1)).toEqual(heard);
  });

  test("a mask from a server", () => {
    expect(read([masked(OPCODE.text, "x")], { role: "client" })).toEqual([
      { error: 1002, message: "frame: expected no mask, got one" },
    ]);
  });

  test("too many parts", () => {
    const parts = [
      masked(OPCODE.text, "a", part),
      ...Array.from({ length: 4 }, () => masked(OPCODE.continuation, "", part)),
    ];
    expect(read([joined(parts)], { maxFragments: 4 })).toEqual([
      { error: 1008, message: "message: expected at most 4 frames, got one more" },
    ]);
    expect(read([joined(parts.slice(0, 4)), masked(OPCODE.continuation, "b")], { maxFragments: 5 })).toEqual([
      { text: "ab", isAscii: true },
    ]);
  });

  test("RSV1 where permessage-deflate was negotiated: on the first frame only", () => {
    const options = { allowsCompression: true };
    const compressed = { isCompressed: true };
    expect(read([masked(OPCODE.text, hexBytes("ff00"), compressed)], options)).toMatchObject([
      { isCompressed: true, isAscii: false },
    ]);
    expect(read([masked(OPCODE.binary, hexBytes("ff00"), compressed)], options)).toEqual([
      { binary: "ff00", isCompressed: true },
    ]);
    const split = [
      masked(OPCODE.text, hexBytes("ff"), { ...compressed, ...part }),
      masked(OPCODE.continuation, hexBytes("00")),
    ];
    expect(read(split, options)).toMatchObject([{ isCompressed: true }]);
    const refusal = [{ error: 1002, message: "frame: expected RSV1 on the first frame of a message only" }];
    expect(read([masked(OPCODE.ping, "", compressed)], options)).toEqual(refusal);
    expect(
      read([masked(OPCODE.text, "a", part), masked(OPCODE.continuation, "b", compressed)], options),
    ).toEqual(refusal);
  });

  test("nothing is read after an error, a close, or a stop", () => {
    expect(read([hexBytes("8100"), masked(OPCODE.text, "later")])).toHaveLength(1);
    expect(
      read([joined([masked(OPCODE.close, ""), masked(OPCODE.text, "later")]), masked(OPCODE.text, "later")]),
    ).toEqual([{ close: 1005, reason: "" }]);
    const reader = new FrameReader({ role: "server", maxMessageBytes: 10 });
    const texts: string[] = [];
    const sink: FrameSink = {
      message(bytes, start, end) {
        texts.push(Buffer.from(bytes.subarray(start, end)).toString());
        reader.stop();
      },
      ping() {},
      pong() {},
      close() {},
    };
    reader.push(joined([masked(OPCODE.text, "one"), masked(OPCODE.text, "two")]), sink);
    reader.push(masked(OPCODE.text, "three"), sink);
    expect(texts).toEqual(["one"]);
    expect(() => reader.push(hexBytes("8100"), sink)).not.toThrow();
  });

  test("between two messages, and only there, a reader may serve another peer", () => {
    const reader = new FrameReader({ role: "server", maxMessageBytes: 100 });
    const sink: FrameSink = { message() {}, ping() {}, pong() {}, close() {} };
    const steps: [Uint8Array, boolean][] = [
      [masked(OPCODE.text, "whole"), true],
      [masked(OPCODE.text, "cut").subarray(0, 3), false],
      [masked(OPCODE.text, "cut").subarray(3), true],
      [masked(OPCODE.text, "first", part), false],
      [masked(OPCODE.ping, "between"), false],
      [masked(OPCODE.continuation, "last"), true],
      [masked(OPCODE.close, ""), false],
    ];
    for (const [chunk, isBetween] of steps) {
      reader.push(Uint8Array.from(chunk), sink);
      expect(reader.isBetweenMessages).toBe(isBetween);
    }
  });

  test("an error says which, so that the connection can", () => {
    const reader = new FrameReader({ role: "server", maxMessageBytes: 10 });
    expect(() => reader.push(hexBytes("8100"), {} as FrameSink)).toThrow(ProtocolError);
  });
});

describe("messages", () => {
  test("control frames between the parts of a message are heard at once", () => {
    const bytes = joined([
      masked(OPCODE.text, "a", part),
      masked(OPCODE.ping, "p"),
      masked(OPCODE.pong, "q"),
      masked(OPCODE.continuation, "b"),
    ]);
    const heard = [{ ping: "70" }, { pong: "71" }, { text: "ab", isAscii: true }];
    expect(read([bytes])).toEqual(heard);
    expect(read(bytewise(bytes))).toEqual(heard);
  });

  test("characters may be cut anywhere", () => {
    const text = "你好，мир 😀";
    const parts = bytewise(utf8(text));
    const frames = parts.map((payload, n) =>
      masked(n === 0 ? OPCODE.text : OPCODE.continuation, payload, { isFinal: n === parts.length - 1 }),
    );
    expect(read(frames)).toEqual([{ text, isAscii: false }]);
  });

  test("the platform's own UTF-8 check is used when given, and only where it is needed", () => {
    const asked: string[] = [];
    const isUtf8 = (bytes: Uint8Array, start: number, end: number): boolean => {
      asked.push(Buffer.from(bytes.subarray(start, end)).toString());
      return false;
    };
    expect(read([masked(OPCODE.text, "ascii")], { isUtf8 })).toEqual([{ text: "ascii", isAscii: true }]);
    expect(read([masked(OPCODE.text, "é")], { isUtf8 })).toEqual([
      { error: 1007, message: "text message: expected UTF-8" },
    ]);
    expect(asked).toEqual(["é"]);
  });

  test("a range of a larger buffer is read, and the rest is left alone", () => {
    const buffer = joined([utf8("before"), masked(OPCODE.text, "in"), utf8("after")]);
    const reader = new FrameReader({ role: "server", maxMessageBytes: 10 });
    const texts: string[] = [];
    const sink = {
      message: (bytes: Uint8Array, start: number, end: number) =>
        texts.push(Buffer.from(bytes.subarray(start, end)).toString()),
    };
    reader.push(buffer, sink as never, 6, buffer.length - 5);
    expect(texts).toEqual(["in"]);
    expect(Buffer.from(buffer.subarray(0, 6)).toString()).toBe("before");
  });
});

describe("how the bytes are cut makes no difference", () => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ minLength: 120, maxLength: 700 }),
    fc.string().map(utf8),
    fc.string({ unit: "grapheme", maxLength: 100 }).map(utf8),
  );
  const frame = fc.record({
    opcode: fc.constantFrom(0, 0, 1, 1, 2, 2, 8, 9, 10, 3) as fc.Arbitrary<Opcode>,
    payload,
    isFinal: fc.boolean(),
    mask: fc.nat(0xffff_ffff),
    isCompressed: fc.boolean(),
  });

  test("for any frames, good and bad, whole, byte by byte and cut anywhere", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.nat(5_000), { maxLength: 12 }),
        fc.boolean(),
        fc.constantFrom(...(["server", "client"] as const)),
        (frames, places, allowsCompression, role) => {
          const bytes = joined(
            frames.map((each) =>
              encodeFrame(each.opcode, each.payload, role === "server" ? each.mask : undefined, {
                isFinal: each.isFinal || each.opcode >= 8,
                isCompressed: each.isCompressed && allowsCompression,
              }),
            ),
          );
          const options = { allowsCompression, role, maxMessageBytes: 1_000, maxFragments: 3 };
          const whole = read([bytes], options);
          expect(read(bytewise(bytes), options)).toEqual(whole);
          expect(read(cut(bytes, places), options)).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("for any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200)), (bytes, places) => {
        const whole = read([bytes]);
        expect(read(bytewise(bytes))).toEqual(whole);
        expect(read(cut(bytes, places))).toEqual(whole);
      }),
      { numRuns: 1_000 },
    );
  });
});
