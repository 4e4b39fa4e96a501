/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** SHA-1 of a text in Latin-1, as base64. */
export type HandshakeHash = (text: string) => string;

/** `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`. `hash` is a faster one than our own, where the platform has one. */
export function acceptKey(key: string, hash: HandshakeHash = hashText): string {
  return hash(key + GUID);
}

/** A `Sec-WebSocket-Key`: 16 random bytes as base64. `random32` gives unsigned 32-bit integers. */
export function createKey(random32: () => number): string {
  const bytes = new Uint8Array(16);
  for (let at = 0; at < 16; at += 4) {
    const word = random32();
    bytes[at] = word >>> 24;
    bytes[at + 1] = word >>> 16;
    bytes[at + 2] = word >>> 8;
    bytes[at + 3] = word;
  }
  return encodeBase64(bytes);
}

/** Whether a text is a base64 of 16 bytes, as a key must be (RFC 6455 section 4.1). */
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(text);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const a = bytes[at]!;
    const b = left > 1 ? bytes[at + 1]! : 0;
    const c = left > 2 ? bytes[at + 2]! : 0;
    text += ALPHABET[a >> 2]! + ALPHABET[((a & 3) << 4) | (b >> 4)]!;
    text += left > 1 ? ALPHABET[((b & 15) << 2) | (c >> 6)]! : "=";
    text += left > 2 ? ALPHABET[c & 63]! : "=";
  }
  return text;
}

function hashText(text: string): string {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return encodeBase64(sha1(bytes));
}

/** FIPS 180-4. The handshake proves with it that both ends speak WebSocket; it protects nothing. */
export function sha1(message: Uint8Array): Uint8Array {
  const length = message.length;
  const padded = new Uint8Array((((length + 8) >> 6) + 1) << 6);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(padded.length - 4, length << 3);

  let h0 = 0x67452301;
  let h1 = 0xefcdab89 | 0;
  let h2 = 0x98badcfe | 0;
  let h3 = 0x10325476;
  let h4 = 0xc3d2e1f0 | 0;
  const words = new Int32Array(80);
  for (let block = 0; block < padded.length; block += 64) {
    for (let n = 0; n < 16; n += 1) words[n] = view.getInt32(block + n * 4);
    for (let n = 16; n < 80; n += 1) {
      const word = words[n - 3]! ^ words[n - 8]! ^ words[n - 14]! ^ words[n - 16]!;
      words[n] = (word << 1) | (word >>> 31);
    }
    let a = h0;
    let b = h1;
    let c = h2;
    let d = h3;
    let e = h4;
    for (let n = 0; n < 80; n += 1) {
      const mixed =
        n < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : n < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : n < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (((a << 5) | (a >>> 27)) + mixed + e + words[n]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  const digest = new Uint8Array(20);
  const out = new DataView(digest.buffer);
  out.setInt32(0, h0);
  out.setInt32(4, h1);
  out.setInt32(8, h2);
  out.setInt32(12, h3);
  out.setInt32(16, h4);
  return digest;
}
