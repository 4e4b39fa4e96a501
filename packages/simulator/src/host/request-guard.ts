import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Why a request must not be answered; null where it may. A browser on this machine also runs strangers' pages:
 * a name that leads here by DNS is refused by its Host, a page of another origin by what its browser says of it.
 *
 * @param hostName the name that the simulator listens on, besides addresses and localhost
 */
export function refuseRequest(headers: IncomingHttpHeaders, hostName: string): string | null {
  const host = hostOf(headers.host);
  if (host === null || !isOwnHost(host, hostName)) {
    return `the host is ${JSON.stringify(headers.host ?? "")}, expected this machine's own name or address`;
  }
  const site = headers["sec-fetch-site"];
  // A link or a typed address is how a person comes in; it shows the page to that person only.
  const navigation = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (site !== undefined && site !== "same-origin" && site !== "none" && !navigation) {
    return "the request comes from a page of another origin";
  }
  return null;
}

/** As `refuseRequest`, for what acts (the relay, the editor): a page of this very origin, and nothing without an origin. */
export function refuseAction(headers: IncomingHttpHeaders, hostName: string): string | null {
  const refusal = refuseRequest(headers, hostName);
  if (refusal !== null) return refusal;
  const { origin, host } = headers;
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  return `the origin is ${JSON.stringify(origin ?? "")}, expected the simulator's own`;
}

/** "[::1]:3100" to "::1"; null where there is no such header or it is none. */
function hostOf(header: string | undefined): string | null {
  const match = /^(?:\[([\da-f:.]+)\]|([^\s:[\]/?#@]+))(?::\d+)?$/iu.exec(header ?? "");
  return match?.[1] ?? match?.[2] ?? null;
}

function isOwnHost(host: string, hostName: string): boolean {
  const name = host.toLowerCase();
  // An address cannot be led elsewhere by DNS.
  return (
    name === "localhost" || name.endsWith(".localhost") || name === hostName.toLowerCase() || isIP(name) !== 0
  );
}

/** Whether an address that was listened on is this machine's alone. */
export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}
