import { MAX_CONTROL_PAYLOAD } from "./opcode.js";
import { decodeUtf8, isUtf8, utf8Length, writeUtf8 } from "./utf8.js";
import { ProtocolError } from "./protocol-error.js";

/** No code was in the close frame; never on the wire (RFC 6455 section 7.4.1). */
export const NO_STATUS = 1005;
/** The connection ended without a close frame; never on the wire. */
export const ABNORMAL = 1006;

/** A reason carries at most this many bytes of UTF-8. */
export const MAX_REASON_BYTES: number = MAX_CONTROL_PAYLOAD - 2;

/**
 * Whether a code may be in a close frame: 1000-1003 and 1007-1014 as registered with IANA, 3000-4999 for libraries and
 * applications. 1004, 1005, 1006 and 1015 are reserved (RFC 6455 section 7.4).
 */
export function isWireCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/** A reason cut to 123 bytes, at a character. */
export function cutReason(reason: string): string {
  if (utf8Length(reason) <= MAX_REASON_BYTES) return reason;
  let bytes = 0;
  let cut = "";
  for (const character of reason) {
    bytes += utf8Length(character);
    if (bytes > MAX_REASON_BYTES) break;
    cut += character;
  }
  return cut;
}

/**
 * The payload of a close frame; empty for `NO_STATUS`. Throws RangeError for a code that may not be on the wire, or a
 * reason that is too long.
 */
export function encodeClosePayload(code: number = NO_STATUS, reason = ""): Uint8Array {
  if (code === NO_STATUS && reason === "") return new Uint8Array(0);
  if (!Number.isInteger(code) || !isWireCloseCode(code)) {
    throw new RangeError(`code: expected 1000-1003, 1007-1014 or 3000-4999, got ${String(code)}`);
  }
  const length = utf8Length(reason);
  if (length > MAX_REASON_BYTES) {
    throw new RangeError(`reason: expected at most ${MAX_REASON_BYTES} bytes of UTF-8, got ${length}`);
  }
  const payload = new Uint8Array(2 + length);
  payload[0] = code >> 8;
  payload[1] = code & 0xff;
  writeUtf8(reason, payload, 2);
  return payload;
}

export interface ClosePayload {
  /** `NO_STATUS` where the frame had none. */
  readonly code: number;
  readonly reason: string;
}

/** Reads the payload of a close frame. Throws ProtocolError 1002 for its length or code, 1007 for a reason that is no UTF-8. */
export function decodeClosePayload(bytes: Uint8Array, start: number, end: number): ClosePayload {
  if (start === end) return { code: NO_STATUS, reason: "" };
  if (end - start === 1)
    throw new ProtocolError(1002, "close frame: expected no payload or at least 2 bytes, got 1");
  const code = (bytes[start]! << 8) | bytes[start + 1]!;
  if (!isWireCloseCode(code)) {
    throw new ProtocolError(1002, `close code: expected 1000-1003, 1007-1014 or 3000-4999, got ${code}`);
  }
  if (!isUtf8(bytes, start + 2, end)) throw new ProtocolError(1007, "close reason: expected UTF-8");
  return { code, reason: decodeUtf8(bytes, start + 2, end) };
}
