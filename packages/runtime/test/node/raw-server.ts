import { createHash } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A server that does to each socket exactly what a test says, valid or not. */
export interface RawServer {
  readonly port: number;
  /** Sockets that are connected now. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** One client's request, once its head is whole. */
export interface RawRequest {
  readonly socket: Socket;
  /** The head as text, without its empty line. */
  readonly head: string;
  readonly header: (name: string) => string | undefined;
  /** A correct 101, ready to be sent or spoilt. */
  readonly accept: (...lines: string[]) => string;
}

/** Bytes that came after the head are given to `socket.on("data")` as they come. */
export async function startRawServer(
  onRequest: (request: RawRequest) => void,
  options: { readonly onConnection?: (socket: Socket) => void; readonly tls?: TlsOptions } = {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    options.onConnection?.(socket);
    let head = "";
    const read = (chunk: Buffer): void => {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", read);
      const rest = Buffer.from(head.slice(end + 4), "latin1");
      if (rest.length > 0) socket.unshift(rest);
      onRequest(requestOf(socket, head.slice(0, end)));
    };
    socket.on("data", read);
  };
  const server = options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function requestOf(socket: Socket, head: string): RawRequest {
  const header = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)$`, "im").exec(head.replaceAll("\r", ""))?.[1];
  return {
    socket,
    head,
    header,
    accept(...lines) {
      const proof = createHash("sha1")
        .update(`${header("sec-websocket-key")}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      return [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${proof}`,
        ...lines,
        "",
        "",
      ].join("\r\n");
    },
  };
}
