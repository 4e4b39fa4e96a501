import { isAscii as isAsciiBuffer, isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import {
  ABNORMAL,
  FrameReader,
  OPCODE,
  ProtocolError,
  type FrameScratch,
  type FrameSink,
} from "@weapp-socket/wire";
import type { SocketEars } from "./attempt.js";
import { bufferOf } from "./buffer-of.js";
import { COMPRESS_FROM_BYTES, createDeflate, type Deflate } from "./deflate.js";
import type { ReadBuffer } from "./read-buffer.js";
import { Outbound, type MaskSource, type WriteBuffer } from "./outbound.js";
import type { DeflateParameters } from "@weapp-socket/wire";
import { createTurns, type Turns } from "./turns.js";

export interface ConnectionSettings {
  readonly maxMessageBytes: number;
  readonly closeTimeoutMs: number;
  readonly masks: MaskSource;
  readonly writeBuffer: WriteBuffer;
  readonly readBuffer: ReadBuffer;
  readonly scratch: FrameScratch;
}

export interface ConnectionEvents {
  message(data: string | ArrayBuffer, atOnce?: boolean): void;
  /** Told once; nothing follows. */
  close(code: number, reason: string): void;
}

/** While more than this waits to be inflated, the socket is not read. */
const MAX_WAITING_BYTES = 1_048_576;

/**
 * A call into the platform's decoder costs more than the decoding of a short message: so many bytes are decoded at once,
 * and messages are cut out of the text. One that a page keeps keeps no more than these alive.
 */
const WINDOW_BYTES = 2_048;

/** An open connection: frames in, frames out, and its end. */
export class OpenConnection implements FrameSink, SocketEars {
  private readonly socket: Socket;
  private readonly settings: ConnectionSettings;
  private readonly events: ConnectionEvents;
  private readonly reader: FrameReader;
  private readonly outbound: Outbound;
  private readonly deflate: Deflate | undefined;
  /** With compression a message takes time: what comes behind it waits, each way. Without, there is no queue. */
  private readonly incoming: Turns | undefined;
  private readonly outgoing: Turns | undefined;
  private isClosing = false;
  private isOver = false;
  /** A read is being told, and page code runs between its messages. */
  private isReading = false;
  /** The socket ended meanwhile: told behind what was read. */
  private isOverAfterRead = false;
  private timer: NodeJS.Timeout | undefined;
  /** What tasks left uncaught while a read was told. */
  private uncaught: unknown[] = [];

  constructor(
    socket: Socket,
    settings: ConnectionSettings,
    deflate: DeflateParameters | undefined,
    events: ConnectionEvents,
  ) {
    this.socket = socket;
    this.settings = settings;
    this.events = events;
    this.outbound = new Outbound(socket, settings.masks, settings.writeBuffer);
    if (deflate !== undefined) {
      this.deflate = createDeflate(deflate, settings.maxMessageBytes);
      this.incoming = createTurns(MAX_WAITING_BYTES, (isFull) => (isFull ? socket.pause() : socket.resume()));
      this.outgoing = createTurns(Number.POSITIVE_INFINITY, () => {});
    }
    this.reader = new FrameReader({
      role: "client",
      maxMessageBytes: settings.maxMessageBytes,
      // Neither phones nor browsers count them: some servers send what they write as they write it.
      maxFragments: Number.POSITIVE_INFINITY,
      allowsCompression: deflate !== undefined,
      isUtf8: isUtf8Range,
      isAscii: isAsciiRange,
      scratch: settings.scratch,
    });
  }

  get bufferedBytes(): number {
    return this.socket.writableLength + this.outbound.pendingBytes + (this.outgoing?.waitingBytes ?? 0);
  }

  send(data: string | ArrayBuffer): void {
    if (this.isClosing || this.isOver) return;
    const { outbound, deflate, outgoing } = this;
    if (deflate === undefined || outgoing === undefined) {
      // The page may change its buffer once `send` has returned.
      if (typeof data === "string") outbound.text(data);
      else outbound.frame(OPCODE.binary, new Uint8Array(data.slice(0)));
      return;
    }
    const opcode = typeof data === "string" ? OPCODE.text : OPCODE.binary;
    const bytes = typeof data === "string" ? Buffer.from(data) : new Uint8Array(data.slice(0));
    outgoing.add(bytes.length, (done) => {
      if (bytes.length < COMPRESS_FROM_BYTES) {
        outbound.frame(opcode, bytes);
        done();
        return;
      }
      deflate.compress(bytes, (compressed) => {
        outbound.frame(opcode, compressed, true);
        done();
      });
    });
  }

  /** Begins the closing handshake; `close` is told when the peer has answered, or has not in time. */
  startClosing(code: number, reason: string): void {
    if (this.isClosing || this.isOver) return;
    this.isClosing = true;
    this.timer = setTimeout(() => this.finish(ABNORMAL, ""), this.settings.closeTimeoutMs);
    const close = (): void => this.outbound.close(code, reason);
    if (this.outgoing === undefined) close();
    else this.outgoing.add(0, (done) => (close(), done()));
  }

  /** Ends at once; nothing is told. */
  terminate(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.reader.stop();
    this.deflate?.close();
    this.socket.destroy();
  }

  // The socket's words.

  bytes(buffer: Buffer, length: number): void {
    if (this.isOver) return;
    this.isReading = true;
    try {
      this.reader.push(buffer, this, 0, length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.inTurn(() => this.refuse(error.closeCode, error.message));
    } finally {
      this.isReading = false;
    }
    if (length === buffer.length && buffer === this.settings.readBuffer.current) this.giveWay();
    if (this.isOverAfterRead) this.over();
    if (this.uncaught.length > 0) this.throwUncaught();
  }

  over(): void {
    if (this.isReading) this.isOverAfterRead = true;
    else this.inTurn(() => this.finish(ABNORMAL, ""));
  }

  // The frame reader's words.

  message(
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    isAscii: boolean,
    isCompressed: boolean,
  ): void {
    if (isCompressed) {
      const copy = copyOf(bytes, start, end);
      this.incoming!.add(copy.length, (done) => this.inflate(copy, isText, done));
      return;
    }
    this.tell(
      isText ? bufferOf(bytes).toString(isAscii ? "latin1" : "utf8", start, end) : bytesOf(bytes, start, end),
    );
  }

  asciiTexts(bytes: Uint8Array, ranges: Int32Array, count: number): void {
    const buffer = bufferOf(bytes);
    for (let n = 0; n < count;) {
      const from = ranges[n * 2]!;
      let behind = n + 1;
      while (behind < count && ranges[behind * 2 + 1]! <= from + WINDOW_BYTES) behind += 1;
      // What stands between them is a character all the same: Latin-1 has one for every byte.
      const text = buffer.toString("latin1", from, ranges[behind * 2 - 1]);
      for (; n < behind; n += 1) {
        this.tell(text.substring(ranges[n * 2]! - from, ranges[n * 2 + 1]! - from));
      }
    }
  }

  ping(bytes: Uint8Array, start: number, end: number): void {
    this.outbound.frame(OPCODE.pong, copyOf(bytes, start, end));
  }

  pong(): void {
    // We send no pings: nobody waits for it.
  }

  /** The peer's close frame. */
  close(code: number, reason: string): void {
    this.inTurn(() => {
      if (this.isOver) return;
      this.outbound.close(code, "");
      this.outbound.flush();
      // The server is to close the socket first (RFC 6455 section 7.1.1); our half says that we are done.
      this.socket.end();
      this.finish(code, reason);
    });
  }

  /**
   * A read has filled the buffer. The next may be larger, and timers and other sockets come first: libuv looks after them
   * only once a read is not full, or after 32.
   */
  private giveWay(): void {
    this.settings.readBuffer.grow();
    this.socket.pause();
    setImmediate(() => {
      if (this.incoming?.isFull !== true) this.socket.resume();
    });
  }

  private tell(data: string | ArrayBuffer): void {
    if (this.incoming === undefined) this.deliverAtOnce(data);
    else this.inTurn(() => this.deliver(data));
  }

  private deliver(data: string | ArrayBuffer): void {
    if (!this.isOver) this.events.message(data);
  }

  /** Within a read, and not one that had to wait for its turn. */
  private deliverAtOnce(data: string | ArrayBuffer): void {
    if (this.isOver) return;
    try {
      this.events.message(data, true);
    } catch (error) {
      this.uncaught.push(error);
    }
  }

  /** Node clears up after an error that its own callback throws, and only then; so one goes that way. */
  private throwUncaught(): never {
    const [first, ...others] = this.uncaught;
    this.uncaught = [];
    for (const error of others) {
      setImmediate(() => {
        throw error;
      });
    }
    throw first;
  }

  private inflate(bytes: Uint8Array, isText: boolean, done: () => void): void {
    this.deflate!.inflate(bytes, (inflated) => {
      if (inflated === "corrupt") {
        this.refuse(1007, "compressed message: expected deflate data");
      } else if (inflated === "too-big") {
        this.refuse(
          1009,
          `message: expected at most ${this.settings.maxMessageBytes} bytes once inflated, got more`,
        );
      } else if (isText && !isUtf8(inflated)) {
        this.refuse(1007, "text message: expected UTF-8");
      } else {
        this.deliver(isText ? inflated.toString("utf8") : bytesOf(inflated, 0, inflated.length));
      }
      done();
    });
  }

  /** What the peer sent breaks the protocol: it is told why, and the connection fails (RFC 6455 section 7.1.7). */
  private refuse(code: number, reason: string): void {
    if (this.isOver) return;
    this.outbound.close(code, reason.length <= 123 ? reason : "");
    this.outbound.flush();
    this.socket.end();
    this.finish(ABNORMAL, "");
  }

  private finish(code: number, reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.reader.stop();
    this.deflate?.close();
    this.events.close(code, reason);
    // What we have written may still be on its way; a peer that never ends its half is cut off.
    if (this.socket.destroyed) return;
    const timer = setTimeout(() => this.socket.destroy(), this.settings.closeTimeoutMs);
    this.socket.once("close", () => clearTimeout(timer));
    this.socket.end();
  }

  private inTurn(act: () => void): void {
    if (this.incoming === undefined) act();
    else this.incoming.add(0, (done) => (act(), done()));
  }
}

/** The read buffer is used again at once. (`Buffer.prototype.slice` would not copy.) */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** A fresh buffer of exactly these bytes: a page that looks at `data.byteLength` or keeps it sees nothing else. */
function bytesOf(bytes: Uint8Array, start: number, end: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer;
}

function isUtf8Range(bytes: Uint8Array, start: number, end: number): boolean {
  return isUtf8(bytes.subarray(start, end));
}

function isAsciiRange(bytes: Uint8Array, start: number, end: number): boolean {
  return isAsciiBuffer(bytes.subarray(start, end));
}
