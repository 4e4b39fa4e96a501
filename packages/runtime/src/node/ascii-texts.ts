import { bufferOf } from "./buffer-of.js";

/** Texts of ASCII messages out of one read, which may hold hundreds of them. */
export interface AsciiTexts {
  /** A read begins: `bytes` up to `end`. */
  begin(bytes: Uint8Array, end: number): void;
  /** The text of a range of bytes: cheap when they are of this read. */
  read(from: Uint8Array, start: number, end: number): string;
  /** The read is used up: its bytes are let go. */
  finish(): void;
}

/**
 * A call into the platform's decoder costs more than the decoding of a short message: so many bytes are decoded at once,
 * and short messages are cut out of the text. A message that a page keeps keeps no more than these alive.
 */
const WINDOW_BYTES = 2_048;

const nothing = new Uint8Array(0);

export function createAsciiTexts(): AsciiTexts {
  let bytes: Uint8Array = nothing;
  let limit = 0;
  let text = "";
  let from = 0;
  let to = 0;

  function begin(next: Uint8Array, end: number): void {
    bytes = next;
    limit = end;
    text = "";
    from = 0;
    to = 0;
  }

  return {
    begin,
    read(source, start, end) {
      if (source !== bytes) return decodeLatin1(source, start, end);
      if (start < from || end > to) {
        // Whatever is not ASCII in between is a character all the same: Latin-1 has one for every byte.
        from = start;
        to = Math.max(end, Math.min(limit, start + WINDOW_BYTES));
        text = decodeLatin1(bytes, from, to);
      }
      return text.substring(start - from, end - from);
    },
    finish: () => begin(nothing, 0),
  };
}

function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return bufferOf(bytes).toString("latin1", start, end);
}
