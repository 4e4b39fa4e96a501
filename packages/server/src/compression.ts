import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { acceptDeflate, formatExtensions, ProtocolError, type Extension } from "@weapp-socket/wire";

export interface CompressionOptions {
  /**
   * Messages below this many bytes are sent as they are: they gain nothing.
   * @defaultValue 1024
   */
  readonly minBytes?: number | undefined;
  /**
   * zlib's level, 1 (fast) to 9 (small).
   * @defaultValue 1
   */
  readonly level?: number | undefined;
}

export interface Compression {
  readonly minBytes: number;
  readonly level: number;
}

export function resolveCompression(
  options: CompressionOptions | boolean | undefined,
): Compression | undefined {
  if (options === undefined || options === false) return undefined;
  const { minBytes = 1024, level = 1 } = options === true ? {} : options;
  if (!Number.isInteger(minBytes) || minBytes < 0) {
    throw new RangeError(`compression.minBytes: expected an integer from 0, got ${minBytes}`);
  }
  if (!Number.isInteger(level) || level < 1 || level > 9) {
    throw new RangeError(`compression.level: expected an integer from 1 to 9, got ${level}`);
  }
  return { minBytes, level };
}

/**
 * The answer to a client's offers, for the response's header; `undefined` where none can be taken. No context is kept
 * from message to message: so one compressed message fits all members of a channel, and a connection costs no window.
 */
export function answerOffers(offers: readonly Extension[]): string | undefined {
  for (const offer of offers) {
    const accepted = acceptDeflate([offer], { serverNoContextTakeover: true, clientNoContextTakeover: true });
    // One compressed message must fit everybody: who can take only a smaller window gets none.
    if (accepted?.parameters.serverMaxWindowBits === 15) return formatExtensions([accepted.response]);
  }
  return undefined;
}

/** What every flushed deflate block ends with, and messages go without (RFC 7692 section 7.2.1). */
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

export function deflateMessage(bytes: Uint8Array, level: number): Uint8Array {
  const deflated = deflateRawSync(bytes, { level, finishFlush: constants.Z_SYNC_FLUSH });
  return deflated.subarray(0, -TAIL.length);
}

/** @throws ProtocolError 1009 where more comes out than is allowed, 1007 where it is no deflate stream. */
export function inflateMessage(bytes: Uint8Array, maxBytes: number): Buffer {
  try {
    return inflateRawSync(Buffer.concat([bytes, TAIL]), {
      maxOutputLength: maxBytes,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new ProtocolError(1009, `message: expected at most ${maxBytes} bytes, got more once inflated`);
    }
    throw new ProtocolError(1007, "compressed message: expected a deflate stream");
  }
}
