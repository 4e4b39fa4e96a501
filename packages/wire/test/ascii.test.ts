import { describe, expect, test } from "vitest";
import { encodeFrame, FrameReader, OPCODE } from "@weapp-socket/wire";

/** A text that is taken for ASCII and is not one would be decoded to other characters: no byte may be passed over. */
const lengths = Array.from({ length: 60 }, (_, n) => n + 20);

/** Per length, as many texts as it has places, in one chunk: each has its one byte above 0x7f at another. */
function texts(length: number): Uint8Array[] {
  return Array.from({ length: length + 1 }, (_, place) => {
    const bytes = new Uint8Array(length).fill(0x61);
    if (place < length) bytes[place] = 0x80;
    return bytes;
  });
}

function readAt(before: number, frames: readonly Uint8Array[], role: "client" | "server"): unknown[] {
  const chunk = new Uint8Array(Buffer.concat([new Uint8Array(before), ...frames]));
  const heard: unknown[] = [];
  const reader = new FrameReader({ role, maxMessageBytes: 1_000, isUtf8: () => true });
  const sink = {
    message: (bytes: Uint8Array, start: number, end: number, _isText: boolean, isAscii: boolean) =>
      heard.push([Buffer.from(bytes.subarray(start, end)).toString("hex"), isAscii]),
  };
  reader.push(chunk, sink as never, before);
  return heard;
}

describe.each(["client", "server"] as const)("read by a %s", (role) => {
  const mask = role === "server" ? 0x01_80_7f_fe : undefined;

  test.each([0, 1, 2, 3])(
    "one byte above 0x7f is seen at every place, %i bytes into the buffer",
    (before) => {
      for (const length of lengths) {
        const payloads = texts(length);
        const frames = payloads.map((payload) => encodeFrame(OPCODE.text, payload, mask));
        expect(readAt(before, frames, role)).toEqual(
          payloads.map((payload, place) => [Buffer.from(payload).toString("hex"), place === length]),
        );
      }
    },
  );
});
