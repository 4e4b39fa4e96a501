/** Above this many bytes four at a time is faster than one at a time, view and all. */
const WORDS_FROM = 256;

/**
 * Applies a masking key in place (RFC 6455 section 5.3; masking and unmasking are the same) and returns the bitwise or of
 * the result: below 0x80 it is ASCII, and needs no UTF-8 check. The key is four bytes in wire order.
 */
export function applyMask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key0: number,
  key1: number,
  key2: number,
  key3: number,
): number {
  return end - start < WORDS_FROM
    ? maskBytes(bytes, start, end, key0, key1, key2, key3)
    : maskWords(bytes, start, end, key0, key1, key2, key3);
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
): number {
  // Bytes before the first aligned word, then the key turned by as many.
  const odd = (4 - ((bytes.byteOffset + start) & 3)) & 3;
  const first = start + odd;
  let union = maskBytes(bytes, start, first, k0, k1, k2, k3);
  const key = [k0, k1, k2, k3];
  const t0 = key[odd & 3]!;
  const t1 = key[(odd + 1) & 3]!;
  const t2 = key[(odd + 2) & 3]!;
  const t3 = key[(odd + 3) & 3]!;
  const count = (end - first) >> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + first, count);
  // Through bytes, so that the machine's own byte order makes no difference.
  const turned = new Int32Array(new Uint8Array([t0, t1, t2, t3]).buffer)[0]!;
  let wordUnion = 0;
  for (let at = 0; at < count; at += 1) {
    const word = words[at]! ^ turned;
    words[at] = word;
    wordUnion |= word;
  }
  union |= (wordUnion | (wordUnion >>> 8) | (wordUnion >>> 16) | (wordUnion >>> 24)) & 0xff;
  return union | maskBytes(bytes, first + count * 4, end, t0, t1, t2, t3);
}

/** The bitwise or of a range, as `applyMask` returns it, of bytes that are not masked. */
export function unionOf(bytes: Uint8Array, start: number, end: number): number {
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
