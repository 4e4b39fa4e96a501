/**
 * A position names one publication of one channel (PROTOCOL.md 2.1). Clients compare positions for equality only; what
 * is inside matters to brokers, and to the server when it says why a position cannot be resumed.
 */
export interface PositionParts {
  /** Contiguous from 1 within a channel. */
  readonly offset: number;
  /** Eight hexadecimal digits, drawn anew for every publication: tells a forked history from the true one. */
  readonly nonce: string;
}

/** The position before the first publication of a channel. */
export const ORIGIN = "";

export const MAX_POSITION_LENGTH = 64;

const PATTERN = /^([1-9][0-9]{0,15})-([0-9a-f]{8})$/;

/** `random32` is an unsigned 32-bit integer. Throws RangeError when the offset is not a safe positive integer. */
export function formatPosition(offset: number, random32: number): string {
  if (!Number.isSafeInteger(offset) || offset < 1) {
    throw new RangeError(`offset: expected a positive integer, got ${String(offset)}`);
  }
  return `${offset}-${(random32 >>> 0).toString(16).padStart(8, "0")}`;
}

/** `undefined` where the text is no position of this version's form; `ORIGIN` is none. */
export function parsePosition(text: string): PositionParts | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const offset = Number(match[1]);
  return Number.isSafeInteger(offset) ? { offset, nonce: match[2]! } : undefined;
}

/** The offset that a position stands at; 0 for `ORIGIN` and for what is no position. */
export function offsetOf(position: string): number {
  return parsePosition(position)?.offset ?? 0;
}
