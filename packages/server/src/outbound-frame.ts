import { types } from "node:util";
import {
  cutReason,
  encodeClosePayload,
  encodeFrame,
  frameSize,
  OPCODE,
  writeFrameHeader,
} from "@weapp-socket/wire";
import type { PublicationFormat } from "./broker/publication.js";
import { deflateMessage, type Compression } from "./compression.js";

/** What is to be sent or published, as text or bytes. */
export interface Content {
  readonly format: PublicationFormat;
  readonly data: string | Uint8Array;
}

/**
 * Strings are text and bytes are binary, as they are; everything else is the text of `JSON.stringify`.
 * @throws TypeError where `JSON.stringify` makes no text of it.
 */
export function toContent(data: unknown): Content {
  if (typeof data === "string") return { format: "text", data };
  if (ArrayBuffer.isView(data)) {
    return { format: "binary", data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  if (types.isAnyArrayBuffer(data)) return { format: "binary", data: new Uint8Array(data) };
  // `undefined` for what JSON does not know, whatever the types say.
  const text = JSON.stringify(data) as string | undefined;
  if (text === undefined) {
    throw new TypeError(`data: expected a string, bytes or what JSON can tell, got ${typeof data}`);
  }
  return { format: "json", data: text };
}

/** One frame with the whole content. */
export function contentFrame({ data }: Pick<Content, "data">): Uint8Array {
  return typeof data === "string" ? textFrame(data) : bytesFrame(data);
}

/** One frame with what an application gave to `send`; compressed where that was agreed and is worth it. */
export function dataFrame(data: unknown, compression: Compression | undefined): Uint8Array {
  if (compression === undefined)
    return typeof data === "string" ? textFrame(data) : contentFrame(toContent(data));
  const content = toContent(data);
  return deflatedFrame(content, contentFrame(content), compression);
}

/** The compressed form of `plain`, which holds the same content; `plain` itself where that gains nothing. */
export function deflatedFrame(
  { data }: Pick<Content, "data">,
  plain: Uint8Array,
  compression: Compression | undefined,
): Uint8Array {
  const length = typeof data === "string" ? Buffer.byteLength(data) : data.length;
  if (compression === undefined || length < compression.minBytes) return plain;
  const deflated = deflateMessage(plain.subarray(plain.length - length), compression.level);
  if (deflated.length >= length) return plain;
  const opcode = typeof data === "string" ? OPCODE.text : OPCODE.binary;
  return encodeFrame(opcode, deflated, undefined, { isCompressed: true });
}

function textFrame(text: string): Uint8Array {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(frameSize(length, false));
  const start = writeFrameHeader(frame, 0, OPCODE.text, length);
  // One byte a character: ASCII, which is copied faster than it is encoded.
  frame.write(text, start, length === text.length ? "latin1" : "utf8");
  return frame;
}

function bytesFrame(bytes: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(frameSize(bytes.length, false));
  frame.set(bytes, writeFrameHeader(frame, 0, OPCODE.binary, bytes.length));
  return frame;
}

/** @throws RangeError for a code that may not be on the wire. */
export function closeFrame(code: number, reason: string): Uint8Array {
  return encodeFrame(OPCODE.close, encodeClosePayload(code, cutReason(reason)));
}

export function pongFrame(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return encodeFrame(OPCODE.pong, bytes.subarray(start, end));
}

export function pingFrame(): Uint8Array {
  return encodeFrame(OPCODE.ping, new Uint8Array(0));
}
