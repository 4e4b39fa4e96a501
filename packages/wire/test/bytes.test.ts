import { isUtf8 as platformIsUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyMask,
  checkUtf8,
  cutReason,
  decodeClosePayload,
  decodeUtf8,
  encodeClosePayload,
  encodeFrame,
  encodeUtf8,
  frameSize,
  headerSize,
  isUtf8,
  isWireCloseCode,
  maskPayload,
  OPCODE,
  unionOf,
  utf8Length,
  UTF8_INVALID,
  UTF8_START,
  writeFrameHeader,
} from "@weapp-socket/wire";

describe("masks", () => {
  test("are what RFC 6455 section 5.3 says, at any length, place and alignment", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 256, maxLength: 1_100 }),
    );
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat(7), (payload, key, before) => {
        const buffer = new Uint8Array(before + payload.length + 3).fill(9);
        buffer.set(payload, before);
        const union = applyMask(buffer, before, before + payload.length, key[0]!, key[1]!, key[2]!, key[3]!);
        const expected = payload.map((byte, n) => byte ^ key[n % 4]!);
        expect(buffer.subarray(before, before + payload.length)).toEqual(expected);
        expect(union).toBe(expected.reduce((all, byte) => all | byte, 0));
        expect(
          [...buffer.subarray(0, before), ...buffer.subarray(before + payload.length)].every(
            (byte) => byte === 9,
          ),
        ).toBe(true);
        expect(unionOf(expected, 0, expected.length)).toBe(union);
      }),
      { numRuns: 500 },
    );
  });

  test("undo themselves", () => {
    const bytes = Uint8Array.from(Buffer.from("hello"));
    maskPayload(bytes, 0, 5, 0xdeadbeef);
    expect(Buffer.from(bytes).toString()).not.toBe("hello");
    maskPayload(bytes, 0, 5, 0xdeadbeef);
    expect(Buffer.from(bytes).toString()).toBe("hello");
  });
});

describe("headers", () => {
  test.each([
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
    [2 ** 40, 10],
  ])("before %d bytes are %d long, four more with a mask", (length, size) => {
    expect(headerSize(length, false)).toBe(size);
    expect(headerSize(length, true)).toBe(size + 4);
    expect(frameSize(length, false)).toBe(size + length);
    const target = new Uint8Array(20);
    expect(writeFrameHeader(target, 3, OPCODE.binary, length)).toBe(3 + size);
    expect(writeFrameHeader(target, 3, OPCODE.binary, length, 1)).toBe(7 + size);
  });

  test("carry 64 bits of length", () => {
    const target = new Uint8Array(10);
    writeFrameHeader(target, 0, OPCODE.text, 2 ** 40 + 5);
    expect(Buffer.from(target).toString("hex")).toBe("817f0000010000000005");
  });

  test("carry their flags", () => {
    expect(encodeFrame(OPCODE.text, new Uint8Array(0), undefined, { isFinal: false })[0]).toBe(0x01);
    expect(encodeFrame(OPCODE.text, new Uint8Array(0), undefined, { isCompressed: true })[0]).toBe(0xc1);
    expect(encodeFrame(OPCODE.text, new Uint8Array(0), undefined, { isFinal: true })[0]).toBe(0x81);
  });
});

describe("UTF-8", () => {
  test.each([
    ["overlong slash", "c0af"],
    ["overlong 3 bytes", "e09fbf"],
    ["overlong 4 bytes", "f08fbfbf"],
    ["a surrogate", "eda080"],
    ["above U+10FFFF", "f4908080"],
    ["5 bytes", "f888808080"],
    ["a continuation alone", "80"],
    ["cut", "f09f98"],
  ])("%s is invalid", (_name, hex) => {
    const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
    expect(isUtf8(bytes)).toBe(false);
    expect(platformIsUtf8(bytes)).toBe(false);
  });

  test("agrees with the platform on any bytes, whole and in pieces", () => {
    const nearly = fc.string({ unit: "grapheme" }).chain((text) =>
      fc.tuple(fc.nat(200), fc.nat(255)).map(([at, byte]) => {
        const bytes = Uint8Array.from(Buffer.from(text));
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 20 })), fc.nat(30), (bytes, place) => {
        const valid = platformIsUtf8(bytes);
        expect(isUtf8(bytes)).toBe(valid);
        const at = Math.min(place, bytes.length);
        const state = checkUtf8(checkUtf8(UTF8_START, bytes, 0, at), bytes, at, bytes.length);
        expect(state === UTF8_START).toBe(valid);
      }),
      { numRuns: 2_000 },
    );
    expect(checkUtf8(UTF8_INVALID, new Uint8Array(1), 0, 1)).toBe(UTF8_INVALID);
  });

  test("encodes and decodes as the platform does", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }), (text) => {
        const expected = Uint8Array.from(Buffer.from(text));
        expect(encodeUtf8(text)).toEqual(expected);
        expect(utf8Length(text)).toBe(expected.length);
        expect(decodeUtf8(expected)).toBe(Buffer.from(expected).toString());
      }),
      { numRuns: 1_000 },
    );
    const text = "aé你😀\ud800x\udc00";
    expect(decodeUtf8(encodeUtf8(text))).toBe("aé你😀\ufffdx\ufffd");
  });
});

describe("close", () => {
  const allowed = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
  ];
  const refused = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];

  test("codes that may, and may not, be on the wire", () => {
    for (const code of allowed) expect(isWireCloseCode(code)).toBe(true);
    for (const code of refused) expect(isWireCloseCode(code)).toBe(false);
  });

  test("payloads are written and read back", () => {
    for (const code of allowed) {
      const payload = encodeClosePayload(code, "再见");
      expect(decodeClosePayload(payload, 0, payload.length)).toEqual({ code, reason: "再见" });
    }
    expect(encodeClosePayload()).toHaveLength(0);
    expect(decodeClosePayload(new Uint8Array(0), 0, 0)).toEqual({ code: 1005, reason: "" });
    for (const code of [...refused, 1000.5, Number.NaN]) {
      expect(() => encodeClosePayload(code, code === 1005 ? "x" : "")).toThrow(
        code === 1005 ? "code: expected 1000-1003, 1007-1014 or 3000-4999, got 1005" : RangeError,
      );
    }
  });

  test("a reason is 123 bytes at most, and is cut at a character", () => {
    expect(() => encodeClosePayload(1000, "界".repeat(42))).toThrow(
      "reason: expected at most 123 bytes of UTF-8, got 126",
    );
    expect(encodeClosePayload(1000, "界".repeat(41))).toHaveLength(125);
    expect(cutReason("界".repeat(42))).toBe("界".repeat(41));
    expect(cutReason(`${"x".repeat(121)}😀`)).toBe("x".repeat(121));
    expect(cutReason("short")).toBe("short");
  });
});
