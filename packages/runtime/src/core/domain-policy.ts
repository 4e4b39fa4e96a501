import { parseSocketUrl, type SocketUrl } from "./socket-url.js";

/** One of the machine's own IPv4 addresses: what the LAN rule compares with. */
export interface LocalNetwork {
  readonly address: string;
  readonly netmask: string;
}

const ipv4Shape = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * May a released mini program connect there? `wss` to a host of the list, whatever the port; or an IPv4 address with
 * a port in the machine's own network, which is not the machine itself. OFFICIAL S4, S5.
 */
export function isAllowedDomain(
  url: SocketUrl,
  domains: readonly string[],
  networks: readonly LocalNetwork[],
): boolean {
  if (isLanAddress(url, networks)) return true;
  if (url.scheme !== "wss" || url.host === "api.weixin.qq.com") return false;
  if (ipv4Shape.test(url.host) || url.host.startsWith("[") || url.host === "localhost") return false;
  return domains.some((domain) => matches(url.host, domain));
}

/** "wss://push.example.com", port allowed and not heeded; "wss://*.example.com" for any name under it. */
export function isSocketDomain(text: string): boolean {
  const url = parseSocketUrl(text.replace("://*.", "://"), true);
  return url !== undefined && url.scheme === "wss" && /^wss:\/\/[^/?#]+\/?$/i.test(text);
}

function matches(host: string, domain: string): boolean {
  const name = domain
    .toLowerCase()
    .replace(/^wss:\/\//, "")
    .replace(/(?::\d+)?\/?$/, "");
  // OBSERVED android: wildcards stand behind a switch there.
  return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
}

function isLanAddress(url: SocketUrl, networks: readonly LocalNetwork[]): boolean {
  if (!ipv4Shape.test(url.host) || url.port === undefined) return false;
  if (networks.some(({ address }) => address === url.host)) return false;
  const target = toNumber(url.host);
  return networks.some(({ address, netmask }) => {
    const mask = toNumber(netmask);
    return (toNumber(address) & mask) === (target & mask);
  });
}

function toNumber(ipv4: string): number {
  return ipv4.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0);
}
