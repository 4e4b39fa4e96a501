/** What kind of picture some bytes are, and how large; read from their head, without decoding them. */
export interface ImageSize {
  readonly type: "png" | "jpeg" | "gif" | "webp" | "bmp" | "svg" | "unknown";
  /** Pixels; 0 where nothing is known. */
  readonly width: number;
  readonly height: number;
}

export function imageSize(bytes: Uint8Array): ImageSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (...head: readonly number[]): boolean => head.every((byte, index) => bytes[index] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47) && bytes.length >= 24)
    return { type: "png", width: view.getUint32(16), height: view.getUint32(20) };
  if (starts(0x47, 0x49, 0x46) && bytes.length >= 10)
    return { type: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (starts(0x42, 0x4d) && bytes.length >= 26)
    return { type: "bmp", width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
  if (starts(0xff, 0xd8)) return jpegSize(view);
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes.length >= 30) return webpSize(view);
  return svgSize(bytes);
}

function jpegSize(view: DataView): ImageSize {
  let at = 2;
  while (at + 9 < view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    // The frame headers, but not the tables between them.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { type: "jpeg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return { type: "jpeg", width: 0, height: 0 };
}

function webpSize(view: DataView): ImageSize {
  const kind = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (kind === "VP8 ")
    return {
      type: "webp",
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { type: "webp", width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  const three = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  return { type: "webp", width: three(24) + 1, height: three(27) + 1 };
}

function svgSize(bytes: Uint8Array): ImageSize {
  const head = new TextDecoder().decode(bytes.subarray(0, 1_024));
  const tag = /<svg\b[^>]*>/u.exec(head)?.[0];
  if (tag === undefined) return { type: "unknown", width: 0, height: 0 };
  const [, , boxWidth, boxHeight] = (/viewBox="([^"]*)"/u.exec(tag)?.[1] ?? "").split(/[\s,]+/u);
  const length = (name: string, fallback: string | undefined): number =>
    Number.parseFloat(new RegExp(`\\b${name}="([^"]*)"`, "u").exec(tag)?.[1] ?? fallback ?? "0") || 0;
  return { type: "svg", width: length("width", boxWidth), height: length("height", boxHeight) };
}
