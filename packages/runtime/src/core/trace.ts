import type { FailureKind } from "./profile.js";
import type { LinkProfile } from "./transport.js";

/** The lines of a page's code that called, nearest first, as the platform writes stack frames; empty where it gives none. */
export type CallSite = readonly string[];

/** A task that held a slot when another connection was refused: the likely leak. */
export interface SlotHolder {
  readonly taskId: number;
  readonly url: string;
  readonly callSite: CallSite;
}

interface Stamp {
  /** Number of the call of connectSocket in its runtime, from 1. */
  readonly taskId: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Heard {
  /** How many functions of the page were called with it. 0: it fell on the floor. */
  readonly listeners: number;
}

/** connectSocket accepted a url: the task is CONNECTING. */
export interface ConnectTrace extends Stamp {
  readonly type: "connect";
  /** As the page wrote it. */
  readonly url: string;
  /** Where it really leads, after the map. */
  readonly target: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly protocols: readonly string[];
  readonly timeoutMs: number;
  readonly callSite: CallSite;
}

/** connectSocket called `fail`: there is no connection. */
export interface RefusedTrace extends Stamp {
  readonly type: "refused";
  readonly url: unknown;
  readonly errMsg: string;
  readonly callSite: CallSite;
  /** Who held the slots, when that was the reason. */
  readonly holders?: readonly SlotHolder[];
}

export interface OpenTrace extends Stamp, Heard {
  readonly type: "open";
  /** Headers of the 101. */
  readonly header: Readonly<Record<string, string>>;
  readonly profile?: LinkProfile;
}

export interface SentTrace extends Stamp {
  readonly type: "sent";
  readonly data: string | ArrayBuffer;
  /** Payload bytes. */
  readonly bytes: number;
}

export interface ReceivedTrace extends Stamp, Heard {
  readonly type: "received";
  readonly data: string | ArrayBuffer;
  /** Payload bytes. */
  readonly bytes: number;
}

/** The connection is being ended from this side. */
export interface ClosingTrace extends Stamp {
  readonly type: "closing";
  readonly by: "page" | "suspension" | "network" | "destruction";
  readonly code: number;
  readonly reason: string;
}

/** The error event. The task is CLOSED. */
export interface ErrorTrace extends Stamp, Heard {
  readonly type: "error";
  readonly errMsg: string;
  readonly errCode?: number;
  readonly cause: FailureKind | "limit";
  /** For people: what was expected and what came. Page code never sees it. */
  readonly detail: string;
  /** Who held the slots, when that was the reason. */
  readonly holders?: readonly SlotHolder[];
}

/** The close event. The task is CLOSED. */
export interface CloseTrace extends Stamp, Heard {
  readonly type: "close";
  readonly code: number;
  readonly reason: string;
}

/** `send` or `close` called `fail`. */
export interface CallFailedTrace extends Stamp {
  readonly type: "call-failed";
  readonly errMsg: string;
}

/** What WeChat would print to the console. */
export interface WarningTrace extends Stamp {
  readonly type: "warning";
  readonly text: string;
}

/** Everything that happens to the sockets of one runtime, as it happens. */
export type SocketTrace =
  | ConnectTrace
  | RefusedTrace
  | OpenTrace
  | SentTrace
  | ReceivedTrace
  | ClosingTrace
  | ErrorTrace
  | CloseTrace
  | CallFailedTrace
  | WarningTrace;
