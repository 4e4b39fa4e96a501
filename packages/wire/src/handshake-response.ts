import { acceptKey } from "./accept-key.js";
import { parseExtensions, type Extension } from "./extension.js";
import { formatHead, hasWord, type RawHeaders, type ResponseHead } from "./http-head.js";

/** What a client asks for in its opening handshake (RFC 6455 section 4.1). */
export interface UpgradeRequest {
  /** "host" or "host:port", the default port left out. */
  readonly host: string;
  /** Path and query, at least "/". */
  readonly target: string;
  readonly key: string;
  readonly protocols: readonly string[];
  /** Value of `Sec-WebSocket-Extensions`; undefined for none. */
  readonly extensions: string | undefined;
  /** Sent after the handshake's own. */
  readonly headers: RawHeaders;
}

/** Headers that a handshake sets itself: a caller's own are not sent. */
export const OWN_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "upgrade",
  "connection",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "content-length",
  "transfer-encoding",
]);

/** The request's head. Throws TypeError for a target, name or value that would not stay in its line. */
export function formatUpgradeRequest(request: UpgradeRequest): string {
  const { host, target, key, protocols, extensions, headers } = request;
  if (!/^\/[\x21-\x7e]*$/.test(target)) throw new TypeError("target: expected a path of visible ASCII");
  const own: Array<readonly [string, string]> = [
    ["Host", host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (protocols.length > 0) own.push(["Sec-WebSocket-Protocol", protocols.join(", ")]);
  if (extensions !== undefined) own.push(["Sec-WebSocket-Extensions", extensions]);
  const others = headers.filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  return formatHead(`GET ${target} HTTP/1.1`, [...own, ...others]);
}

export interface UpgradeAnswer {
  /** The server's choice; undefined for none. */
  readonly protocol: string | undefined;
  readonly extensions: readonly Extension[];
}

/** Why a response is no answer: `status` is something other than 101, `upgrade` is a 101 that breaks section 4.1. */
export interface AnswerRefusal {
  readonly cause: "status" | "upgrade";
  readonly message: string;
}

/** Checks a response against the request: RFC 6455 section 4.1, points 1 to 6. Redirects are not followed. */
export function checkUpgradeResponse(
  head: ResponseHead,
  request: Pick<UpgradeRequest, "key" | "protocols" | "extensions">,
): UpgradeAnswer | AnswerRefusal {
  const { headers, status } = head;
  if (status !== 101) return { cause: "status", message: `status: expected 101, got ${status}` };
  if (!hasWord(headers.get("upgrade"), "websocket")) return broken("Upgrade: expected websocket");
  if (!hasWord(headers.get("connection"), "upgrade")) return broken("Connection: expected Upgrade");
  if (headers.get("sec-websocket-accept") !== acceptKey(request.key)) {
    return broken("Sec-WebSocket-Accept: expected the proof of our key, got none or another");
  }
  const protocol = headers.get("sec-websocket-protocol");
  if (protocol !== undefined && !request.protocols.includes(protocol)) {
    return broken("Sec-WebSocket-Protocol: expected one that we offered, got another");
  }
  const value = headers.get("sec-websocket-extensions");
  const extensions = value === undefined ? [] : parseExtensions(value);
  if (extensions === undefined)
    return broken("Sec-WebSocket-Extensions: expected a list as in RFC 6455 section 9.1");
  const offered = request.extensions === undefined ? [] : (parseExtensions(request.extensions) ?? []);
  if (!extensions.every(({ name }) => offered.some((offer) => offer.name === name))) {
    return broken("Sec-WebSocket-Extensions: expected only what we offered");
  }
  return { protocol, extensions };
}

function broken(message: string): AnswerRefusal {
  return { cause: "upgrade", message };
}
