import type { Published } from "./broker/broker.js";
import type { Durability } from "./broker/publication.js";

export interface PublishOptions {
  /** Idempotency key, 1 to 64 characters: repeated within 10 minutes it takes effect once. */
  readonly key?: string | undefined;
  /** Milliseconds after which history leaves the publication out. */
  readonly ttlMs?: number | undefined;
}

export interface PushOptions extends PublishOptions {
  /** Keeps a receipt for a day and the push's own time: the answer has its id, for `receipt`. Default: false. */
  readonly receipt?: boolean | undefined;
}

/** What became of a push, at first. */
export interface Pushed extends Published {
  /** Where one was asked for. */
  readonly receipt?: string;
}

/** Whom a push is for. Exactly one of these. */
export type PushTarget =
  | { readonly channel: string }
  /** The user's inbox, or with `device` that installation's: `~` and `~device` for session clients. */
  | { readonly user: string; readonly device?: string | undefined }
  /** Every raw client, and the session clients in `~all`, of every node. Not kept: who is away misses it. */
  | { readonly all: true };

export interface HistoryOptions {
  /** Oldest first, only what follows this position. */
  readonly after?: string | undefined;
  /** Newest first, only what came before this position. Without `after` and `before`: newest first, from the newest. */
  readonly before?: string | undefined;
  /** Most publications, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
}

export interface MembersOptions {
  /** Only members after this id. */
  readonly after?: string | undefined;
  /** Most members, 0 (only count) to 1000. Default 100. */
  readonly limit?: number | undefined;
}

/** A connection of a user, on whichever node. */
export interface ConnectionInfo {
  readonly id: string;
  readonly user: string;
  /** As the proof says; else as a session client names it. */
  readonly device?: string | undefined;
  /** What it speaks. */
  readonly mode: "raw" | "session";
  readonly node: string;
  /** Epoch milliseconds. */
  readonly connectedAtMs: number;
  /** Since when its app is in the background, epoch milliseconds. Absent: it is not, or never says so (raw clients). */
  readonly hiddenSinceMs?: number | undefined;
}

/** Whom to disconnect, on every node. Exactly one of these. */
export type DisconnectTarget =
  | { readonly user: string; readonly device?: string | undefined }
  | { readonly connection: string };

/**
 * Whom to call. Exactly one connection is asked, by the id that `connectionsOf` tells, or of a user's session clients
 * the one that came last; with `device` of those that name this installation.
 */
export type CallTarget = DisconnectTarget;

export interface CallOptions {
  /** How long the client may take, kept to the second: 1 to 300000 ms. Default `callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

export interface DisconnectOptions {
  /** Close code. Default 4509, kicked: session clients do not come back by themselves. */
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
}

export interface DrainOptions {
  /** The closes of the connections are spread over this time. Default 10000 ms; 0: all at once. */
  readonly windowMs?: number | undefined;
}

export interface ServerInfo {
  readonly node: string;
  /** `draining` from the first moment of `drain` or `close`. */
  readonly state: "open" | "draining" | "closed";
  readonly startedAtMs: number;
  /** Of this node. */
  readonly connections: number;
  /** Channels of which this node has members. */
  readonly channels: number;
  readonly durability: Durability;
}
