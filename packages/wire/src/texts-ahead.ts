import { OPCODE } from "./opcode.js";

/** First byte of a text message in one frame, not compressed. */
const WHOLE_TEXT = 0x80 | OPCODE.text;

/**
 * How many whole, unmasked text messages of at most `maxMessageBytes` stand one behind another from `from`; `ranges` gets
 * where each begins and ends. Anything else ends the search, good or bad.
 */
export function findTexts(
  bytes: Uint8Array,
  from: number,
  end: number,
  maxMessageBytes: number,
  ranges: Int32Array,
): number {
  const room = ranges.length / 2;
  let count = 0;
  let at = from;
  // Four bytes show either header whole.
  while (count < room && at + 4 <= end && bytes[at] === WHOLE_TEXT) {
    let start = at + 2;
    let length = bytes[at + 1]!;
    if (length === 126) {
      start += 2;
      length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length < 126) break;
    } else if (length > 126) {
      break;
    }
    at = start + length;
    if (at > end || length > maxMessageBytes) break;
    ranges[count * 2] = start;
    ranges[count * 2 + 1] = at;
    count += 1;
  }
  return count;
}

/**
 * Makes one text of all: the headers between them become U+0000, which is ASCII, and no part of a character whose end is
 * missing before it.
 */
export function blankHeaders(bytes: Uint8Array, ranges: Int32Array, count: number): void {
  for (let n = 1; n < count; n += 1) {
    for (let at = ranges[n * 2 - 1]!; at < ranges[n * 2]!; at += 1) bytes[at] = 0;
  }
}
