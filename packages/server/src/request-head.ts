import type { IncomingMessage } from "node:http";
import type { RequestHead } from "@weapp-socket/wire";

/** What node:http has read, as our own parser would have. */
export function toRequestHead(request: IncomingMessage): RequestHead {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at]!;
    const value = request.rawHeaders[at + 1]!;
    const known = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), known === undefined ? value : `${known}, ${value}`);
  }
  return { method: request.method ?? "", target: request.url ?? "", headers };
}
