import type { FrameReader, FrameSink } from "@weapp-socket/wire";

/** What a connection hears from its frame reader. Ranges are valid during the call only. */
export interface FrameListener {
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

/** One for all connections of a server: passes on what a reader finds to the connection whose bytes it was given. */
export class Inlet implements FrameSink {
  private listener: FrameListener | undefined;

  /** @throws ProtocolError where the peer broke the protocol. */
  read(chunk: Uint8Array, reader: FrameReader, listener: FrameListener): void {
    const before = this.listener;
    this.listener = listener;
    try {
      reader.push(chunk, this);
    } finally {
      this.listener = before;
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
}
