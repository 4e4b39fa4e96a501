import type { IncomingMessage, Server } from "node:http";
import { TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";

/**
 * Whether an `Upgrade` header asks for a WebSocket. What asks for something else (`h2c`: Java's HttpClient does so with
 * every request, curl with --http2) is an HTTP request like any other: a server may pass the wish over.
 */
export function asksForWebSocket(upgrade: string | undefined): boolean {
  return upgrade !== undefined && /(?:^|,)[ \t]*websocket[ \t]*(?:,|$)/i.test(upgrade);
}

const DROPPED = new Set(["upgrade", "connection", "http2-settings"]);

/**
 * Gives a request back to the node:http server that read it and took it for an upgrade, without that wish: its routes
 * then serve it. Answers false where that cannot be: TLS has a protocol for this of its own.
 */
export function serveWithoutUpgrade(
  server: Server,
  request: IncomingMessage,
  socket: Duplex,
  rest: Buffer,
): boolean {
  if (socket instanceof TLSSocket) return false;
  const { method = "", url = "", httpVersion, rawHeaders } = request;
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (!DROPPED.has(name.toLowerCase())) head += `${name}: ${rawHeaders[index + 1]!}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), rest]));
  server.emit("connection", socket);
  socket.resume();
  return true;
}
