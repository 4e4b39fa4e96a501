/** Where a released mini program may send requests: what `urlCheck` compares with, besides the runtime's own for sockets. */
export interface DomainLists {
  /** "https://api.example.com", or with a port: then only that port. */
  readonly request: readonly string[];
  /** "wss://push.example.com" */
  readonly socket: readonly string[];
  readonly uploadFile: readonly string[];
  readonly downloadFile: readonly string[];
}

/**
 * Whether a request's url is in a list: https, the host of an entry, and its port where it has one. OFFICIAL: an entry
 * without a port allows only the default one.
 */
export function isListedUrl(url: string, domains: readonly string[]): boolean {
  const target = parse(url);
  if (target === null || target.protocol !== "https:") return false;
  return domains.some((domain) => {
    const entry = parse(domain);
    return entry !== null && entry.protocol === "https:" && entry.host === target.host;
  });
}

function parse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
