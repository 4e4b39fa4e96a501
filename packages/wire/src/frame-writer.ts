import type { Opcode } from "./opcode.js";
import { applyMask, type WordView } from "./mask.js";

const FIN = 0x80;
const RSV1 = 0x40;
const MASKED = 0x80;

/** Flags of the first byte that a sender may choose. */
export interface FrameFlags {
  /** Default true: the whole message, or its last part. */
  readonly isFinal?: boolean;
  /** Default false: the first frame of a message compressed by permessage-deflate (RSV1, RFC 7692). */
  readonly isCompressed?: boolean;
}

/** Bytes of a header before `payloadLength` bytes. */
export function headerSize(payloadLength: number, isMasked: boolean): number {
  return (payloadLength < 126 ? 2 : payloadLength < 65_536 ? 4 : 10) + (isMasked ? 4 : 0);
}

/** Bytes of a whole frame. */
export function frameSize(payloadLength: number, isMasked: boolean): number {
  return headerSize(payloadLength, isMasked) + payloadLength;
}

/**
 * Writes a header from `offset` and returns the offset after it, where the payload goes. `mask` is the masking key as a
 * 32-bit integer, its first byte on the wire the highest; undefined for a frame without a mask (a server's).
 */
export function writeFrameHeader(
  target: Uint8Array,
  offset: number,
  opcode: Opcode,
  payloadLength: number,
  mask?: number,
  flags?: FrameFlags,
): number {
  let at = offset;
  const final = flags?.isFinal === false ? 0 : FIN;
  target[at++] = opcode | final | (flags?.isCompressed === true ? RSV1 : 0);
  const masked = mask === undefined ? 0 : MASKED;
  if (payloadLength < 126) {
    target[at++] = masked | payloadLength;
  } else if (payloadLength < 65_536) {
    target[at++] = masked | 126;
    target[at++] = payloadLength >> 8;
    target[at++] = payloadLength & 0xff;
  } else {
    target[at++] = masked | 127;
    const high = Math.floor(payloadLength / 2 ** 32);
    at = writeUint32(target, at, high);
    at = writeUint32(target, at, payloadLength);
  }
  return mask === undefined ? at : writeUint32(target, at, mask);
}

/**
 * Masks a payload that was written into `target`, with the key given to `writeFrameHeader`. `view` is
 * `viewWords(target)`, where there is one already.
 */
export function maskPayload(
  target: Uint8Array,
  start: number,
  end: number,
  mask: number,
  view?: WordView,
): void {
  applyMask(target, start, end, mask >>> 24, (mask >>> 16) & 0xff, (mask >>> 8) & 0xff, mask & 0xff, view);
}

/** A whole frame as fresh bytes. For hot paths write header and payload into a buffer of your own instead. */
export function encodeFrame(
  opcode: Opcode,
  payload: Uint8Array,
  mask?: number,
  flags?: FrameFlags,
): Uint8Array {
  const frame = new Uint8Array(frameSize(payload.length, mask !== undefined));
  const at = writeFrameHeader(frame, 0, opcode, payload.length, mask, flags);
  frame.set(payload, at);
  if (mask !== undefined) maskPayload(frame, at, frame.length, mask);
  return frame;
}

function writeUint32(target: Uint8Array, offset: number, value: number): number {
  target[offset] = value >>> 24;
  target[offset + 1] = (value >>> 16) & 0xff;
  target[offset + 2] = (value >>> 8) & 0xff;
  target[offset + 3] = value & 0xff;
  return offset + 4;
}
