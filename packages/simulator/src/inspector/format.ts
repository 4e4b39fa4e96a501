/** Bytes shown of one message; the rest is only copied. */
export const MAX_SHOWN = 100_000;

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KB`;
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** "14:03:07.042" in the reader's time zone. */
export function formatTime(at: number): string {
  const time = new Date(at);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** "4 s", "3 min", "2 h" */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h`;
}

/** One line of a message, for a list. */
export function preview(data: string | ArrayBuffer): string {
  if (typeof data === "string") return data.slice(0, 300).replace(/\s+/g, " ");
  const bytes = new Uint8Array(data, 0, Math.min(24, data.byteLength));
  return [...bytes].map(hexByte).join(" ") + (data.byteLength > 24 ? " …" : "");
}

/** A hex dump: offset, sixteen bytes, what of them is ASCII. */
export function hexDump(data: string | ArrayBuffer, maxBytes: number): string {
  const all = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
  const bytes = all.subarray(0, maxBytes);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map(hexByte).join(" ").padEnd(47, " ");
    const ascii = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex}  ${ascii}`);
  }
  return lines.join("\n");
}

/** Indented JSON, or undefined where the text is none. */
export function prettyJson(data: string | ArrayBuffer): string | undefined {
  if (typeof data !== "string" || !/^\s*[[{]/.test(data)) return undefined;
  try {
    return JSON.stringify(JSON.parse(data), undefined, 2);
  } catch {
    return undefined;
  }
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
