import { applyMask, unionOf, viewWords, type WordView } from "./mask.js";
import { decodeClosePayload } from "./close-code.js";
import type { FrameScratch } from "./frame-scratch.js";
import { MAX_CONTROL_PAYLOAD, OPCODE } from "./opcode.js";
import { ProtocolError } from "./protocol-error.js";
import { blankHeaders, findTexts } from "./texts-ahead.js";
import { checkUtf8, isUtf8, UTF8_INVALID, UTF8_START } from "./utf8.js";

/** What a reader hears. Ranges are valid during the call only: the bytes are the caller's read buffer, or reused. */
export interface FrameSink {
  /**
   * One whole message. Text that is not compressed has been checked; `isAscii` says that no byte is above 0x7f.
   * Compressed bytes (permessage-deflate) are as they came, and not yet checked.
   */
  message(
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    isAscii: boolean,
    isCompressed: boolean,
  ): void;
  /**
   * Text messages of ASCII alone that came one behind another: `ranges` has where each begins and ends, in turns, for
   * `count` of them. A client's reader with a `FrameScratch` tells so. Where it is absent, each is a `message`.
   */
  asciiTexts?(bytes: Uint8Array, ranges: Int32Array, count: number): void;
  ping(bytes: Uint8Array, start: number, end: number): void;
  pong(bytes: Uint8Array, start: number, end: number): void;
  /** `code` is 1005 where the frame had none. Nothing is read after it. */
  close(code: number, reason: string): void;
}

/** One object may serve all readers of a server. */
export interface FrameReaderOptions {
  /** Which end we are: a server reads masked frames, a client unmasked ones (RFC 6455 section 5.1). */
  readonly role: "client" | "server";
  /** A message above this many bytes ends the connection with 1009, before it is read. As sent, that is compressed. */
  readonly maxMessageBytes: number;
  /** More frames than this in one message end the connection with 1008. Default 1024. */
  readonly maxFragments?: number;
  /** permessage-deflate was negotiated: RSV1 on a message's first frame is allowed. Default false. */
  readonly allowsCompression?: boolean;
  /** A faster check of a range than our own, where the platform has one. */
  readonly isUtf8?: (bytes: Uint8Array, start: number, end: number) => boolean;
  /** The same, for whether no byte is above 0x7f. A client asks it of many messages at once. */
  readonly isAscii?: (bytes: Uint8Array, start: number, end: number) => boolean;
  /** Memory that readers share. A client's with it checks texts that came one behind another together. */
  readonly scratch?: FrameScratch;
}

export const DEFAULT_MAX_FRAGMENTS = 1_024;

/** Chunks from this many bytes on are worth a view of their words, ranges from this many on a call to the platform. */
const VIEW_FROM = 512;

/** A message in several frames, under way. */
interface Assembly {
  readonly isText: boolean;
  readonly isCompressed: boolean;
  bytes: Uint8Array;
  length: number;
  fragments: number;
  union: number;
  utf8: number;
}

/** A frame that the last chunk did not hold whole. */
interface Partial {
  bytes: Uint8Array;
  length: number;
}

/**
 * Reads frames from chunks of any size; how the bytes are cut makes no difference to what is heard. Between messages it
 * holds a few numbers and no buffer.
 *
 * `push` unmasks in place, and blanks what it has read: the chunk's bytes are changed. It throws ProtocolError, after
 * which nothing more is read.
 */
export class FrameReader {
  private readonly options: FrameReaderOptions;
  private isDone = false;
  private partial: Partial | undefined;
  private assembly: Assembly | undefined;
  /** Of the frame at hand, once `measure` has seen its header whole. */
  private headerLength = 0;
  private payloadLength = 0;

  constructor(options: FrameReaderOptions) {
    this.options = options;
  }

  /** Whether it holds nothing of its peer, and may as well read for another one. */
  get isBetweenMessages(): boolean {
    return !this.isDone && this.partial === undefined && this.assembly === undefined;
  }

  /** Reads nothing more: for a sink that has ended the connection while it was told something. */
  stop(): void {
    this.isDone = true;
    this.partial = undefined;
    this.assembly = undefined;
  }

  push(chunk: Uint8Array, sink: FrameSink, start = 0, end: number = chunk.length): void {
    let at = start;
    if (this.partial !== undefined) at = this.complete(this.partial, chunk, at, end, sink);
    const view = end - at < VIEW_FROM ? undefined : viewWords(chunk);
    while (at < end && !this.isDone) {
      const behind = view === undefined ? at : this.takeTexts(chunk, at, end, sink, view);
      if (behind > at) {
        at = behind;
        continue;
      }
      const size = this.measure(chunk, at, end);
      if (size === 0 || at + size > end) {
        this.keep(chunk, at, end, size);
        return;
      }
      this.take(chunk, at, sink, view);
      at += size;
    }
  }

  /**
   * Tells text messages that a server wrote one behind another; returns where they end, which is `at` where there are not
   * two. They are checked together: to look through many bytes costs little more than to look through few.
   */
  private takeTexts(bytes: Uint8Array, at: number, end: number, sink: FrameSink, view: WordView): number {
    const { scratch, maxMessageBytes, role } = this.options;
    if (scratch?.ranges === undefined || this.assembly !== undefined || role === "server") return at;
    const { ranges } = scratch;
    const count = findTexts(bytes, at, end, maxMessageBytes, ranges);
    if (count < 2) return at;
    const behind = ranges[count * 2 - 1]!;
    blankHeaders(bytes, ranges, count);
    scratch.ranges = undefined;
    try {
      this.tellTexts(bytes, ranges, count, sink, view);
    } finally {
      scratch.ranges = ranges;
    }
    return behind;
  }

  private tellTexts(
    bytes: Uint8Array,
    ranges: Int32Array,
    count: number,
    sink: FrameSink,
    view: WordView,
  ): void {
    const first = ranges[0]!;
    const last = ranges[count * 2 - 1]!;
    const areAscii = this.isAscii(bytes, first, last, view);
    const areValid = areAscii || this.isValid(bytes, first, last);
    const isAsciiText = (n: number): boolean =>
      areAscii || unionOf(bytes, ranges[n * 2]!, ranges[n * 2 + 1]!, view) < 0x80;
    for (let n = 0; n < count && !this.isDone;) {
      const start = ranges[n * 2]!;
      const end = ranges[n * 2 + 1]!;
      const isAscii = isAsciiText(n);
      if (isAscii && sink.asciiTexts !== undefined) {
        let behind = n + 1;
        while (behind < count && isAsciiText(behind)) behind += 1;
        sink.asciiTexts(bytes, ranges.subarray(n * 2), behind - n);
        n = behind;
      } else {
        if (!areValid && !this.isValid(bytes, start, end)) this.fail(1007, "text message: expected UTF-8");
        sink.message(bytes, start, end, true, isAscii, false);
        n += 1;
      }
    }
  }

  /** Fills the frame that was begun in an earlier chunk; returns where the next one starts in this chunk. */
  private complete(partial: Partial, chunk: Uint8Array, start: number, end: number, sink: FrameSink): number {
    let at = start;
    while (at < end) {
      const size = this.measure(partial.bytes, 0, partial.length);
      // One byte at a time while the header is not whole: it has at most fourteen.
      const wanted = size === 0 ? 1 : size - partial.length;
      const taken = Math.min(wanted, end - at);
      this.append(partial, chunk, at, at + taken, size);
      at += taken;
      if (this.measure(partial.bytes, 0, partial.length) === partial.length) {
        this.partial = undefined;
        this.take(partial.bytes, 0, sink);
        return at;
      }
    }
    return at;
  }

  private keep(chunk: Uint8Array, start: number, end: number, size: number): void {
    // What a header only promises is not allocated: the buffer grows with what has come.
    const partial: Partial = { bytes: this.allocate(Math.max(16, end - start)), length: 0 };
    this.append(partial, chunk, start, end, size);
    this.partial = partial;
  }

  /**
   * The size of the frame at `at`, or 0 while its header is not whole. Whatever the header breaks is refused here, at the
   * first byte that shows it.
   */
  private measure(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]!;
    this.checkFirstByte(first);
    if (end - at < 2) return 0;
    const second = bytes[at + 1]!;
    const isMasked = second >= 0x80;
    if (isMasked !== (this.options.role === "server")) {
      this.fail(1002, isMasked ? "frame: expected no mask, got one" : "frame: expected a mask, got none");
    }
    let length = second & 0x7f;
    if (first & 0x08 && length > MAX_CONTROL_PAYLOAD) {
      this.fail(1002, `control frame: expected at most ${MAX_CONTROL_PAYLOAD} bytes, got an extended length`);
    }
    let header = isMasked ? 6 : 2;
    if (length === 126) {
      if (end - at < 4) return 0;
      header += 2;
      length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length < 126) this.fail(1002, `frame length: expected the shortest form, got ${length} in 16 bits`);
    } else if (length === 127) {
      if (end - at < 10) return 0;
      header += 8;
      if (bytes[at + 2]! >= 0x80) this.fail(1002, "frame length: expected 63 bits, got the highest one set");
      length = uint32(bytes, at + 2) * 2 ** 32 + uint32(bytes, at + 6);
      if (length < 65_536)
        this.fail(1002, `frame length: expected the shortest form, got ${length} in 64 bits`);
    }
    const total = first & 0x08 ? length : length + (this.assembly?.length ?? 0);
    if (total > this.options.maxMessageBytes && (first & 0x08) === 0) {
      this.fail(1009, `message: expected at most ${this.options.maxMessageBytes} bytes, got ${total}`);
    }
    if (end - at < header) return 0;
    this.headerLength = header;
    this.payloadLength = length;
    return header + length;
  }

  private checkFirstByte(first: number): void {
    const opcode = first & 0x0f;
    if (first & 0x30) this.fail(1002, "frame: expected RSV2 and RSV3 to be 0, got 1");
    if (opcode > OPCODE.pong || (opcode > OPCODE.binary && opcode < OPCODE.close)) {
      this.fail(1002, `opcode: expected 0, 1, 2, 8, 9 or 10, got ${opcode}`);
    }
    const isControl = opcode >= OPCODE.close;
    if (first & 0x40) {
      if (this.options.allowsCompression !== true) this.fail(1002, "frame: expected RSV1 to be 0, got 1");
      if (isControl || opcode === OPCODE.continuation) {
        this.fail(1002, "frame: expected RSV1 on the first frame of a message only");
      }
    }
    if (isControl) {
      if (first < 0x80) this.fail(1002, "control frame: expected it whole, got a fragment");
    } else if (opcode === OPCODE.continuation) {
      if (this.assembly === undefined)
        this.fail(1002, "frame: expected a message to begin, got a continuation");
    } else if (this.assembly !== undefined) {
      this.fail(1002, `frame: expected a continuation, got opcode ${opcode}`);
    }
  }

  /** A whole frame stands at `at`, measured. */
  private take(bytes: Uint8Array, at: number, sink: FrameSink, view?: WordView): void {
    const first = bytes[at]!;
    const opcode = first & 0x0f;
    const start = at + this.headerLength;
    const end = start + this.payloadLength;
    let union = 0;
    if (this.options.role === "server") {
      union = applyMask(
        bytes,
        start,
        end,
        bytes[start - 4]!,
        bytes[start - 3]!,
        bytes[start - 2]!,
        bytes[start - 1]!,
        view,
      );
    } else if (opcode !== OPCODE.binary) {
      union = unionOf(bytes, start, end, view);
    }
    if (opcode >= OPCODE.close) {
      this.control(opcode, bytes, start, end, sink);
    } else if (first >= 0x80 && opcode !== OPCODE.continuation) {
      const isText = opcode === OPCODE.text;
      const isCompressed = (first & 0x40) !== 0;
      if (isText && union >= 0x80 && !isCompressed && !this.isValid(bytes, start, end)) {
        this.fail(1007, "text message: expected UTF-8");
      }
      sink.message(bytes, start, end, isText, isText && union < 0x80, isCompressed);
    } else {
      this.fragment(first, bytes, start, end, union, sink);
    }
  }

  private control(opcode: number, bytes: Uint8Array, start: number, end: number, sink: FrameSink): void {
    if (opcode === OPCODE.ping) {
      sink.ping(bytes, start, end);
    } else if (opcode === OPCODE.pong) {
      sink.pong(bytes, start, end);
    } else {
      this.stop();
      const { code, reason } = decodeClosePayload(bytes, start, end);
      sink.close(code, reason);
    }
  }

  private fragment(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    union: number,
    sink: FrameSink,
  ): void {
    const assembly = (this.assembly ??= {
      isText: (first & 0x0f) === OPCODE.text,
      isCompressed: (first & 0x40) !== 0,
      bytes: new Uint8Array(0),
      length: 0,
      fragments: 0,
      union: 0,
      utf8: UTF8_START,
    });
    assembly.fragments += 1;
    const maxFragments = this.options.maxFragments ?? DEFAULT_MAX_FRAGMENTS;
    if (assembly.fragments > maxFragments) {
      this.fail(1008, `message: expected at most ${maxFragments} frames, got one more`);
    }
    this.append(assembly, bytes, start, end, 0);
    assembly.union |= union;
    if (assembly.isText && !assembly.isCompressed) {
      assembly.utf8 = checkUtf8(assembly.utf8, bytes, start, end);
      const isLast = first >= 0x80;
      if (assembly.utf8 === UTF8_INVALID || (isLast && assembly.utf8 !== UTF8_START)) {
        this.fail(1007, "text message: expected UTF-8");
      }
    }
    if (first < 0x80) return;
    this.assembly = undefined;
    const isAscii = assembly.isText && assembly.union < 0x80;
    sink.message(assembly.bytes, 0, assembly.length, assembly.isText, isAscii, assembly.isCompressed);
  }

  private isValid(bytes: Uint8Array, start: number, end: number): boolean {
    const { isUtf8: faster } = this.options;
    return faster === undefined ? isUtf8(bytes, start, end) : faster(bytes, start, end);
  }

  private isAscii(bytes: Uint8Array, start: number, end: number, view: WordView): boolean {
    const { isAscii: faster } = this.options;
    return faster === undefined || end - start < VIEW_FROM
      ? unionOf(bytes, start, end, view) < 0x80
      : faster(bytes, start, end);
  }

  /** Adds bytes to a buffer that doubles as it fills; a `size` that is known caps it. */
  private append(to: Partial, from: Uint8Array, start: number, end: number, size: number): void {
    const length = to.length + end - start;
    if (length > to.bytes.length) {
      const doubled = Math.max(length, to.bytes.length * 2);
      const grown = this.allocate(size > 0 ? Math.max(length, Math.min(doubled, size)) : doubled);
      grown.set(to.bytes.subarray(0, to.length));
      to.bytes = grown;
    }
    to.bytes.set(from.subarray(start, end), to.length);
    to.length = length;
  }

  private allocate(length: number): Uint8Array {
    return this.options.scratch?.allocate(length) ?? new Uint8Array(length);
  }

  private fail(closeCode: number, message: string): never {
    this.stop();
    throw new ProtocolError(closeCode, message);
  }
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
