/**
 * The socket part of `wx`, in the words of miniprogram-api-typings 5.2, so that values of one go where the other
 * is wanted. Beyond the typings: `readyState` and its constants, `errCode` and `enableProfile`, which exist on
 * phones and stand in no document; they are optional, as code that must also compile against the typings sees them.
 */
import type { NetworkType } from "./network-type.js";
import type { LinkProfile } from "./transport.js";

export interface GeneralCallbackResult {
  /** `<api>:ok`, or `<api>:fail <why>`. */
  errMsg: string;
}

export interface CallOption {
  success?: (result: GeneralCallbackResult) => void;
  fail?: (result: GeneralCallbackResult) => void;
  /** After success or fail, with the same object. */
  complete?: (result: GeneralCallbackResult) => void;
}

export interface ConnectSocketOption extends CallOption {
  /** `wss://` or `ws://`. */
  url: string;
  /** Request headers. Referer, User-Agent and Origin cannot be set. */
  header?: Record<string, unknown>;
  protocols?: string[];
  /** Default: false. */
  tcpNoDelay?: boolean;
  /** Offers permessage-deflate. Default: false. */
  perMessageDeflate?: boolean;
  /** Milliseconds until the connection must be open. Default: `networkTimeout.connectSocket`, else 60000. */
  timeout?: number;
  /** Accepted and ignored. */
  forceCellularNetwork?: boolean;
  /** `false` leaves `profile` out of the open event. Default: true. */
  enableProfile?: boolean;
}

export interface SendSocketMessageOption extends CallOption {
  data: string | ArrayBuffer;
}

export interface CloseSocketOption extends CallOption {
  /** 1000 or 3000 to 4999. Default: 1000. */
  code?: number;
  /** At most 123 bytes of UTF-8. Default: "". */
  reason?: string;
}

/** Milliseconds: the first five are epoch timestamps, the last three durations. */
export type SocketProfile = { -readonly [K in keyof LinkProfile]: LinkProfile[K] };

export interface SocketOpenResult {
  /** Headers of the server's answer. */
  header: Record<string, unknown>;
  /** As in the typings; DevTools, browsers and `enableProfile: false` leave it out all the same. */
  profile: SocketProfile;
}

/** What `wx.onSocketOpen` is told. `profile` is there on phones, though no document says so. */
export interface GlobalSocketOpenResult {
  header: Record<string, unknown>;
  profile?: SocketProfile;
}

export interface SocketMessageResult {
  data: string | ArrayBuffer;
}

export interface SocketErrorResult extends GeneralCallbackResult {
  /** Phones only. */
  errCode?: number;
}

export interface SocketCloseResult {
  code: number;
  reason: string;
}

/** One connection. Every `onX` adds a listener; there is no way to remove one. */
export interface SocketTask {
  readyState?: number;
  CONNECTING?: number;
  OPEN?: number;
  CLOSING?: number;
  CLOSED?: number;
  send(option: SendSocketMessageOption): void;
  close(option?: CloseSocketOption): void;
  onOpen(listener: (result: SocketOpenResult) => void): void;
  onMessage(listener: (result: SocketMessageResult) => void): void;
  onError(listener: (result: SocketErrorResult) => void): void;
  onClose(listener: (result: SocketCloseResult) => void): void;
}

// The `any`s make these the very types of the typings: the compiler compares conditional types word for word.
/* oxlint-disable typescript/no-explicit-any */
/** Nothing when a callback is given, else a promise of what `success` would get; rejected with what `fail` would get. */
export type Promised<Option, Result> = Option extends { success: any }
  ? void
  : Option extends { fail: any }
    ? void
    : Option extends { complete: any }
      ? void
      : Promise<Result>;
/** The typings ask for a listener of GeneralCallbackResult here, which no listener of the event is. */
export type AnyListener = (result: any) => void;
/* oxlint-enable typescript/no-explicit-any */

export interface GetNetworkTypeResult extends GeneralCallbackResult {
  networkType: NetworkType;
  hasSystemProxy: boolean;
  /** dBm */
  signalStrength: number;
  weakNet: boolean;
}

export interface GetNetworkTypeOption {
  success?: (result: GetNetworkTypeResult) => void;
  fail?: (result: GeneralCallbackResult) => void;
  complete?: (result: GeneralCallbackResult) => void;
}

export interface NetworkStatus {
  isConnected: boolean;
  networkType: NetworkType;
}

/** What `wx.onAppShow` listeners are told. */
export interface LaunchOptions {
  apiCategory: "default" | "nativeFunctionalized" | "browseOnly" | "embedded" | "chatTool";
  path: string;
  query: Record<string, string>;
  scene: number;
  /** Empty unless another program led here. */
  referrerInfo: { appId: string; extraData: Record<string, unknown> };
  forwardMaterials: Array<{ name: string; path: string; size: number; type: string }>;
  hostExtraData: { host_scene: string };
}

/** What `wx.onAppHide` listeners are told. */
export interface HideOptions {
  /** 0: left, 1: another program, 2: a native page, 3: else. */
  reason?: 0 | 1 | 2 | 3;
}

/** The socket functions of `wx`, and those of the app's life that decide over sockets. Every one works detached. */
export interface Wx {
  /**
   * Settles (success or fail, then complete) before it returns. Success means that the connection was asked for.
   * Returns undefined when the arguments are wrong, as WeChat does and its typings do not say.
   */
  connectSocket(option: ConnectSocketOption): SocketTask;
  sendSocketMessage<T extends SendSocketMessageOption = SendSocketMessageOption>(
    option: T,
  ): Promised<T, GeneralCallbackResult>;
  /** Closes the current task, then every other one of the app. */
  closeSocket<T extends CloseSocketOption = CloseSocketOption>(
    option?: T,
  ): Promised<T, GeneralCallbackResult>;
  /** One listener an event: the next replaces it. It hears the current task. */
  onSocketOpen(listener: (result: GlobalSocketOpenResult) => void): void;
  onSocketMessage(listener: (result: SocketMessageResult) => void): void;
  onSocketError(listener: (result: SocketErrorResult) => void): void;
  onSocketClose(listener: (result: SocketCloseResult) => void): void;

  onAppShow(listener: (options: LaunchOptions) => void): void;
  /** Without a listener: all of them. */
  offAppShow(listener?: AnyListener): void;
  onAppHide(listener: (options: HideOptions) => void): void;
  offAppHide(listener?: AnyListener): void;
  onNetworkStatusChange(listener: (status: NetworkStatus) => void): void;
  offNetworkStatusChange(listener?: AnyListener): void;
  getNetworkType<T extends GetNetworkTypeOption = GetNetworkTypeOption>(
    option?: T,
  ): Promised<T, GetNetworkTypeResult>;

  canIUse(schema: string): boolean;
}
