import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import {
  checkUpgrade,
  cutReason,
  encodeClosePayload,
  encodeFrame,
  formatHead,
  formatUpgradeResponse,
  FrameReader,
  headerSize,
  NO_STATUS,
  OPCODE,
  ProtocolError,
  writeFrameHeader,
  type FrameSink,
  type Opcode,
  type Upgrade,
  type UpgradeRefusal,
} from "@weapp-socket/wire";
import type { RelaySocket, RelaySocketEvents } from "./relay-socket.js";

/** A picture to upload is one message. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
/** A page that does not answer our close frame. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Completes the upgrade of a request that was not refused, and hands the connection to what `open` returns. A request
 * that is no WebSocket handshake is answered with what it lacks.
 */
export function acceptRelay(
  request: IncomingMessage,
  socket: Socket,
  head: Uint8Array,
  open: (socket: RelaySocket) => RelaySocketEvents,
): void {
  const upgrade = upgradeOf(request);
  socket.on("error", () => socket.destroy());
  if ("status" in upgrade) {
    const { status, message, headers } = upgrade;
    socket.end(formatHead(`HTTP/1.1 ${status} ${message}`, [...headers, ["Connection", "close"]]));
    return;
  }
  socket.setTimeout(0);
  socket.setNoDelay(true);
  socket.write(formatUpgradeResponse(upgrade.key, undefined, undefined));
  const connection = new RelayConnection(socket);
  const events = open(connection);
  connection.start(events);
  if (head.length > 0) connection.read(head);
  socket.on("data", (chunk) => connection.read(chunk));
  socket.on("end", () => socket.destroy());
  socket.on("close", () => events.closed());
}

class RelayConnection implements RelaySocket {
  readonly #socket: Socket;
  readonly #reader = new FrameReader({
    role: "server",
    maxMessageBytes: MAX_MESSAGE_BYTES,
    isUtf8: (bytes, start, end) => isUtf8(bytes.subarray(start, end)),
  });
  readonly #sink: FrameSink = {
    message: (bytes, start, end, isText) => {
      const payload = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      if (isText) this.#events?.text(payload.toString());
      else this.#events?.binary(payload);
    },
    ping: (bytes, start, end) => this.#write(OPCODE.pong, [bytes.subarray(start, end)]),
    // We send no pings: a page that is gone takes its TCP connection with it.
    pong: () => undefined,
    close: (code) => this.close(code === NO_STATUS ? 1000 : code, ""),
  };
  #events: RelaySocketEvents | undefined;
  #closing = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  start(events: RelaySocketEvents): void {
    this.#events = events;
  }

  read(chunk: Uint8Array): void {
    try {
      this.#reader.push(chunk, this.#sink);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.close(error.closeCode, cutReason(error.message));
    }
  }

  sendText(text: string): void {
    this.#write(OPCODE.text, [Buffer.from(text)]);
  }

  sendBinary(head: Uint8Array, bytes: Uint8Array): void {
    this.#write(OPCODE.binary, [head, bytes]);
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#reader.stop();
    this.#socket.end(encodeFrame(OPCODE.close, encodeClosePayload(code, reason)));
    setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  #write(opcode: Opcode, parts: readonly Uint8Array[]): void {
    if (this.#closing || this.#socket.destroyed) return;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const frame = Buffer.allocUnsafe(headerSize(length, false) + length);
    let at = writeFrameHeader(frame, 0, opcode, length);
    for (const part of parts) {
      frame.set(part, at);
      at += part.length;
    }
    this.#socket.write(frame);
  }
}

function upgradeOf({ method = "", url = "", headers }: IncomingMessage): Upgrade | UpgradeRefusal {
  const single = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return checkUpgrade({ method, target: url, headers: new Map(single) });
}
