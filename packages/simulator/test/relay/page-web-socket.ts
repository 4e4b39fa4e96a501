import { vi } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";

/** Node 20 has no WebSocket of its own: gives the relay's page side one that says where it comes from, as browsers do. */
export function stubPageWebSocket(origin: string): void {
  class PageWebSocket extends NodeWebSocket {
    constructor(url: string | URL) {
      super(url, { origin });
    }
  }
  vi.stubGlobal("WebSocket", PageWebSocket);
}
