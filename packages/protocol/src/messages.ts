/** The messages of PROTOCOL.md part 2. Types only; `shapes.ts` checks them, `codec.ts` moves them. */
import type { ByeName } from "./bye.js";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Position to go on from, or null for "from now on". */
export type WantedChannels = Readonly<Record<string, string | null>>;

export type GapWhy = "trimmed" | "fork" | "no-history" | "too-many" | "slow";

/** Where a subscription begins: at `position`; with what was missed to follow; or with a gap. */
export interface Attached {
  readonly position: string;
  readonly recovered?: true;
  readonly gap?: GapWhy;
}

export type ErrorCode =
  | "bad-request"
  | "unsupported"
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "too-large"
  | "rate-limited"
  | "too-many-channels"
  | "unknown-outcome"
  | "unavailable"
  | "failed";

export interface ErrorBody {
  /** One of `ErrorCode`, or a newer word: then `retry` rules. */
  readonly code: string;
  readonly message: string;
  readonly retry: boolean;
  readonly afterMs?: number;
}

export interface Member {
  readonly user: string;
  readonly device: string;
  readonly info?: Json;
}

export interface HistoryMessage {
  readonly p: string;
  readonly d: Json;
  /** Server's clock, milliseconds since 1970. */
  readonly at: number;
  /** Bytes were published: `d` has them in base64. */
  readonly base64?: true;
}

export type HelloReason = "start" | "resume" | "show" | "network" | "drain";

export type AckLevel = "received" | "processed";

export interface Hello {
  readonly t: "hello";
  readonly id: number;
  readonly version: readonly [lowest: number, highest: number];
  readonly token?: string;
  readonly device?: string;
  /** Larger in every later hello of the same session. */
  readonly attempt?: number;
  readonly session?: string;
  readonly secret?: string;
  readonly reason?: string;
  readonly client?: string;
  readonly channels?: WantedChannels;
}

export type Subscribe = {
  readonly t: "subscribe";
  readonly id: number;
  readonly c: string;
  readonly position?: string;
};
export type Unsubscribe = { readonly t: "unsubscribe"; readonly id: number; readonly c: string };
export type History = {
  readonly t: "history";
  readonly id: number;
  readonly c: string;
  readonly before?: string;
  readonly after?: string;
  readonly limit?: number;
};
export type Members = { readonly t: "members"; readonly id: number; readonly c: string };
export type Publish = {
  readonly t: "publish";
  readonly id: number;
  readonly c: string;
  readonly key: string;
  readonly d: Json;
};
export type Call = {
  readonly t: "call";
  readonly id: number;
  readonly method: string;
  readonly key?: string;
  readonly d?: Json;
};
export type Ack = {
  readonly t: "ack";
  readonly c: Readonly<Record<string, string>>;
  /** Where what is acknowledged began, when that was on an earlier connection. */
  readonly from?: Readonly<Record<string, string>>;
  readonly level?: AckLevel;
};
export type Auth = { readonly t: "auth"; readonly id: number; readonly token: string };
export type Ping = { readonly t: "ping"; readonly id: number };
export type Pong = { readonly t: "pong"; readonly id: number };
export type Hidden = { readonly t: "hidden" };
export type Shown = { readonly t: "shown" };
export type ClientBye = { readonly t: "bye" };
export type Reply =
  | { readonly t: "reply"; readonly id: number; readonly ok: Json }
  | { readonly t: "reply"; readonly id: number; readonly error: ErrorBody };

export type ClientMessage =
  | Hello
  | Subscribe
  | Unsubscribe
  | History
  | Members
  | Publish
  | Call
  | Reply
  | Ack
  | Auth
  | Ping
  | Pong
  | Hidden
  | Shown
  | ClientBye;

export interface Welcome {
  readonly t: "welcome";
  readonly id: number;
  readonly version: number;
  readonly session: string;
  readonly secret: string;
  readonly resumed: boolean;
  readonly user: string;
  readonly now: number;
  readonly heartbeatMs: number;
  readonly window: number;
  readonly windowBytes: number;
  readonly messageBytes: number;
  readonly channels: Readonly<Record<string, Attached | { readonly error: ErrorBody }>>;
}

export type Message = {
  readonly t: "message";
  readonly c: string;
  readonly p: string;
  readonly prev: string;
  readonly d: Json;
  readonly at?: number;
  /** Bytes were published: `d` has them in base64. */
  readonly base64?: true;
};
export type Skip = { readonly t: "skip"; readonly c: string; readonly p: string; readonly prev: string };
export type Gap = { readonly t: "gap"; readonly c: string; readonly p: string; readonly why: GapWhy };
export type Subscribed = { readonly t: "subscribed"; readonly c: string; readonly position: string };
export type Unsubscribed = { readonly t: "unsubscribed"; readonly c: string; readonly error: ErrorBody };
export type PresenceChange = {
  readonly t: "presence";
  readonly c: string;
  readonly joined: readonly Member[];
  readonly left: readonly Member[];
};
export type Expiring = { readonly t: "expiring"; readonly inMs: number };

export interface Bye {
  readonly t: "bye";
  readonly code: number;
  /** One of `ByeName`, or a newer word: then `retry` rules. */
  readonly name: ByeName | (string & {});
  readonly retry: boolean;
  readonly after?: readonly [minMs: number, maxMs: number];
  readonly to?: string;
  readonly message?: string;
}

export type ServerMessage =
  | Welcome
  | Reply
  | Message
  | Skip
  | Gap
  | Subscribed
  | Unsubscribed
  | PresenceChange
  | Call
  | Ping
  | Pong
  | Expiring
  | Bye;
