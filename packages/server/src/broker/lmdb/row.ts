import { SEAL_BYTES } from "./table.js";
import type { Durability } from "../publication.js";

/** What the store keeps of a channel beside its publications. */
export interface ChannelRow {
  /** Names the channel in the keys of its publications; never given out twice. */
  readonly id: number;
  /** Offset and nonce of the newest publication. */
  readonly offset: number;
  readonly nonce: number;
  /** No publication of a lower offset is in the store. */
  readonly firstOffset: number;
  /** A position of a lower offset cannot be resumed: what followed it may have been lost in a crash. */
  readonly unbrokenFrom: number;
  readonly historyCount: number;
  readonly historyAgeMs: number;
  /** Epoch milliseconds of the newest publication. */
  readonly publishedAtMs: number;
  /** Epoch milliseconds of the next upkeep, as it stands in the table of what is due. */
  readonly upkeepAtMs: number;
  /** Bytes of publications in the store. */
  readonly bytes: number;
  /** The session of the store (counted from 1 at every open) in which the channel was last published to. */
  readonly session: number;
  /** The weakest durability of a publication in that session. */
  readonly weakest: Durability;
}

const LEVELS: readonly Durability[] = ["memory", "disk", "fsync"];

/** Behind room for its seal. */
export function encodeRow(row: ChannelRow): Buffer {
  const numbers = [
    row.id,
    row.offset,
    row.nonce,
    row.firstOffset,
    row.unbrokenFrom,
    row.historyCount,
    row.historyAgeMs,
    row.publishedAtMs,
    row.upkeepAtMs,
    row.bytes,
    row.session,
    LEVELS.indexOf(row.weakest),
  ];
  const bytes = Buffer.allocUnsafe(SEAL_BYTES + numbers.length * 8);
  for (const [index, number] of numbers.entries()) bytes.writeDoubleLE(number, SEAL_BYTES + index * 8);
  return bytes;
}

/** From a row without its seal. */
export function decodeRow(bytes: Buffer): ChannelRow {
  const number = (index: number): number => bytes.readDoubleLE(index * 8);
  return {
    id: number(0),
    offset: number(1),
    nonce: number(2),
    firstOffset: number(3),
    unbrokenFrom: number(4),
    historyCount: number(5),
    historyAgeMs: number(6),
    publishedAtMs: number(7),
    upkeepAtMs: number(8),
    bytes: number(9),
    session: number(10),
    weakest: LEVELS[number(11)] ?? "memory",
  };
}
