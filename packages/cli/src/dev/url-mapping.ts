import type { UrlMapping } from "@weapp-socket/simulator";
import { UsageError } from "../failure.js";

/** "wss://prod.example=ws://127.0.0.1:3000". Throws `UsageError`. */
export function parseUrlMapping(text: string): UrlMapping {
  // The last one that begins an address: "=" may stand in a query of FROM.
  const at = text.search(/=(?:wss?|https?):\/\//i);
  if (at <= 0 || !/^(?:wss?|https?):\/\//i.test(text)) {
    throw new UsageError(`--map must be like wss://push.example.com=ws://127.0.0.1:3000, got ${text}`);
  }
  return { from: text.slice(0, at), to: text.slice(at + 1) };
}

/** For a server that is not on the port that pages name: both names of this machine lead to where it is. */
export function portMappings(named: number, actual: number): UrlMapping[] {
  if (named === actual) return [];
  return ["127.0.0.1", "localhost"].map((host) => ({
    from: `ws://${host}:${named}`,
    to: `ws://127.0.0.1:${actual}`,
  }));
}
