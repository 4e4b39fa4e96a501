/** Addresses that begin with `from` lead to `to`. */
export interface UrlMapping {
  readonly from: string;
  readonly to: string;
}

/** What a rule's `from` must be, its `to`, or both together. */
export type UrlRuleFault = "from" | "to" | "kind";

const SOCKET = /^wss?:\/\//iu;
const REQUEST = /^https?:\/\//iu;

/** What is wrong with a rule of the map, so that it would never fit or lead nowhere; null where it is sound. */
export function urlRuleFault({ from, to }: UrlMapping): UrlRuleFault | null {
  if (!SOCKET.test(from) && !REQUEST.test(from)) return "from";
  if (!SOCKET.test(to) && !REQUEST.test(to)) return "to";
  return SOCKET.test(from) === SOCKET.test(to) ? null : "kind";
}

/** The fault in words, with what came. */
export function urlRuleFaultText(fault: UrlRuleFault, { from, to }: UrlMapping): string {
  switch (fault) {
    case "from":
      return `expected an address that begins with ws://, wss://, http:// or https:// to lead from, got ${JSON.stringify(from)}`;
    case "to":
      return `expected an address that begins with ws://, wss://, http:// or https:// to lead to, got ${JSON.stringify(to)}`;
    case "kind":
      return `expected a socket's address to lead to a socket's, and a request's to a request's, got ${from} to ${to}`;
  }
}
