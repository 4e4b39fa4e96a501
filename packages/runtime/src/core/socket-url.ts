/** The parts of a socket address that rules are about. */
export interface SocketUrl {
  /** "ws" or "wss". */
  readonly scheme: "ws" | "wss";
  /** In lower case; IPv6 in brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** Without "?" and fragment. */
  readonly query: string;
  /** The address without its fragment: it is never sent. */
  readonly text: string;
}

const shape = /^(wss?):\/\/([^/?#\\]*)([^?#]*)(?:\?([^#]*))?/i;
const authorityShape = /^(?:.*@)?(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d*))?$/i;
/** What java.net.URI takes nowhere, the fragment included. */
// oxlint-disable-next-line no-control-regex -- control characters are among them
const refusedByJava = /[\s\x00-\x1f\x7f-\x9f"<>\\^`{|}]|%(?![0-9a-f]{2})|#.*#/i;
const refusedByJavaInPath = /[[\]]/;
const hostOfJava = /^(?:\[.+\]|[\w.\-\u0080-\uffff]+)$/;

/** Undefined where there is no host, the port is no port, or, if `strict`, java.net.URI would not take it. */
export function parseSocketUrl(url: string, strict: boolean): SocketUrl | undefined {
  const parts = shape.exec(url);
  const authority = authorityShape.exec(parts?.[2] ?? "");
  if (parts === null || authority === null) return undefined;
  const text = url.split("#", 1)[0]!;
  const host = authority[1]!.toLowerCase();
  if (strict && (refusedByJava.test(url) || refusedByJavaInPath.test(parts[3]!) || !hostOfJava.test(host))) {
    return undefined;
  }
  const port = authority[2] ? Number(authority[2]) : undefined;
  if (port !== undefined && port > 65_535) return undefined;
  return { scheme: parts[1]!.toLowerCase() as "ws" | "wss", host, port, query: parts[4] ?? "", text };
}
