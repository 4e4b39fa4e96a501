import { deserialize, serialize } from "node:v8";
import type { Socket } from "node:net";
import type { Broker } from "../broker.js";
import type { ControlMessage } from "../broker.js";
import type { GapReason, PresenceEvent, Publication } from "../publication.js";

/** What a process asks of the one that has the broker. */
export type Method =
  | "publish"
  | "history"
  | "position"
  | "positions"
  | "channels"
  | "attach"
  | "detach"
  | "forget"
  | "addNode"
  | "removeNode"
  | "nodes"
  | "control"
  | "presence.join"
  | "presence.refresh"
  | "presence.leave"
  | "presence.list"
  | "records.read"
  | "records.write"
  | "records.take"
  | "records.takeOwned";

export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** An error as it was, as far as its kind is known on both sides. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly retryable?: boolean;
}

/** What the process with the broker sends, in the order in which it happened. */
export type Notice =
  | { readonly type: "welcome"; readonly version: number; readonly durability: Broker["durability"] }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly failure: Failure }
  | { readonly type: "publication"; readonly publication: Publication }
  | { readonly type: "presence"; readonly event: PresenceEvent }
  | { readonly type: "gap"; readonly channel: string; readonly position: string; readonly reason: GapReason }
  | { readonly type: "control"; readonly nodeId: string; readonly message: ControlMessage };

/** Of these messages; another one is refused. */
export const LINK_VERSION = 2;

const HEADER_BYTES = 4;

/** One message, its length first. Both ends are this program, on this machine: the form is V8's own. */
export function encodeMessage(message: Call | Notice): Buffer {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** Calls `onMessage` for each message that comes. What it throws ends the socket. */
export function readMessages(socket: Socket, onMessage: (message: unknown) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    try {
      while (rest.length - start >= HEADER_BYTES) {
        const end = start + HEADER_BYTES + rest.readUInt32BE(start);
        if (rest.length < end) break;
        // A copy: what is in it may be kept for long, the chunk may be large.
        const body = Buffer.from(rest.subarray(start + HEADER_BYTES, end));
        start = end;
        onMessage(deserialize(body));
      }
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    rest = rest.subarray(start);
  });
}
