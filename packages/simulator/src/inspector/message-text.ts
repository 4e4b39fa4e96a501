import { hexPreview } from "./hex.js";
import { MAX_SEARCHED, type Query } from "./query.js";

/** What a socket carries. */
export type MessageData = string | ArrayBuffer;

/** Characters of a message in a line of a list. */
const MAX_PREVIEW = 300;

/** One line of a message, from its beginning or from shortly before what was searched for. */
export function previewMessage(data: MessageData, query?: Query): string {
  if (typeof data !== "string") return hexPreview(new Uint8Array(data));
  const match =
    query === undefined || query.isInverted || query.text === ""
      ? -1
      : data.slice(0, MAX_SEARCHED).toLowerCase().indexOf(query.text);
  const start = match > MAX_PREVIEW / 2 ? match - 24 : 0;
  const line = data.slice(start, start + MAX_PREVIEW).replace(/\s+/g, " ");
  return `${start > 0 ? "… " : ""}${line}${data.length > start + MAX_PREVIEW ? " …" : ""}`;
}

/** What a search looks at. */
export function searchedText(data: MessageData): string {
  return typeof data === "string" ? data : hexPreview(new Uint8Array(data));
}

/** A message as bytes; a text as it goes over the wire. */
export function bytesOf(data: MessageData): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
}
