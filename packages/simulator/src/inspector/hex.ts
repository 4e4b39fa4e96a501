/** Bytes in one row of a hex dump. */
export const HEX_ROW = 16;

/** A row of a hex dump: where it begins, its bytes, and what of them is ASCII. */
export interface HexRow {
  readonly offset: string;
  readonly hex: string;
  readonly ascii: string;
}

/** @param row from 0 */
export function hexRow(bytes: Uint8Array, row: number): HexRow {
  const part = bytes.subarray(row * HEX_ROW, (row + 1) * HEX_ROW);
  let hex = "";
  let ascii = "";
  for (const [at, byte] of part.entries()) {
    hex += `${at === 8 ? " " : ""}${hexByte(byte)} `;
    ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
  }
  return { offset: (row * HEX_ROW).toString(16).padStart(6, "0"), hex: hex.trimEnd().padEnd(48), ascii };
}

export function hexRowCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / HEX_ROW);
}

/** The whole dump, to be copied. */
export function hexDump(bytes: Uint8Array): string {
  return Array.from({ length: hexRowCount(bytes) }, (_, row) => {
    const { offset, hex, ascii } = hexRow(bytes, row);
    return `${offset}  ${hex}  ${ascii}`;
  }).join("\n");
}

/** The first bytes, for a line of a list: "0a 1b 2c …" */
export function hexPreview(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, 24)].map(hexByte).join(" ");
  return bytes.length > 24 ? `${shown} …` : shown;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
