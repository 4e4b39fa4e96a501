import { acceptKey, isKey, type HandshakeHash } from "./accept-key.js";
import { parseExtensions, type Extension } from "./extension.js";
import { formatHead, hasWord, type RawHeaders, type RequestHead } from "./http-head.js";
import { parseSubprotocols } from "./subprotocol.js";

/** The server's side of the opening handshake: what a good request asks for (RFC 6455 section 4.2.1). */
export interface Upgrade {
  readonly key: string;
  /** Offered, in the client's order of preference. */
  readonly protocols: readonly string[];
  readonly extensions: readonly Extension[];
}

/** Why a request is refused, and how: `headers` go with the status. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly message: string;
  readonly headers: RawHeaders;
}

/** Checks a request. Everything that RFC 6455 section 4.2.1 demands, and nothing more. */
export function checkUpgrade(head: RequestHead): Upgrade | UpgradeRefusal {
  const { headers, method } = head;
  if (method !== "GET") return refuse(405, `method: expected GET, got ${method}`, [["Allow", "GET"]]);
  if (headers.get("host") === undefined) return refuse(400, "Host: expected one, got none");
  if (!hasWord(headers.get("upgrade"), "websocket")) {
    return refuse(426, "Upgrade: expected websocket", [
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
    ]);
  }
  if (!hasWord(headers.get("connection"), "upgrade")) return refuse(400, "Connection: expected Upgrade");
  const version = headers.get("sec-websocket-version");
  if (version !== "13") {
    return refuse(426, `Sec-WebSocket-Version: expected 13, got ${version ?? "none"}`, [
      ["Sec-WebSocket-Version", "13"],
    ]);
  }
  const key = headers.get("sec-websocket-key");
  if (key === undefined || !isKey(key)) {
    return refuse(
      400,
      `Sec-WebSocket-Key: expected 16 bytes as base64, got ${key === undefined ? "none" : "another text"}`,
    );
  }
  const offered = headers.get("sec-websocket-protocol");
  const protocols = offered === undefined ? [] : parseSubprotocols(offered);
  if (protocols === undefined)
    return refuse(400, "Sec-WebSocket-Protocol: expected a list of distinct tokens");
  const extension = headers.get("sec-websocket-extensions");
  const extensions = extension === undefined ? [] : parseExtensions(extension);
  if (extensions === undefined)
    return refuse(400, "Sec-WebSocket-Extensions: expected a list as in RFC 6455 section 9.1");
  return { key, protocols, extensions };
}

/** The head of the 101. `protocol` and `extensions` must be among what was offered; `hash` is as in `acceptKey`. */
export function formatUpgradeResponse(
  key: string,
  protocol: string | undefined,
  extensions: string | undefined,
  hash?: HandshakeHash,
): string {
  const headers: Array<readonly [string, string]> = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", acceptKey(key, hash)],
  ];
  if (protocol !== undefined) headers.push(["Sec-WebSocket-Protocol", protocol]);
  if (extensions !== undefined) headers.push(["Sec-WebSocket-Extensions", extensions]);
  return formatHead("HTTP/1.1 101 Switching Protocols", headers);
}

function refuse(status: number, message: string, headers: RawHeaders = []): UpgradeRefusal {
  return { status, message, headers };
}
