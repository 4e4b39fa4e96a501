import { isToken } from "./http-head.js";

/** Reads `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4). `undefined` when it is no list of distinct tokens. */
export function parseSubprotocols(value: string): string[] | undefined {
  const list = value.split(",").map((part) => part.trim());
  return list.every(isToken) && new Set(list).size === list.length ? list : undefined;
}
