/** A buffer as 32-bit words: above a few bytes four at a time is faster than one at a time, once the view is made. */
export interface WordView {
  readonly words: Int32Array;
  /** Where the bytes begin in `words`, in bytes. */
  readonly offset: number;
}

/** Shorter ranges are faster byte by byte. */
const WORDS_FROM = 24;
/** Where no view is given, one is made for ranges of at least this many bytes. */
const VIEW_FROM = 256;

/** Costs about as much as masking 256 bytes: made once for a buffer that holds many ranges. */
export function viewWords(bytes: Uint8Array): WordView {
  const { buffer, byteOffset } = bytes;
  // From the buffer's beginning, so that words are aligned; bytes that fill no word are reached as bytes.
  return { words: new Int32Array(buffer, 0, buffer.byteLength >> 2), offset: byteOffset };
}

/**
 * Applies a masking key in place (RFC 6455 section 5.3; masking and unmasking are the same) and returns the bitwise or of
 * the result: below 0x80 it is ASCII, and needs no UTF-8 check. The key is four bytes in wire order. `view` is
 * `viewWords(bytes)`, where there is one already.
 */
export function applyMask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key0: number,
  key1: number,
  key2: number,
  key3: number,
  view?: WordView,
): number {
  return end - start < (view === undefined ? VIEW_FROM : WORDS_FROM)
    ? maskBytes(bytes, start, end, key0, key1, key2, key3)
    : maskWords(bytes, start, end, key0, key1, key2, key3, view ?? viewWords(bytes));
}

function maskBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  k0: number,
  k1: number,
  k2: number,
  k3: number,
): number {
  let union = 0;
  let at = start;
  for (const whole = end - 3; at < whole; at += 4) {
    const a = bytes[at]! ^ k0;
    const b = bytes[at + 1]! ^ k1;
    const c = bytes[at + 2]! ^ k2;
    const d = bytes[at + 3]! ^ k3;
    bytes[at] = a;
    bytes[at + 1] = b;
    bytes[at + 2] = c;
    bytes[at + 3] = d;
    union |= a | b | c | d;
  }
  if (at < end) union |= bytes[at]! ^= k0;
  if (at + 1 < end) union |= bytes[at + 1]! ^= k1;
  if (at + 2 < end) union |= bytes[at + 2]! ^= k2;
  return union;
}

function maskWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  k0: number,
  k1: number,
  k2: number,
  k3: number,
  { words, offset }: WordView,
): number {
  const first = (offset + start + 3) >> 2;
  const last = (offset + end) >> 2;
  // The first whole word is masked as bytes: what changed in it is the key, turned as the words need it and in the
  // machine's byte order.
  const before = words[first]!;
  const union = maskBytes(bytes, start, (first + 1) * 4 - offset, k0, k1, k2, k3);
  const key = before ^ words[first]!;
  let wordUnion = 0;
  let at = first + 1;
  for (const whole = last - 3; at < whole; at += 4) {
    const a = words[at]! ^ key;
    const b = words[at + 1]! ^ key;
    const c = words[at + 2]! ^ key;
    const d = words[at + 3]! ^ key;
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = c;
    words[at + 3] = d;
    wordUnion |= a | b | c | d;
  }
  for (; at < last; at += 1) {
    const word = words[at]! ^ key;
    words[at] = word;
    wordUnion |= word;
  }
  const tail = last * 4 - offset;
  const turn = (tail - start) & 3;
  return (
    union |
    bytesUnion(wordUnion) |
    maskBytes(
      bytes,
      tail,
      end,
      turn === 0 ? k0 : turn === 1 ? k1 : turn === 2 ? k2 : k3,
      turn === 0 ? k1 : turn === 1 ? k2 : turn === 2 ? k3 : k0,
      turn === 0 ? k2 : turn === 1 ? k3 : turn === 2 ? k0 : k1,
      0,
    )
  );
}

/** The bitwise or of a range, as `applyMask` returns it, of bytes that are not masked. */
export function unionOf(bytes: Uint8Array, start: number, end: number, view?: WordView): number {
  return view === undefined || end - start < WORDS_FROM
    ? unionBytes(bytes, start, end)
    : unionWords(bytes, start, end, view);
}

function unionBytes(bytes: Uint8Array, start: number, end: number): number {
  let union = 0;
  let at = start;
  for (const whole = end - 7; at < whole; at += 8) {
    union |=
      bytes[at]! |
      bytes[at + 1]! |
      bytes[at + 2]! |
      bytes[at + 3]! |
      bytes[at + 4]! |
      bytes[at + 5]! |
      bytes[at + 6]! |
      bytes[at + 7]!;
  }
  for (; at < end; at += 1) union |= bytes[at]!;
  return union;
}

function unionWords(bytes: Uint8Array, start: number, end: number, { words, offset }: WordView): number {
  // Four bytes at either end, whether words cover them or not: cheaper than to ask.
  const edges =
    bytes[start]! |
    bytes[start + 1]! |
    bytes[start + 2]! |
    bytes[start + 3]! |
    bytes[end - 4]! |
    bytes[end - 3]! |
    bytes[end - 2]! |
    bytes[end - 1]!;
  let wordUnion = 0;
  let at = (offset + start + 3) >> 2;
  const last = (offset + end) >> 2;
  for (const whole = last - 3; at < whole; at += 4) {
    wordUnion |= words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!;
  }
  for (; at < last; at += 1) wordUnion |= words[at]!;
  return edges | bytesUnion(wordUnion);
}

function bytesUnion(word: number): number {
  return (word | (word >>> 8) | (word >>> 16) | (word >>> 24)) & 0xff;
}
