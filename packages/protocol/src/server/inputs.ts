/** What goes into the server's session machine and what comes out of it. Types only. */
import type { ByeName } from "../bye.js";
import type { AckLevel, ErrorBody, Hello, Json, Member } from "../messages.js";
import type { HistoryItem } from "./feed.js";

export type SessionState =
  /** Waits for the hello. */
  | "greeting"
  /** Who is this? */
  | "authenticating"
  /** Is the session known, and its secret right? */
  | "opening"
  /** Authorizes and attaches the channels of the hello. */
  | "attaching"
  | "live"
  | "ended";

export type SessionInput =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary" }
  | { readonly type: "authenticated"; readonly user: string; readonly expiresAt?: number }
  | { readonly type: "rejected"; readonly bye: ByeName; readonly message: string }
  | { readonly type: "opened"; readonly session: string; readonly secret: string; readonly resumed: boolean }
  /** The broker is attached to a channel that the client may have. */
  | ({ readonly type: "attached"; readonly channel: string } & AttachFacts)
  | {
      readonly type: "denied";
      readonly channel: string;
      readonly wanted: string | undefined;
      readonly error: ErrorBody;
    }
  /** The application subscribes or unsubscribes the client. */
  | { readonly type: "unsubscribe"; readonly channel: string; readonly error: ErrorBody }
  /** A new token was accepted, or was not. */
  | { readonly type: "renewed"; readonly id: number; readonly expiresAt?: number }
  | {
      readonly type: "presence";
      readonly channel: string;
      readonly joined: readonly Member[];
      readonly left: readonly Member[];
    }
  /** The answer to `read`; `undefined`: the position is no longer in the history, whose newest is `head`. */
  | {
      readonly type: "page";
      readonly channel: string;
      readonly items: readonly HistoryItem[] | undefined;
      readonly head: string;
    }
  /** The answer to a `publish`, `call`, `history` or `members`. */
  | { readonly type: "done"; readonly id: number; readonly ok: Json }
  | { readonly type: "failed"; readonly id: number; readonly error: ErrorBody }
  /** The application calls the client; `id` is negative. */
  | {
      readonly type: "call";
      readonly id: number;
      readonly method: string;
      readonly data: Json | undefined;
      readonly timeoutMs: number;
    }
  | {
      readonly type: "end";
      readonly bye: ByeName;
      readonly after?: readonly [number, number];
      readonly to?: string;
      readonly message?: string;
    }
  | { readonly type: "closed" }
  /** The process stood still for a while: that the client was not heard meanwhile is nobody's fault. */
  | { readonly type: "stood-still" }
  | { readonly type: "tick" };

/** What the broker said when the channel was attached. */
export interface AttachFacts {
  /** The position that was asked about, as in `attach`. */
  readonly wanted: string | undefined;
  readonly head: string;
  readonly keepsHistory: boolean;
  /** It keeps its newest alone, which makes up for all before it (PROTOCOL.md 2.5). Default false. */
  readonly conflates?: boolean;
  /** The wanted position is in the history. */
  readonly found: boolean;
  /** Publications after it. */
  readonly missed: number;
}

export type SessionOutput =
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "authenticate"; readonly hello: Hello }
  | { readonly type: "reauthenticate"; readonly id: number; readonly token: string }
  | { readonly type: "open"; readonly user: string; readonly hello: Hello }
  | { readonly type: "attach"; readonly channel: string; readonly position: string | undefined }
  | { readonly type: "detach"; readonly channel: string }
  /** Read history after `after`, at most this much; `newest`: the newest publication, wherever `after` is, with its `prev`. */
  | {
      readonly type: "read";
      readonly channel: string;
      readonly after: string;
      readonly limit: number;
      readonly bytes: number;
      readonly newest?: true;
    }
  | {
      readonly type: "publish";
      readonly id: number;
      readonly channel: string;
      readonly key: string;
      readonly data: Json;
    }
  | {
      readonly type: "call";
      readonly id: number;
      readonly method: string;
      readonly key: string;
      readonly data: Json | undefined;
    }
  | {
      readonly type: "history";
      readonly id: number;
      readonly channel: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
      readonly limit: number;
    }
  | { readonly type: "members"; readonly id: number; readonly channel: string }
  /** What the client said to a `call`, a result or its own no. Each call has exactly one of this and the next. */
  | { readonly type: "answered"; readonly id: number; readonly ok?: Json; readonly error?: ErrorBody }
  /** The client has said nothing to a `call`, and will not be heard. */
  | { readonly type: "unanswered"; readonly id: number; readonly error: ErrorBody }
  /** The client has all that was sent to it after `after` up to `position`: receipts may say so, and nothing of a gap. */
  | {
      readonly type: "acked";
      readonly channel: string;
      readonly after: string;
      readonly position: string;
      readonly level: AckLevel;
    }
  /** The app went to the background, or came back; said once for each change. */
  | { readonly type: "visible"; readonly visible: boolean }
  /** For the channel's presence: whoever is looking at the app is there. A `detach` says the same as `present: false`. */
  | { readonly type: "present"; readonly channel: string; readonly present: boolean }
  /** The client has its welcome: the secret before it is no longer valid. */
  | { readonly type: "confirmed" }
  /** The client leaves for good: its session need not be kept. */
  | { readonly type: "left" }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export interface SessionOptions {
  readonly heartbeatMs: number;
  /** Unacknowledged messages and bytes of one connection. */
  readonly window: number;
  readonly windowBytes: number;
  readonly messageBytes: number;
  /** For the hello, from the accept. */
  readonly helloMs: number;
  readonly maxHelloLength: number;
  readonly maxChannels: number;
  /** The most that is replayed to a client that comes back; more is a gap. */
  readonly maxReplay: number;
  readonly pageMessages: number;
  readonly pageBytes: number;
  /** Milliseconds before a token ends at which a new one is asked for, and after it at which the connection does. */
  readonly expiringMs: number;
  readonly expiredMs: number;
  /** Calls of the application that one client may have open. */
  readonly maxCalls: number;
}

export const defaultSessionOptions: SessionOptions = {
  heartbeatMs: 25_000,
  window: 256,
  windowBytes: 524_288,
  messageBytes: 65_536,
  helloMs: 10_000,
  maxHelloLength: 32_768,
  maxChannels: 100,
  maxReplay: 10_000,
  pageMessages: 100,
  pageBytes: 131_072,
  expiringMs: 60_000,
  expiredMs: 10_000,
  maxCalls: 16,
};
