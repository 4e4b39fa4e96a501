import type { Socket } from "node:net";

/** What stands behind a socket: first its handshake, then its connection. */
export interface SocketOwner {
  onSocketData(chunk: Buffer): void;
  /** A close follows. */
  onSocketError(error: NodeJS.ErrnoException): void;
  onSocketClose(): void;
}

const OWNER: unique symbol = Symbol("owner");

type OwnedSocket = Socket & { [OWNER]?: SocketOwner | undefined };

// Shared by all sockets: the owner is found through the socket, so a connection costs no closure.
function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER]?.onSocketData(chunk);
}

function onError(this: OwnedSocket, error: Error): void {
  this[OWNER]?.onSocketError(error);
}

function onClose(this: OwnedSocket): void {
  this[OWNER]?.onSocketClose();
}

/** A peer that has said its last byte has gone: node:http's sockets would stay half open otherwise. */
function onEnd(this: OwnedSocket): void {
  this.end();
}

/** Makes `owner` the one who hears the socket. The one before hears nothing more. */
export function setOwner(socket: OwnedSocket, owner: SocketOwner): void {
  const isFirst = socket[OWNER] === undefined;
  socket[OWNER] = owner;
  if (!isFirst) return;
  socket.on("error", onError);
  socket.on("close", onClose);
  socket.on("data", onData);
  if (socket.allowHalfOpen) socket.on("end", onEnd);
}

/** Leaves the socket as if nobody had heard it, and paused. */
export function clearOwner(socket: OwnedSocket): void {
  socket.pause();
  socket.off("error", onError);
  socket.off("close", onClose);
  socket.off("data", onData);
  socket.off("end", onEnd);
  socket[OWNER] = undefined;
}
