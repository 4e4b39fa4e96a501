import { UsageError } from "./failure.js";

/** The address of a WebSocket server. Throws `UsageError`. */
export function socketUrlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "ws:" && url?.protocol !== "wss:") {
    throw new UsageError(`the address must begin with wss:// or ws://, got ${text}`);
  }
  return url;
}
