/** The state between two whole characters. */
export const UTF8_START = 0;
/** No continuation makes the bytes valid any more. */
export const UTF8_INVALID = -1;

/**
 * Checks UTF-8 piece by piece (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). The state packs what
 * the character under way still needs: how many bytes, and the range of the next one.
 *
 * Start with `UTF8_START`; after the last piece the text is valid when the state is `UTF8_START` again.
 */
export function checkUtf8(state: number, bytes: Uint8Array, start: number, end: number): number {
  let needed = state & 0x3;
  let low = (state >> 8) & 0xff;
  let high = (state >> 16) & 0xff;
  if (state === UTF8_INVALID) return UTF8_INVALID;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    if (needed > 0) {
      if (byte < low || byte > high) return UTF8_INVALID;
      needed -= 1;
      low = 0x80;
      high = 0xbf;
    } else if (byte >= 0x80) {
      if (byte < 0xc2 || byte > 0xf4) return UTF8_INVALID;
      needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
      high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    }
  }
  return needed === 0 ? UTF8_START : needed | (low << 8) | (high << 16);
}

/** Whether a range is valid UTF-8, whole. */
export function isUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
  return checkUtf8(UTF8_START, bytes, start, end) === UTF8_START;
}

/** Length in bytes of a string as UTF-8; a lone surrogate counts as U+FFFD, three bytes. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      length += 1;
    } else {
      length += 2;
      if (isPair(unit, text.charCodeAt(at + 1))) at += 1;
    }
  }
  return length;
}

/** Writes a string as UTF-8 from `offset`; returns the offset after it. Lone surrogates become U+FFFD. */
export function writeUtf8(text: string, target: Uint8Array, offset: number): number {
  let to = offset;
  for (let at = 0; at < text.length; at += 1) {
    let code = text.charCodeAt(at);
    if (code < 0x80) {
      target[to++] = code;
      continue;
    }
    if (code < 0x800) {
      target[to++] = 0xc0 | (code >> 6);
      target[to++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(at + 1);
      if (isPair(code, next)) {
        at += 1;
        code = 0x10000 + ((code & 0x3ff) << 10) + (next & 0x3ff);
        target[to++] = 0xf0 | (code >> 18);
        target[to++] = 0x80 | ((code >> 12) & 0x3f);
        target[to++] = 0x80 | ((code >> 6) & 0x3f);
        target[to++] = 0x80 | (code & 0x3f);
        continue;
      }
      code = 0xfffd;
    }
    target[to++] = 0xe0 | (code >> 12);
    target[to++] = 0x80 | ((code >> 6) & 0x3f);
    target[to++] = 0x80 | (code & 0x3f);
  }
  return to;
}

export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/** Decodes bytes that are known to be valid UTF-8. For short texts: reasons, headers. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let at = start; at < end;) {
    const byte = bytes[at++]!;
    if (byte < 0x80) {
      text += String.fromCharCode(byte);
      continue;
    }
    const more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    let code = byte & (0x3f >> more);
    for (let n = 0; n < more; n += 1) code = (code << 6) | (bytes[at++]! & 0x3f);
    text += String.fromCodePoint(code);
  }
  return text;
}

function isPair(high: number, low: number): boolean {
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
