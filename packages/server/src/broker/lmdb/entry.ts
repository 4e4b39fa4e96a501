import * as zlib from "node:zlib";
import { formatPosition, positionNonce } from "../position.js";
import type { Publication, PublicationFormat } from "../publication.js";

const FORMATS: readonly PublicationFormat[] = ["json", "text", "binary"];
const HEADER_BYTES = 32;
const WANTS_RECEIPT = 1;

/**
 * A publication as it lies in the log, under its channel and offset (which are therefore not in it):
 * checksum of the rest u32, format u8, key length u8, flags u8 (1: wants a receipt), a byte free, nonce u32, previous nonce u32,
 * published at f64, expires at f64, key, data. Little endian.
 */
export function encodeEntry(publication: Publication): Buffer {
  const { data, format, key = "", position, previous, publishedAtMs, expiresAtMs } = publication;
  const keyBytes = Buffer.byteLength(key);
  const dataBytes = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
  const entry = Buffer.allocUnsafe(HEADER_BYTES + keyBytes + dataBytes);
  entry[4] = FORMATS.indexOf(format);
  entry[5] = keyBytes;
  entry[6] = publication.wantsReceipt ? WANTS_RECEIPT : 0;
  entry[7] = 0;
  entry.writeUInt32LE(positionNonce(position), 8);
  entry.writeUInt32LE(positionNonce(previous), 12);
  entry.writeDoubleLE(publishedAtMs, 16);
  entry.writeDoubleLE(expiresAtMs, 24);
  if (keyBytes > 0) entry.write(key, HEADER_BYTES);
  if (typeof data === "string") entry.write(data, HEADER_BYTES + keyBytes);
  else entry.set(data, HEADER_BYTES + keyBytes);
  entry.writeUInt32LE(checksum(entry.subarray(4)), 0);
  return entry;
}

/** `undefined` where the entry is damaged. */
export function decodeEntry(entry: Buffer, channel: string, offset: number): Publication | undefined {
  if (entry.length < HEADER_BYTES || checksum(entry.subarray(4)) !== entry.readUInt32LE(0)) return undefined;
  const format = FORMATS[entry[4]!];
  if (format === undefined) return undefined;
  const dataStart = HEADER_BYTES + entry[5]!;
  const data = entry.subarray(dataStart);
  return {
    channel,
    position: formatPosition(offset, entry.readUInt32LE(8)),
    previous: formatPosition(offset - 1, entry.readUInt32LE(12)),
    data: format === "binary" ? new Uint8Array(data) : data.toString(),
    format,
    publishedAtMs: entry.readDoubleLE(16),
    expiresAtMs: entry.readDoubleLE(24),
    key: dataStart === HEADER_BYTES ? undefined : entry.toString("utf8", HEADER_BYTES, dataStart),
    wantsReceipt: (entry[6]! & WANTS_RECEIPT) !== 0,
  };
}

/** What an entry costs in the store, its key and its place in the tree included. */
export function entryBytes(entry: Buffer): number {
  return entry.length + 32;
}

/** CRC-32; from zlib where Node has it there (20.15), else by table. */
const checksum: (bytes: Uint8Array) => number = typeof zlib.crc32 === "function" ? zlib.crc32 : crc32;

const CRC_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as in zlib. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
}
