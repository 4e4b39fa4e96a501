import type { Handshake } from "../../src/handshake.js";

/** A handshake as a test wants it: a target and headers in lower case. */
export function handshakeOf(
  headers: Readonly<Record<string, string>> = {},
  target = "/",
  remoteAddress = "203.0.113.9",
): Handshake {
  const [path = "", search = ""] = target.split("?", 2);
  return { target, path, query: new URLSearchParams(search), headers, subprotocol: "", remoteAddress };
}
