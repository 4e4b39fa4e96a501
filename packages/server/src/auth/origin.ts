import type { Handshake } from "../handshake.js";

export interface OriginOptions {
  /**
   * Origins of web pages that may connect: `https://a.example`, `https://*.a.example` (its subdomains), or `*` (any).
   * Default: none.
   */
  readonly origins?: readonly string[];
  /**
   * Whether an Origin that names the host that was asked is let in: WeChat on Android sends that for every mini
   * program, and a page of this very host does. Default: true.
   */
  readonly allowOwnHost?: boolean;
}

/** What to do with a client by its Origin. `token`: let it in when it brings a token or ticket, and only then. */
export type OriginVerdict = "allow" | "token" | "refuse";

/**
 * Browsers send cookies and an Origin that pages cannot forge, so pages of strangers are refused by it. Who sends no
 * Origin (mini programs on other platforms, backends) is no browser, brings no cookies, and must bring a token.
 *
 * @throws TypeError for an origin that is none.
 */
export function createOriginRule(options: OriginOptions = {}): (handshake: Handshake) => OriginVerdict {
  const { origins = [], allowOwnHost = true } = options;
  const tests = origins.map(parsePattern);
  return ({ headers }) => {
    const { origin, host } = headers;
    if (origin === undefined) return "token";
    if (tests.some((isAllowed) => isAllowed(origin.toLowerCase()))) return "allow";
    if (allowOwnHost && host !== undefined && isOwnHost(origin, host)) return "token";
    return "refuse";
  };
}

function parsePattern(pattern: string): (origin: string) => boolean {
  if (pattern === "*") return () => true;
  const match = /^(https?:\/\/)(\*\.)?([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/.exec(pattern.toLowerCase());
  if (match === null) {
    throw new TypeError(
      `origins: expected an origin such as https://a.example, got ${JSON.stringify(pattern)}`,
    );
  }
  const [, scheme = "", wildcard, host = "", port = ""] = match;
  if (wildcard === undefined) {
    const exact = scheme + host + port;
    return (origin) => origin === exact;
  }
  const end = `.${host}${port}`;
  return (origin) =>
    origin.startsWith(scheme) &&
    origin.endsWith(end) &&
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(origin.slice(scheme.length, -end.length));
}

/** Default ports are left out in an Origin, and may be in a Host. */
function isOwnHost(origin: string, host: string): boolean {
  const match = /^(https?):\/\/(.+)$/.exec(origin.toLowerCase());
  if (match === null) return false;
  const defaultPort = match[1] === "https" ? ":443" : ":80";
  const strip = (name: string): string =>
    name.endsWith(defaultPort) ? name.slice(0, -defaultPort.length) : name;
  return strip(match[2]!) === strip(host.toLowerCase());
}
