import type { ServerView } from "../script.js";

/** The runtime under test, as the suite sees it: page code has no types. */
export interface SuiteRuntime {
  readonly wx: SuiteWx;
  readonly hide: () => void;
  readonly show: () => void;
  readonly suspend: () => void;
  readonly setNetworkType: (type: "wifi" | "4g" | "none") => void;
  readonly destroy: () => void;
}

export type PageFunction = (...values: never[]) => unknown;

export interface SuiteWx {
  readonly connectSocket: (option?: unknown) => SuiteTask | undefined;
  readonly sendSocketMessage: (option?: unknown) => unknown;
  readonly closeSocket: (option?: unknown) => unknown;
  readonly onSocketOpen: (listener: unknown) => unknown;
  readonly onSocketMessage: (listener: unknown) => unknown;
  readonly onSocketError: (listener: unknown) => unknown;
  readonly onSocketClose: (listener: unknown) => unknown;
  readonly onAppShow: (listener: unknown) => unknown;
  readonly offAppShow: (listener?: unknown) => unknown;
  readonly onAppHide: (listener: unknown) => unknown;
  readonly offAppHide: (listener?: unknown) => unknown;
  readonly onNetworkStatusChange: (listener: unknown) => unknown;
  readonly offNetworkStatusChange: (listener?: unknown) => unknown;
  readonly getNetworkType: (option?: unknown) => unknown;
  readonly canIUse: (schema: unknown) => unknown;
}

export interface SuiteTask {
  readyState: unknown;
  readonly send: (option?: unknown) => unknown;
  readonly close: (option?: unknown) => unknown;
  readonly onOpen: (listener: unknown) => unknown;
  readonly onMessage: (listener: unknown) => unknown;
  readonly onError: (listener: unknown) => unknown;
  readonly onClose: (listener: unknown) => unknown;
}

export type SuiteProfile = "device" | "devtools";

/** What the transport under the runtime is able to do: a browser's own WebSocket cannot do all. */
export interface Abilities {
  /** Sends request headers, and tcpNoDelay and permessage-deflate as it is told. */
  readonly setsHandshake: boolean;
  /** Tells the headers of the answer. */
  readonly readsHeaders: boolean;
  /** Says why a connection failed. */
  readonly namesCauses: boolean;
  /** Measures the steps of the handshake. */
  readonly measures: boolean;
  /** Connects although the server chose none of the subprotocols that were offered. */
  readonly takesNoSubprotocol: boolean;
}

export interface SuiteClock {
  now(): number;
  setTimer(delayMs: number, callback: () => void): () => void;
  defer(callback: () => void): void;
}

export interface SuiteWorld {
  readonly profile: SuiteProfile;
  readonly server: ServerView;
  /** Another server on another address where nothing listens: "ws://127.0.0.1:1". */
  readonly closedBase: string;
  readonly abilities: Abilities;
  /** A new one. Options are those of the runtime. */
  createRuntime(options: Record<string, unknown>): SuiteRuntime;
}

export interface SuiteCase {
  /** Begins with the section of the specification. */
  readonly name: string;
  /** Needs what not every transport has. */
  readonly needs?: keyof Abilities;
  run(world: SuiteWorld): Promise<void> | void;
}
