import { randomFillSync } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import {
  encodeClosePayload,
  frameSize,
  headerSize,
  maskPayload,
  OPCODE,
  viewWords,
  writeFrameHeader,
  type Opcode,
} from "@weapp-socket/wire";

/** What is to be sent: a string is a text message as it is, and by far the commonest. */
type Pending = string | Frame;

interface Frame {
  readonly opcode: Opcode;
  readonly payload: Uint8Array;
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

/** Where frames are put together. All connections share one: a buffer for each write is a third of what sending costs. */
export interface WriteBuffer {
  bytes: Buffer;
}

const WRITE_BUFFER_BYTES = 65_536;

export function createWriteBuffer(): WriteBuffer {
  return { bytes: Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES) };
}

/** What a client sends: everything of one turn is framed and masked into one buffer and written once. */
export class Outbound {
  private readonly socket: Socket;
  private readonly masks: MaskSource;
  private readonly shared: WriteBuffer;
  private pending: Pending[] = [];
  private isClosed = false;
  /** How many of `pending` are in `measuredBytes`. */
  private measured = 0;
  private measuredBytes = 0;

  constructor(socket: Socket, masks: MaskSource, shared: WriteBuffer) {
    this.socket = socket;
    this.masks = masks;
    this.shared = shared;
  }

  /** The relay asks after each message: only what has come since is measured. */
  get pendingBytes(): number {
    const { pending } = this;
    for (; this.measured < pending.length; this.measured += 1) {
      this.measuredBytes += frameSize(byteLength(pending[this.measured]!), true);
    }
    return this.measuredBytes;
  }

  text(text: string): void {
    this.add(text);
  }

  frame(opcode: Opcode, payload: Uint8Array, isCompressed = false): void {
    this.add({ opcode, payload, isCompressed });
  }

  /** Nothing can be sent after it. */
  close(code: number, reason: string): void {
    this.frame(OPCODE.close, encodeClosePayload(code, reason));
    this.isClosed = true;
  }

  /** Writes what is gathered, now. */
  flush(): void {
    const { pending: frames, shared, masks } = this;
    if (frames.length === 0) return;
    const together = writeTogether(frames, shared.bytes);
    const size = together > 0 ? together : this.pendingBytes;
    this.pending = [];
    this.measured = 0;
    this.measuredBytes = 0;
    if (!this.socket.writable) return;
    const buffer = size > shared.bytes.length ? Buffer.allocUnsafe(size) : shared.bytes;
    const view = viewWords(buffer);
    let at = 0;
    for (const one of frames) {
      const bytes = together > 0 ? (one as string).length : byteLength(one);
      const mask = masks.next();
      const start = writeHeader(buffer, at, one, bytes, mask);
      at = start + bytes;
      if (together === 0) writePayload(buffer, start, one);
      maskPayload(buffer, start, at, mask, view);
    }
    if (buffer === shared.bytes) this.lend(size);
    else this.socket.write(buffer);
  }

  private add(one: Pending): void {
    if (this.isClosed) return;
    if (this.pending.length === 0) process.nextTick(flush, this);
    this.pending.push(one);
  }

  /** Writes the beginning of the shared buffer, which is used again at once. */
  private lend(size: number): void {
    const { socket, shared } = this;
    const bytes = shared.bytes.subarray(0, size);
    // TLS, and a socket that is behind, would keep the shared one each time.
    if (socket.writableLength > 0 || socket instanceof TLSSocket) {
      socket.write(Buffer.from(bytes));
      return;
    }
    socket.write(bytes);
    // Anything left means that the kernel did not take it all: the buffer is the socket's now.
    if (socket.writableLength > 0) shared.bytes = Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES);
  }
}

const flush = (outbound: Outbound): void => outbound.flush();

/** What stands where a header goes while texts are written together. */
const SHORT_HEADER = "\0".repeat(headerSize(0, true));
const HEADER = "\0".repeat(headerSize(126, true));

/** No character takes more. */
const MAX_CHARACTER_BYTES = 4;

/**
 * Writes texts with room for their headers between them, by one call of the platform's encoder, which costs more than
 * the encoding. Returns the bytes written, or 0 where it does not serve: when there is more than short ASCII texts.
 */
function writeTogether(frames: readonly Pending[], target: Buffer): number {
  if (frames.length === 1) return 0;
  // With this much left over, a text that was cut at the end of the buffer cannot pass for one of ASCII.
  const maxLength = target.length - MAX_CHARACTER_BYTES;
  let joined = "";
  for (const one of frames) {
    if (typeof one !== "string" || joined.length + one.length > maxLength) return 0;
    joined += (one.length < 126 ? SHORT_HEADER : HEADER) + one;
  }
  return joined.length <= maxLength && target.write(joined, "utf8") === joined.length ? joined.length : 0;
}

function writeHeader(target: Buffer, at: number, one: Pending, bytes: number, mask: number): number {
  if (typeof one === "string") return writeFrameHeader(target, at, OPCODE.text, bytes, mask);
  return writeFrameHeader(target, at, one.opcode, bytes, mask, one.isCompressed ? compressed : undefined);
}

const compressed = { isCompressed: true } as const;

function writePayload(target: Buffer, start: number, one: Pending): void {
  if (typeof one === "string") target.write(one, start, "utf8");
  else target.set(one.payload, start);
}

function byteLength(one: Pending): number {
  return typeof one === "string" ? Buffer.byteLength(one) : one.payload.length;
}
