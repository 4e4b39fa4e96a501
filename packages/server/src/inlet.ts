import { FrameReader, type FrameReaderOptions, type FrameSink } from "@weapp-socket/wire";

/** What a connection hears from its frame reader. Ranges are valid during the call only. */
export interface FrameListener {
  /** Kept by the inlet: only while a message is under way, or after it has been stopped. */
  reader: FrameReader | undefined;
  readonly isCompressing: boolean;
  onMessage(
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    isAscii: boolean,
    isCompressed: boolean,
  ): void;
  onPing(bytes: Uint8Array, start: number, end: number): void;
  /** The peer's close frame; 1005 where it had no code. */
  onCloseFrame(code: number, reason: string): void;
}

/**
 * One for all connections of a server: passes on what a reader finds to the connection whose bytes it was given. Most
 * connections are between two messages most of the time, and share a reader.
 */
export class Inlet implements FrameSink {
  private readonly plain: FrameReaderOptions;
  private readonly deflated: FrameReaderOptions;
  private sparePlain: FrameReader | undefined;
  private spareDeflated: FrameReader | undefined;
  private listener: FrameListener | undefined;

  constructor(options: FrameReaderOptions) {
    this.plain = options;
    this.deflated = { ...options, allowsCompression: true };
  }

  /** @throws ProtocolError where the peer broke the protocol. */
  read(chunk: Uint8Array, listener: FrameListener): void {
    const before = this.listener;
    const reader = listener.reader ?? this.takeSpare(listener.isCompressing);
    this.listener = listener;
    // There while it reads: the listener may stop it.
    listener.reader = reader;
    try {
      reader.push(chunk, this);
    } finally {
      this.listener = before;
      if (reader.isBetweenMessages) {
        listener.reader = undefined;
        if (listener.isCompressing) this.spareDeflated = reader;
        else this.sparePlain = reader;
      }
    }
  }

  message(
    bytes: Uint8Array,
    start: number,
    end: number,
    isText: boolean,
    isAscii: boolean,
    isCompressed: boolean,
  ): void {
    this.listener?.onMessage(bytes, start, end, isText, isAscii, isCompressed);
  }

  ping(bytes: Uint8Array, start: number, end: number): void {
    this.listener?.onPing(bytes, start, end);
  }

  pong(): void {}

  close(code: number, reason: string): void {
    this.listener?.onCloseFrame(code, reason);
  }

  private takeSpare(isCompressing: boolean): FrameReader {
    const spare = isCompressing ? this.spareDeflated : this.sparePlain;
    if (isCompressing) this.spareDeflated = undefined;
    else this.sparePlain = undefined;
    return spare ?? new FrameReader(isCompressing ? this.deflated : this.plain);
  }
}
