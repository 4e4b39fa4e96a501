import { formatPosition, positionNonce } from "../position.js";
import { SEAL_BYTES } from "./table.js";
import type { Publication, PublicationFormat } from "../publication.js";

const FORMATS: readonly PublicationFormat[] = ["json", "text", "binary"];
const HEADER_BYTES = 28;
const WANTS_RECEIPT = 1;

/**
 * A publication as it lies in the log, under its channel and offset (which are therefore not in it), behind its seal:
 * format u8, key length u8, flags u8 (1: wants a receipt), a byte free, nonce u32, previous nonce u32, published at f64,
 * expires at f64, key, data. Little endian.
 */
export function encodeEntry(publication: Publication): Buffer {
  const { data, format, key = "", position, previous, publishedAtMs, expiresAtMs } = publication;
  const keyBytes = Buffer.byteLength(key);
  const dataBytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
  const value = Buffer.allocUnsafe(SEAL_BYTES + HEADER_BYTES + keyBytes + dataBytes);
  const entry = value.subarray(SEAL_BYTES);
  entry[0] = FORMATS.indexOf(format);
  entry[1] = keyBytes;
  entry[2] = publication.wantsReceipt ? WANTS_RECEIPT : 0;
  entry[3] = 0;
  entry.writeUInt32LE(positionNonce(position), 4);
  entry.writeUInt32LE(positionNonce(previous), 8);
  entry.writeDoubleLE(publishedAtMs, 12);
  entry.writeDoubleLE(expiresAtMs, 20);
  if (keyBytes > 0) entry.write(key, HEADER_BYTES);
  if (typeof data === "string") entry.write(data, HEADER_BYTES + keyBytes);
  else entry.set(data, HEADER_BYTES + keyBytes);
  return value;
}

/** From an entry without its seal. */
export function decodeEntry(entry: Buffer, channel: string, offset: number): Publication {
  const format = FORMATS[entry[0]!]!;
  const dataStart = HEADER_BYTES + entry[1]!;
  const data = entry.subarray(dataStart);
  return {
    channel,
    position: formatPosition(offset, entry.readUInt32LE(4)),
    previous: formatPosition(offset - 1, entry.readUInt32LE(8)),
    data: format === "binary" ? new Uint8Array(data) : data.toString(),
    format,
    publishedAtMs: entry.readDoubleLE(12),
    expiresAtMs: entry.readDoubleLE(20),
    key: dataStart === HEADER_BYTES ? undefined : entry.toString("utf8", HEADER_BYTES, dataStart),
    wantsReceipt: (entry[2]! & WANTS_RECEIPT) !== 0,
  };
}

/** What a value costs in the store, its key and its place in the tree included. */
export function storedBytes(valueBytes: number): number {
  return valueBytes + 32;
}
