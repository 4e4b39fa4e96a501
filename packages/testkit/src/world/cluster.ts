import type { AckLevel, CallRecord, Json, SessionMachine, SessionOptions } from "@weapp-socket/protocol";
import type { Link } from "./link.js";
import type { Node } from "./node.js";
import type { Presence } from "./presence.js";
import type { Random } from "./random.js";
import type { Store } from "./store.js";
import type { Tally } from "./tally.js";
import type { Timeline } from "./timeline.js";

/** Sessions outlive nodes: what a broker keeps of them. */
export interface SessionRecord {
  readonly user: string;
  readonly device: string;
  secret: string;
  /** Valid until the new one has been heard. */
  previousSecret: string | undefined;
  /** Of the last hello served. */
  attempt: number;
  /** Where the session is now. */
  holder: Connection | undefined;
}

/** What a server may tell a sender: this user has everything after `after` up to `position`. */
export interface Receipt {
  readonly user: string;
  readonly channel: string;
  readonly after: string;
  readonly position: string;
  readonly level: AckLevel;
}

export interface ServerCall {
  readonly data: number;
  readonly answers: Json[];
}

/** What all nodes share. */
export interface Cluster {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly store: Store;
  readonly presence: Presence;
  readonly sessions: Map<string, SessionRecord>;
  readonly nodes: Set<Node>;
  /** What is written down of calls, by key. */
  readonly calls: Map<string, CallRecord>;
  /** How often the method of a call has run, by key. */
  readonly effects: Map<string, number>;
  readonly receipts: Receipt[];
  /** What became of the calls of the application. */
  readonly serverCalls: ServerCall[];
  readonly tally: Tally;
  readonly options: SessionOptions;
  /** The nodes check that what they hear is a chain; otherwise only the clients do. */
  readonly chains: boolean;
  /** How often a publication reaches a node twice. */
  readonly echoes: number;
  /** Milliseconds that a question to the broker takes. */
  brokerMs: () => number;
  /** Nothing is broken on purpose any more. */
  isAtPeace: () => boolean;
}

/** One socket of a session client, at the node that took it. */
export interface Connection {
  readonly machine: SessionMachine;
  readonly link: Link;
  readonly user: string;
  readonly calls: Map<number, ServerCall>;
  session: string | undefined;
  isGone: boolean;
  cancelTick: (() => void) | undefined;
}
