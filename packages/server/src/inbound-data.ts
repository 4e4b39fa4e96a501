import { isUtf8 } from "node:buffer";
import { ProtocolError } from "@weapp-socket/wire";
import { inflateMessage } from "./compression.js";

/** A message as the application gets it. Text has been checked; `isAscii` says that no byte is above 0x7f. */
export function toMessageData(
  bytes: Uint8Array,
  start: number,
  end: number,
  isText: boolean,
  isAscii: boolean,
): string | ArrayBuffer {
  if (!isText) return copyBytes(bytes, start, end);
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString(isAscii ? "latin1" : "utf8", start, end);
}

/** A compressed message, inflated. Throws ProtocolError 1007 or 1009. */
export function toInflatedData(bytes: Uint8Array, isText: boolean, maxBytes: number): string | ArrayBuffer {
  const inflated = inflateMessage(bytes, maxBytes);
  if (!isText) return copyBytes(inflated, 0, inflated.length);
  if (!isUtf8(inflated)) throw new ProtocolError(1007, "text message: expected UTF-8");
  return inflated.toString();
}

/** A buffer of its own: the application may keep it, and sees nothing of what else was read. */
function copyBytes(bytes: Uint8Array, start: number, end: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer;
}
