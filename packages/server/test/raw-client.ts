import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A frame as it came from the server. */
export interface ReceivedFrame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly rsv: number;
  readonly payload: Buffer;
}

/** How long a client of the tests waits for what comes: long, since a busy machine takes its time. */
export const PATIENCE_MS = 30_000;

/** A client that sends what it is told, right or wrong, and shows the bytes that come back. */
export class RawClient {
  readonly socket: Socket;
  /** The response's head, once it is there. */
  head = "";
  readonly frames: ReceivedFrame[] = [];
  isClosed = false;
  /** The server has sent everything. */
  hasEnded = false;
  private pending = Buffer.alloc(0);
  private wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.take(chunk));
    socket.on("error", () => {});
    socket.on("end", () => {
      this.hasEnded = true;
      this.wake?.();
    });
    socket.on("close", () => {
      this.isClosed = true;
      this.wake?.();
    });
  }

  /** A bare TCP connection: nothing is sent. */
  static async dial(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1", ...options });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** A connection whose handshake is done. */
  static async open(port: number, target = "/", headers: Record<string, string> = {}): Promise<RawClient> {
    const client = await RawClient.dial(port);
    client.socket.write(upgradeRequest(target, headers));
    await client.until(() => client.head !== "" || client.isClosed);
    if (!client.head.startsWith("HTTP/1.1 101 ")) throw new Error(`no 101: ${client.head}`);
    return client;
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+) /.exec(this.head)?.[1] ?? 0);
  }

  /** Body of an HTTP answer, as far as it came. */
  get body(): string {
    return this.pending.toString();
  }

  get texts(): string[] {
    return this.frames.filter((frame) => frame.opcode === 1).map((frame) => frame.payload.toString());
  }

  /** Code of the close frame that came, 1005 for an empty one, 0 while there is none. */
  get closeCode(): number {
    const frame = this.frames.find(({ opcode }) => opcode === 8);
    if (frame === undefined) return 0;
    return frame.payload.length === 0 ? 1005 : frame.payload.readUInt16BE();
  }

  get closeReason(): string {
    return this.frames.find(({ opcode }) => opcode === 8)?.payload.toString("utf8", 2) ?? "";
  }

  async until(isDone: () => boolean): Promise<void> {
    const timer = setTimeout(() => this.wake?.(), PATIENCE_MS);
    const endMs = Date.now() + PATIENCE_MS - 5;
    while (!isDone()) {
      if (Date.now() >= endMs)
        throw new Error(`waited ${PATIENCE_MS} ms in vain; head: ${this.head || "none"}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    clearTimeout(timer);
  }

  untilClosed(): Promise<void> {
    return this.until(() => this.isClosed);
  }

  text(text: string): void {
    this.socket.write(maskedFrame(0x81, Buffer.from(text)));
  }

  /** Forgets an HTTP answer, so that the next one on the same socket is seen. */
  reset(): void {
    this.head = "";
    this.pending = Buffer.alloc(0);
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    if (this.head === "") {
      const end = this.pending.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.head = this.pending.toString("latin1", 0, end);
        this.pending = this.pending.subarray(end + 4);
      }
    }
    if (this.status === 101) this.takeFrames();
    this.wake?.();
  }

  private takeFrames(): void {
    for (;;) {
      const frame = this.pending;
      if (frame.length < 2) return;
      let length = frame[1]! & 0x7f;
      let start = 2;
      if (length === 126) {
        if (frame.length < 4) return;
        length = frame.readUInt16BE(2);
        start = 4;
      } else if (length === 127) {
        if (frame.length < 10) return;
        length = Number(frame.readBigUInt64BE(2));
        start = 10;
      }
      if (frame.length < start + length) return;
      this.frames.push({
        opcode: frame[0]! & 0x0f,
        isFinal: (frame[0]! & 0x80) !== 0,
        rsv: frame[0]! & 0x70,
        payload: Buffer.from(frame.subarray(start, start + length)),
      });
      this.pending = frame.subarray(start + length);
    }
  }
}

export const SAMPLE_KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** A right request; a header given as `""` is left out. */
export function upgradeRequest(target = "/", headers: Record<string, string> = {}): string {
  const all: Record<string, string> = {
    Host: "127.0.0.1",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": SAMPLE_KEY,
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`);
  return `GET ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** A client's frame: `first` is the byte with FIN, RSV and opcode. */
export function maskedFrame(first: number, payload: Uint8Array): Buffer {
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const head =
    payload.length < 126
      ? Buffer.from([first, 0x80 | payload.length])
      : payload.length < 65_536
        ? Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 0xff])
        : Buffer.concat([Buffer.from([first, 0xff]), uint64(payload.length)]);
  const masked = payload.map((byte, index) => byte ^ mask[index & 3]!);
  return Buffer.concat([head, mask, masked]);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
