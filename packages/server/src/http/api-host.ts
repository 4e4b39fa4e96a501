import type { IncomingMessage } from "node:http";
import type { Tickets } from "../auth/tickets.js";
import type { WxLogin } from "../auth/wx-login.js";
import type { Broker, Published, PublishRequest } from "../broker/broker.js";
import type { MaybePromise } from "../broker/maybe-promise.js";
import type { Clock } from "../clock.js";
import type { Logger } from "../logger.js";

/** What the HTTP API asks of the server that it belongs to. */
export interface ApiHost {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this node among the nodes of the broker. */
  readonly nodeId: string;
  /** Publishes by the policy of the channel, which the host knows. */
  publish(request: Omit<PublishRequest, "policy">): MaybePromise<Published>;
  readonly tickets: Tickets;
  /** Where `wx.login` codes are exchanged. Absent: the route answers 501. */
  readonly wxLogin?: WxLogin | undefined;
  /** Who is connected, by user. Absent where the server does not know users: the routes answer 501. */
  readonly users?: UserDirectory | undefined;
  /**
   * Asks one session client, once: its result or its no. Rejects with RequestError where it did not answer. Absent where
   * the server has no session clients: the route answers 501.
   */
  readonly call?:
    | ((target: CallTarget, method: string, data: unknown, timeoutMs?: number) => Promise<ClientAnswer>)
    | undefined;
  /** How long a request may take, its answer included: `httpTimeoutMs`. */
  readonly httpTimeoutMs: number;
  /** The channel that carries what is pushed to the target. */
  channelOf(target: PushTarget): string;
  /** The client's address, as far as proxies can be trusted. */
  addressOf(request: IncomingMessage): string;
  /** Begins to send everybody away, spread over the time; the server stops when they are gone. */
  drain(withinMs: number): void;
  /** Numbers for `/v1/info` and `/metrics`. */
  numbers(this: void): HostNumbers;
}

/** Whom a push is for: a user on every device or on one, a channel, or everybody. */
export type PushTarget =
  | { readonly user: string; readonly device?: string }
  | { readonly channel: string }
  | { readonly all: true };

/** Whom to call: a user's session client that came last, or that of one device, or one connection. */
export type CallTarget = DisconnectTarget;

export type ClientAnswer =
  | { readonly ok: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly retry: boolean } };

export interface UserDirectory {
  /** The user's connections on all nodes. */
  connectionsOf(user: string): MaybePromise<readonly ConnectionInfo[]>;
  /** Closes connections on all nodes. */
  disconnect(
    target: DisconnectTarget,
    options: { readonly code: number; readonly reason: string },
  ): MaybePromise<void>;
  /** Deletes what is kept of a user, and closes the user's connections on all nodes. */
  forgetUser(user: string): MaybePromise<void>;
}

/** A connection of a user, on whichever node. */
export interface ConnectionInfo {
  readonly id: string;
  readonly user: string;
  readonly device?: string | undefined;
  readonly mode: "raw" | "session";
  readonly node: string;
  /** Epoch milliseconds. */
  readonly connectedAtMs: number;
  readonly hiddenSinceMs?: number | undefined;
}

/** Whom to disconnect: a user on every device or on one, or one connection. */
export type DisconnectTarget =
  | { readonly user: string; readonly device?: string | undefined }
  | { readonly connection: string };

export interface HostNumbers {
  readonly connections: number;
  /** Channels that clients of this node are in. */
  readonly channels: number;
  readonly isDraining: boolean;
  readonly counts: HostCounts;
}

/** What this node has counted since it was made. */
export interface HostCounts {
  /** Connections that were let in. */
  readonly accepted: number;
  /** Handshakes refused, by the word of the problem. */
  readonly refused: ReadonlyMap<string, number>;
  /** Connections that ended, by close code. */
  readonly closed: ReadonlyMap<number, number>;
  /** Connections cut or closed for a limit, by the limit's option. */
  readonly limited: ReadonlyMap<string, number>;
  readonly messagesIn: number;
  readonly bytesIn: number;
  /** Publications that reached members of this node. */
  readonly publicationsOut: number;
  /** Writes to sockets, each of any number of frames. */
  readonly writes: number;
  readonly bytesOut: number;
  readonly pings: number;
  /** Events that the webhook's receiver has taken. */
  readonly webhookDelivered: number;
  /** Requests to the webhook's receiver that failed. */
  readonly webhookFailures: number;
  /** Events that the webhook gave up, by why. */
  readonly webhookDropped: ReadonlyMap<string, number>;
}
