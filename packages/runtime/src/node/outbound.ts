import { randomFillSync } from "node:crypto";
import type { Socket } from "node:net";
import {
  encodeClosePayload,
  frameSize,
  maskPayload,
  OPCODE,
  writeFrameHeader,
  type Opcode,
} from "@weapp-socket/wire";

interface Pending {
  readonly opcode: Opcode;
  readonly data: string | Uint8Array;
  readonly bytes: number;
  readonly isCompressed: boolean;
}

/** Masking keys, drawn from the system's dice many at a time (RFC 6455 section 10.3: they must not be predictable). */
export interface MaskSource {
  next(): number;
}

export function createMaskSource(): MaskSource {
  const keys = new Uint32Array(1_024);
  let at = keys.length;
  return {
    next() {
      if (at === keys.length) {
        randomFillSync(keys);
        at = 0;
      }
      const key = keys[at]!;
      at += 1;
      return key;
    },
  };
}

/** What a client sends: everything of one turn is framed and masked into one buffer and written once. */
export interface Outbound {
  message(opcode: Opcode, data: string | Uint8Array, isCompressed: boolean): void;
  pong(payload: Uint8Array): void;
  /** Nothing can be sent after it. */
  close(code: number, reason: string): void;
  /** Writes what is gathered, now. */
  flush(): void;
  readonly pendingBytes: number;
}

export function createOutbound(socket: Socket, masks: MaskSource): Outbound {
  let pending: Pending[] = [];
  let pendingBytes = 0;
  let isClosed = false;

  function flush(): void {
    if (pending.length === 0) return;
    const frames = pending;
    const buffer = Buffer.allocUnsafe(pendingBytes);
    pending = [];
    pendingBytes = 0;
    let at = 0;
    for (const { opcode, data, bytes, isCompressed } of frames) {
      const mask = masks.next();
      const start = writeFrameHeader(buffer, at, opcode, bytes, mask, isCompressed ? compressed : undefined);
      if (typeof data === "string") buffer.write(data, start, bytes, "utf8");
      else buffer.set(data, start);
      at = start + bytes;
      maskPayload(buffer, start, at, mask);
    }
    if (socket.writable) socket.write(buffer);
  }

  function add(opcode: Opcode, data: string | Uint8Array, isCompressed = false): void {
    if (isClosed) return;
    const bytes = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    if (pending.length === 0) process.nextTick(flush);
    pending.push({ opcode, data, bytes, isCompressed });
    pendingBytes += frameSize(bytes, true);
  }

  return {
    message: add,
    pong: (payload) => add(OPCODE.pong, payload),
    close(code, reason) {
      add(OPCODE.close, encodeClosePayload(code, reason));
      isClosed = true;
    },
    flush,
    get pendingBytes() {
      return pendingBytes;
    },
  };
}

const compressed = { isCompressed: true } as const;
