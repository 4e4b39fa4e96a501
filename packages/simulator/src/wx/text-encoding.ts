/** The encodings of WeChat's file functions. An unknown one throws. */
export function encodeText(text: string, encoding: string): Uint8Array<ArrayBuffer> {
  switch (encoding.toLowerCase()) {
    case "utf8":
    case "utf-8":
      return new TextEncoder().encode(text);
    case "base64":
      return bytes(atob(text));
    case "hex":
      return Uint8Array.from(text.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
    case "ascii":
    case "latin1":
    case "binary":
      return bytes(text);
    case "ucs2":
    case "ucs-2":
    case "utf16le":
    case "utf-16le":
      return new Uint8Array(Uint16Array.from(units(text)).buffer);
    default:
      throw new Error(`invalid encoding "${encoding}"`);
  }
}

export function decodeText(data: Uint8Array<ArrayBuffer>, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case "utf8":
    case "utf-8":
      return new TextDecoder("utf-8").decode(data);
    case "base64":
      return btoa(binary(data));
    case "hex":
      return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
    case "ascii":
    case "latin1":
    case "binary":
      return binary(data);
    case "ucs2":
    case "ucs-2":
    case "utf16le":
    case "utf-16le":
      return new TextDecoder("utf-16le").decode(data);
    default:
      throw new Error(`invalid encoding "${encoding}"`);
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(units(text), (unit) => unit & 0xff);
}

function units(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/** One character a byte. */
export function binary(data: Uint8Array): string {
  let text = "";
  for (let start = 0; start < data.length; start += 8_192) {
    text += String.fromCharCode(...data.subarray(start, start + 8_192));
  }
  return text;
}
