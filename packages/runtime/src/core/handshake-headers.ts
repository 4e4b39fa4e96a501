import type { Profile } from "./profile.js";
import { typeName } from "./type-name.js";
import type { SocketUrl } from "./socket-url.js";

/** Who the mini program says it is. */
export interface Identity {
  readonly appId: string;
  readonly version: string;
  readonly userAgent: string;
}

/** What the client or the handshake itself writes; a caller's word on it is not heard. */
const owned: ReadonlySet<string> = new Set([
  "user-agent",
  "referer",
  "origin",
  "host",
  "connection",
  "upgrade",
  "content-length",
  "transfer-encoding",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-extensions",
  "sec-websocket-protocol",
]);

/** The Referer of everything that a mini program asks for. */
export function refererOf({ appId, version }: Pick<Identity, "appId" | "version">): string {
  return `https://servicewechat.com/${appId}/${version}/page-frame.html`;
}

/** The request headers that WeChat adds, then the caller's, each name once. */
export function handshakeHeaders(
  identity: Identity,
  url: SocketUrl,
  header: unknown,
  profile: Profile,
): ReadonlyArray<readonly [name: string, value: string]> {
  const port = url.port === (url.scheme === "wss" ? 443 : 80) ? undefined : url.port;
  const origin = `${url.scheme === "wss" ? "https" : "http"}://${url.host}${port === undefined ? "" : `:${port}`}`;
  const headers = new Map<string, readonly [string, string]>([
    ["user-agent", ["User-Agent", identity.userAgent]],
    ["referer", ["Referer", refererOf(identity)]],
    ["origin", ["Origin", origin]],
  ]);
  if (typeName(header) === "Object") {
    for (const [name, value] of Object.entries(header as Record<string, unknown>)) {
      const key = name.toLowerCase();
      if (owned.has(key)) continue;
      headers.set(key, [profile.lowerCaseHeaderNames.value ? key : name, headerText(value)]);
    }
  }
  return [...headers.values()];
}

function headerText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  return Object.prototype.toString.call(value);
}
