import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from "node:zlib";
import type { DeflateParameters } from "@weapp-socket/wire";

/** The four bytes that a sync flush ends with: not sent, and put back before inflating (RFC 7692 section 7.2). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Below this a message grows rather than shrinks, or nearly so. */
export const COMPRESS_FROM_BYTES = 256;

/** permessage-deflate of one client connection. Messages go through one at a time, each way. */
export interface Deflate {
  compress(data: Uint8Array, done: (data: Uint8Array) => void): void;
  /** `done` gets undefined when the data is no deflate, or is larger than `maxMessageBytes`. */
  inflate(data: Uint8Array, done: (data: Buffer | "corrupt" | "too-big") => void): void;
  close(): void;
}

export function createDeflate(parameters: DeflateParameters, maxMessageBytes: number): Deflate {
  let deflater: DeflateRaw | undefined;
  let inflater: InflateRaw | undefined;
  let isClosed = false;

  function run(
    stream: DeflateRaw | InflateRaw,
    pieces: readonly Uint8Array[],
    maxBytes: number,
    done: (result: Buffer | "corrupt" | "too-big") => void,
  ): void {
    const out: Buffer[] = [];
    let length = 0;
    let isOver = false;
    const finish = (result: Buffer | "corrupt" | "too-big"): void => {
      if (isOver) return;
      isOver = true;
      stream.off("data", take);
      stream.off("error", fail);
      // A stream that failed may say so again; nobody is left to hear it.
      if (result === "corrupt" || result === "too-big") stream.on("error", () => {});
      if (!isClosed) done(result);
    };
    const take = (piece: Buffer): void => {
      length += piece.length;
      if (length > maxBytes) finish("too-big");
      else out.push(piece);
    };
    const fail = (): void => finish("corrupt");
    stream.on("data", take);
    stream.on("error", fail);
    for (const piece of pieces) stream.write(piece);
    stream.flush(constants.Z_SYNC_FLUSH, () => finish(Buffer.concat(out, length)));
  }

  return {
    compress(data, done) {
      // zlib has no window of 256 bytes; one of 512 that it uses less of would not be honest.
      const bits = Math.max(9, parameters.clientMaxWindowBits);
      deflater ??= createDeflateRaw({ windowBits: bits });
      run(deflater, [data], Number.POSITIVE_INFINITY, (result) => {
        if (parameters.clientNoContextTakeover) {
          deflater?.close();
          deflater = undefined;
        }
        done((result as Buffer).subarray(0, -TAIL.length));
      });
    },
    inflate(data, done) {
      inflater ??= createInflateRaw({ windowBits: Math.max(9, parameters.serverMaxWindowBits) });
      run(inflater, [data, TAIL], maxMessageBytes, (result) => {
        if (parameters.serverNoContextTakeover) {
          inflater?.close();
          inflater = undefined;
        }
        done(result);
      });
    },
    close() {
      isClosed = true;
      deflater?.close();
      inflater?.close();
    },
  };
}
