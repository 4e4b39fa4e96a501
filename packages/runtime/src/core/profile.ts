import type { LinkFailureCause } from "./transport.js";
import type { TaskState } from "./task-states.js";

/** Where a behaviour is known from. Detail may follow the mark: "OBSERVED devtools", "OFFICIAL S4". */
export type Evidence =
  `${"OFFICIAL" | "TYPINGS" | "OBSERVED" | "COMMUNITY" | "INFERRED" | "ASSUMED"}${string}`;

/** One behaviour and where it is known from. */
export interface Row<T> {
  readonly value: T;
  readonly evidence: Evidence;
}

export function row<T>(value: T, evidence: Evidence): Row<T> {
  return { value, evidence };
}

export type ProfileName = "device" | "devtools";

/** Why a connection never opened: what a transport says, and what is refused before one is asked. */
export type FailureKind =
  | LinkFailureCause
  /** `urlCheck` refused it. */
  | "domain"
  /** The url cannot be parsed. */
  | "format"
  /** The scheme is not in lower case. */
  | "scheme"
  /** There is no network. */
  | "offline"
  /** Subprotocols were offered and the server chose none. */
  | "subprotocol";

export interface Failure {
  readonly errMsg: string;
  readonly errCode?: number;
  /** A close event with code 1006 follows the error event. */
  readonly thenClose: boolean;
}

export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** The part of the result of a call that says how it went. */
export type Answer =
  | { readonly ok: true; readonly errMsg: string }
  | { readonly ok: false; readonly errMsg: string };

/**
 * Everything in which one WeChat differs from another. The engine asks this table and never the profile's name.
 * Keys that are states hold what a call in that state is answered with.
 */
export interface Profile {
  readonly name: ProfileName;

  readonly maxConnections: Row<number>;
  /** A task in one of these states takes a slot. */
  readonly slotHolders: Row<readonly TaskState[]>;
  /** One connection too many: refused by `fail`, or by an error event after `success`. */
  readonly excess: Row<{ readonly settle: "fail" | "success"; readonly errMsg: (limit: number) => string }>;
  readonly suspendedConnect: Row<string>;
  /** `success` of connectSocket carries `socketTaskId`. */
  readonly tellsTaskId: Row<boolean>;

  /** The url must be one that java.net.URI takes. */
  readonly strictUrl: Row<boolean>;
  readonly lowerCaseScheme: Row<boolean>;
  /** `timeout`, `tcpNoDelay` and `perMessageDeflate` of the call count. */
  readonly heedsConnectionOptions: Row<boolean>;
  /** Where the call says nothing, or does not count. */
  readonly tcpNoDelay: Row<boolean>;
  readonly perMessageDeflate: Row<boolean>;
  readonly lowerCaseHeaderNames: Row<boolean>;
  /** `protocols: "mqtt"` means `["mqtt"]`. */
  readonly protocolsAsText: Row<boolean>;
  /** `protocols` must be different tokens. */
  readonly strictProtocols: Row<boolean>;
  /** Subprotocols that the server does not answer fail the connection. */
  readonly needsSubprotocolAnswer: Row<boolean>;
  readonly userAgent: Row<string>;
  /** The version in the Referer. */
  readonly version: Row<string>;
  /** `skip_domain_check=true` in the query switches the domain check off. */
  readonly skipDomainCheckByQuery: Row<boolean>;

  /** What the console says of an address that is off the list; "" where it says nothing. */
  readonly domainWarning: Row<(url: string) => string>;

  /** The open event tells header and profile. */
  readonly tellsOpen: Row<boolean>;
  /** A task whose `readyState` is 3 hears neither open nor message. */
  readonly mutedWhenClosed: Row<boolean>;
  readonly failures: Readonly<Record<FailureKind, Row<Failure>>>;
  /** `readyState` of a task whose url is off the list, when connectSocket returns it. */
  readonly domainReadyState: Row<0 | 3>;

  /** Makes the page's close event out of what came over the wire (1005: no code, 1006: no closing handshake). */
  readonly ending: Row<(code: number, reason: string) => Ending>;
  readonly interrupted: Row<Ending>;
  readonly offlineEnding: Row<Ending>;
  /** Sockets drop when the network changes from one type to another. */
  readonly dropsOnNetworkChange: Row<boolean>;
  readonly suspends: Row<boolean>;
  readonly suspendAfterMs: Row<number>;
  readonly destroyAfterMs: Row<number>;

  readonly sendNotOpen: Row<string>;
  /** Behind the check of `readyState`, which a page can write to. */
  readonly send: Readonly<Record<Exclude<TaskState, "open">, Row<string>>>;
  /** Views, Blobs and everything with a `toString` are sent as a browser sends them. */
  readonly sendsAsBrowser: Row<boolean>;
  readonly sendNothing: Row<string>;
  readonly sendOther: Row<string>;
  /** What sending it threw: a buffer that was transferred away, an object that cannot be looked at. */
  readonly sendException: Row<(message: string) => string>;

  /** `close()` of a task that is already on its way out. */
  readonly close: Readonly<Record<Exclude<TaskState, "connecting" | "open">, Row<Answer>>>;
  /** A code that is no number is 1000; else it is converted as a browser does. */
  readonly codeMustBeNumber: Row<boolean>;
  readonly closeCode: Row<(code: number) => string>;
  readonly closeReason: Row<string>;
  /** `send` and `close` of a task return a promise when they are given no callback. */
  readonly taskCallsPromise: Row<boolean>;
}
