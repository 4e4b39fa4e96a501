import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from "node:zlib";
import type { DeflateParameters } from "@weapp-socket/wire";

/** The four bytes that a sync flush ends with: not sent, and put back before inflating (RFC 7692 section 7.2). */
const TAIL: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** Below this a message grows rather than shrinks, or nearly so: it goes as it is. */
export const COMPRESS_FROM_BYTES = 256;

/** Why a message could not be inflated. */
export type InflateFailure = "corrupt" | "too-big";

/** permessage-deflate of one client's connection. The caller sends messages through one at a time, each way. */
export interface Deflate {
  compress(data: Uint8Array, done: (data: Buffer) => void): void;
  inflate(data: Uint8Array, done: (data: Buffer | InflateFailure) => void): void;
  /** Nothing is done after it. */
  close(): void;
}

export function createDeflate(parameters: DeflateParameters, maxMessageBytes: number): Deflate {
  const openDeflater = (): Channel =>
    openChannel(createDeflateRaw(windowBits(parameters.clientMaxWindowBits)), Number.POSITIVE_INFINITY);
  const openInflater = (): Channel =>
    openChannel(createInflateRaw(windowBits(parameters.serverMaxWindowBits)), maxMessageBytes);
  let deflater: Channel | undefined;
  let inflater: Channel | undefined;

  return {
    compress(data, done) {
      deflater ??= openDeflater();
      deflater.pass([data], (result) => {
        if (parameters.clientNoContextTakeover) {
          deflater?.close();
          deflater = undefined;
        }
        done((result as Buffer).subarray(0, -TAIL.length));
      });
    },
    inflate(data, done) {
      inflater ??= openInflater();
      inflater.pass([data, TAIL], (result) => {
        if (parameters.serverNoContextTakeover || inflater?.isSpent === true) {
          inflater?.close();
          inflater = undefined;
        }
        done(result);
      });
    },
    close() {
      deflater?.close();
      inflater?.close();
    },
  };
}

/** zlib has no raw window of 256 bytes: a peer's is read with 512, and we never offer to write one. */
function windowBits(bits: number): { readonly windowBits: number } {
  return { windowBits: Math.max(9, bits) };
}

/** One zlib stream, used message by message. */
interface Channel {
  pass(pieces: readonly Uint8Array[], done: (result: Buffer | InflateFailure) => void): void;
  /** The peer ended its stream with a message (RFC 7692 section 7.2.3.4): the next one begins another. */
  readonly isSpent: boolean;
  close(): void;
}

function openChannel(stream: DeflateRaw | InflateRaw, maxBytes: number): Channel {
  let out: Buffer[] = [];
  let length = 0;
  let isSpent = false;
  let finish: ((result: Buffer | InflateFailure) => void) | undefined;

  function settle(result: Buffer | InflateFailure): void {
    const done = finish;
    finish = undefined;
    out = [];
    length = 0;
    done?.(result);
  }

  stream.on("data", (piece: Buffer) => {
    length += piece.length;
    if (length > maxBytes) settle("too-big");
    else out.push(piece);
  });
  stream.on("end", () => (isSpent = true));
  stream.on("error", () => settle("corrupt"));

  return {
    pass(pieces, done) {
      finish = done;
      for (const piece of pieces) stream.write(piece);
      stream.flush(constants.Z_SYNC_FLUSH, () => settle(Buffer.concat(out, length)));
    },
    get isSpent() {
      return isSpent;
    },
    close() {
      finish = undefined;
      stream.close();
    },
  };
}
