import type { Profile } from "./profile.js";
import { typeName } from "./type-name.js";

/** What goes over the wire for the `data` of a send, or the text that refuses it. Throws what `data` throws. */
export function readSendData(
  data: unknown,
  profile: Profile,
): { readonly data: string | ArrayBuffer | Promise<ArrayBuffer> } | { readonly refusal: string } {
  if (typeof data === "string") return { data };
  if (typeName(data) === "ArrayBuffer") return { data: attached(data as ArrayBuffer, profile) };
  if (profile.sendsAsBrowser.value) {
    const sent = asBrowser(data);
    return sent === undefined ? { refusal: profile.sendOther.value } : { data: sent };
  }
  return { refusal: (data === undefined || data === null ? profile.sendNothing : profile.sendOther).value };
}

/** Of a buffer that was transferred away a browser sends no bytes; elsewhere it throws. */
function attached(data: ArrayBuffer, profile: Profile): ArrayBuffer {
  if (data.byteLength > 0) return data;
  return profile.sendsAsBrowser.value ? new ArrayBuffer(0) : data.slice(0);
}

function asBrowser(data: unknown): string | ArrayBuffer | Promise<ArrayBuffer> | undefined {
  if (isBlob(data)) return data.arrayBuffer();
  if (ArrayBuffer.isView(data)) {
    if (data.byteLength === 0) return new ArrayBuffer(0);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice().buffer;
  }
  // String() has a text for it, a browser has none.
  if (typeof data === "symbol") return undefined;
  try {
    return String(data);
  } catch {
    return undefined;
  }
}

function isBlob(data: unknown): data is { arrayBuffer(): Promise<ArrayBuffer> } {
  return typeName(data) === "Blob" && typeof (data as { arrayBuffer?: unknown }).arrayBuffer === "function";
}
