/** Where a ws: or wss: url leads. */
export interface Address {
  readonly isSecure: boolean;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** For the Host header: the default port left out. */
  readonly hostHeader: string;
  /** Path and query; a fragment is not sent (RFC 6455 section 3 forbids it, WeChat drops it). */
  readonly target: string;
}

/** Throws TypeError for what cannot be dialed. */
export function parseAddress(url: string): Address {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new TypeError(`url: expected an absolute ws: or wss: address, got ${JSON.stringify(url)}`);
  }
  const { protocol, hostname, port, host, pathname, search } = parsed;
  if (protocol !== "ws:" && protocol !== "wss:") {
    throw new TypeError(`url: expected ws: or wss:, got ${protocol}`);
  }
  const isSecure = protocol === "wss:";
  return {
    isSecure,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (isSecure ? 443 : 80) : Number(port),
    hostHeader: host,
    target: pathname + search,
  };
}
