/**
 * A position names one publication of one channel (PROTOCOL.md 2.1). Clients compare positions for equality only; what
 * is inside matters to brokers, and to the server when it says why a position cannot be resumed.
 */
export interface PositionParts {
  /** Contiguous from 1 within a channel; 0 is its beginning, before the first publication. */
  readonly offset: number;
  /** Eight hexadecimal digits, drawn anew for every publication and beginning: tells a forked history from the true one. */
  readonly nonce: string;
}

export const MAX_POSITION_LENGTH = 64;

const PATTERN = /^(0|[1-9][0-9]{0,15})-([0-9a-f]{8})$/;

/** `random32` is an unsigned 32-bit integer. Throws RangeError when the offset is no safe integer from 0. */
export function formatPosition(offset: number, random32: number): string {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new RangeError(`offset: expected an integer from 0, got ${String(offset)}`);
  }
  return `${offset}-${(random32 >>> 0).toString(16).padStart(8, "0")}`;
}

/** `undefined` where the text is no position of this version's form. */
export function parsePosition(text: string): PositionParts | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const offset = Number(match[1]);
  return Number.isSafeInteger(offset) ? { offset, nonce: match[2]! } : undefined;
}

/** The offset that a position stands at; 0 for what is no position, too. */
export function offsetOf(position: string): number {
  return parsePosition(position)?.offset ?? 0;
}
