/** What goes into the client's machine and what comes out of it. Types only. */
import type { Unknown } from "../codec.js";
import type {
  AckLevel,
  ErrorBody,
  GapWhy,
  Json,
  Member,
  Message,
  Reply,
  ServerMessage,
} from "../messages.js";

export type ClientState =
  /** Made, not started. */
  | "idle"
  /** At least one pause reason holds: no attempt is made. */
  | "paused"
  /** Waits before the next attempt. */
  | "waiting"
  /** Asked for a token. */
  | "authorizing"
  /** Dialed. */
  | "opening"
  /** Hello is sent. */
  | "greeting"
  | "live"
  /** Closed the socket, waits (bounded) until it is gone: a phone allows five in all. */
  | "closing"
  | "ended";

/** Why no attempt is made. A set: one reason going does not wake a client that has another. */
export type PauseReason = "hidden" | "offline" | "manual";

export type ClientInput =
  | { readonly type: "start" }
  | { readonly type: "stop" }
  | { readonly type: "pause"; readonly reason: PauseReason }
  | { readonly type: "unpause"; readonly reason: PauseReason }
  /** The network is another one than before: the link may be dead without knowing. */
  | { readonly type: "network" }
  | { readonly type: "token"; readonly generation: number; readonly token: string | undefined }
  /** `final`: asking again will not help. */
  | {
      readonly type: "token-failed";
      readonly generation: number;
      readonly final: boolean;
      readonly message: string;
    }
  | { readonly type: "opened"; readonly generation: number }
  | { readonly type: "text"; readonly generation: number; readonly text: string }
  /** Error or close, whichever comes first; `code` is a hint at best. */
  | { readonly type: "closed"; readonly generation: number; readonly code: number | undefined }
  | { readonly type: "tick" };

/** What the client wants of the server, apart from subscriptions. Publish and call carry a key. */
export type ClientRequest =
  | { readonly kind: "publish"; readonly channel: string; readonly key: string; readonly data: Json }
  | { readonly kind: "call"; readonly method: string; readonly key: string; readonly data: Json | undefined }
  | {
      readonly kind: "history";
      readonly channel: string;
      readonly before?: string;
      readonly after?: string;
      readonly limit?: number;
    }
  | { readonly kind: "members"; readonly channel: string };

export type ClientOutput =
  | { readonly type: "state"; readonly state: ClientState; readonly reasons: readonly PauseReason[] }
  /** Fetch a token; `refused` when the last one was. Answer with `token` or `token-failed` of this generation. */
  | { readonly type: "token"; readonly generation: number; readonly refused: boolean }
  | { readonly type: "dial"; readonly generation: number; readonly url: string }
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "close"; readonly generation: number; readonly code: number; readonly reason: string }
  | { readonly type: "message"; readonly message: Message }
  | {
      readonly type: "gap";
      readonly channel: string;
      readonly why: GapWhy | "unknown";
      readonly position: string;
    }
  /** A subscription stands: from this position, or again after a reconnect. */
  | { readonly type: "attached"; readonly channel: string; readonly position: string }
  /** The server refused or took away a subscription; it is not tried again. */
  | { readonly type: "refused"; readonly channel: string; readonly error: ErrorBody }
  | {
      readonly type: "presence";
      readonly channel: string;
      readonly joined: readonly Member[];
      readonly left: readonly Member[];
    }
  | { readonly type: "settled"; readonly request: number; readonly ok?: Json; readonly error?: ErrorBody }
  /** The server calls: to be answered with this generation and id. Every connection counts its calls anew. */
  | {
      readonly type: "called";
      readonly generation: number;
      readonly id: number;
      readonly method: string;
      readonly data: Json | undefined;
    }
  /** To be kept, with the positions, for the next cold start. */
  | { readonly type: "session"; readonly session: string; readonly secret: string; readonly user: string }
  | { readonly type: "ended"; readonly error: ErrorBody | undefined };

export interface ClientOptions {
  readonly url: string;
  readonly device: string;
  /** Name and version, for the server's statistics. */
  readonly client: string;
  /**
   * What the server's text says; throws on what is no message of PROTOCOL.md, which ends the connection.
   * `decodeServerText`, or a smaller one where each byte is paid for.
   */
  readonly decode: (text: string) => ReadonlyArray<ServerMessage | Unknown>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** An integer larger than at every earlier call for this session, also in earlier lives of the app. */
  readonly nextAttempt: () => number;
  readonly session?: string;
  readonly secret?: string;
  /** Default "received". */
  readonly ackLevel?: AckLevel;
  /** The most requests that wait for an answer. Default 1000. */
  readonly maxOutbox?: number;
  /** Milliseconds that a request may wait in all. Default 60000. */
  readonly requestMs?: number;
  /** Milliseconds for the token, the socket's open and the welcome, each. Default 15000. */
  readonly stepMs?: number;
  /** Milliseconds to wait for the old socket before the next is opened. Default 2000. */
  readonly closeMs?: number;
}

/** The machine. `now` is milliseconds of any steady clock. No call throws on what the server sent. */
export interface ClientMachine {
  handle(input: ClientInput, now: number): readonly ClientOutput[];
  /** From `position`, or from now on. A second subscribe of one channel changes nothing. */
  subscribe(channel: string, position: string | null, now: number): readonly ClientOutput[];
  unsubscribe(channel: string, now: number): readonly ClientOutput[];
  /** `request` is the caller's number for it: `settled` names it. */
  request(request: number, what: ClientRequest, now: number): readonly ClientOutput[];
  /** The application has processed everything up to here (ack level "processed"). */
  processed(channel: string, position: string, now: number): readonly ClientOutput[];
  /** The answer to `called`. Goes nowhere when the connection that asked is gone. */
  answer(generation: number, reply: Reply, now: number): readonly ClientOutput[];
  /** When `tick` is due; undefined: never. A tick before it does nothing. */
  readonly deadline: number | undefined;
  readonly state: ClientState;
  /** Where each wanted channel stands: what a cold start goes on from. */
  readonly positions: Readonly<Record<string, string | null>>;
}

/** The table: what each state does with each input. No cell is missing. */
export type ClientHandlers = {
  readonly [S in ClientState]: {
    readonly [I in ClientInput["type"]]: (input: Extract<ClientInput, { type: I }>, now: number) => void;
  };
};
