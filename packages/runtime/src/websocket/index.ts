import type { ConnectSocketOption, SocketTask } from "../core/index.js";
import { areSubprotocols } from "../core/subprotocols.js";
import { utf8Length } from "../core/utf8-length.js";
import { EventSource, type EventListener, type SocketEvent } from "./event-target.js";

export type { EventListener, SocketEvent } from "./event-target.js";

export interface MessageEvent extends SocketEvent {
  readonly data: string | ArrayBuffer;
  readonly origin: string;
}

export interface ErrorEvent extends SocketEvent {
  /** WeChat's errMsg. */
  readonly message: string;
}

export interface CloseEvent extends SocketEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export interface SocketEventMap {
  open: SocketEvent;
  message: MessageEvent;
  error: ErrorEvent;
  close: CloseEvent;
}

/** What a browser's WebSocket is, as far as a mini program can have it. */
export interface WebSocketLike {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly readyState: number;
  readonly url: string;
  /** The subprotocol that the server chose; where WeChat does not tell, the first that was offered. */
  readonly protocol: string;
  readonly extensions: string;
  /** Always 0: WeChat does not tell. */
  readonly bufferedAmount: number;
  /** Always "arraybuffer": mini programs have no Blob. Setting it is accepted and changes nothing. */
  binaryType: string;
  onopen: ((event: SocketEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  /** Throws while CONNECTING; is lost without a word after `close`. Views are copied, anything else becomes a text. */
  send(data: string | ArrayBuffer | ArrayBufferView): void;
  /** Throws for a code other than 1000 and 3000 to 4999, and for a reason of more than 123 bytes. */
  close(code?: number, reason?: string): void;
  addEventListener<T extends keyof SocketEventMap>(
    type: T,
    listener: EventListener<SocketEventMap[T]>,
    options?: boolean | { once?: boolean; signal?: { readonly aborted: boolean } },
  ): void;
  removeEventListener<T extends keyof SocketEventMap>(
    type: T,
    listener: EventListener<SocketEventMap[T]>,
  ): void;
  dispatchEvent(event: { readonly type: string }): boolean;
}

/** What libraries pass as a third argument where they expect Node's `ws`; `header` and the like are WeChat's. */
export interface WebSocketOptions {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
  readonly tcpNoDelay?: boolean;
  readonly perMessageDeflate?: boolean;
}

export interface WebSocketClass {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  /** Throws a SyntaxError for an address that is no ws, wss, http or https one. */
  new (
    url: string | { toString(): string },
    protocols?: string | readonly string[],
    options?: WebSocketOptions,
  ): WebSocketLike;
}

/** `wx.connectSocket`, ours or a phone's. */
export type ConnectSocket = (option: ConnectSocketOption) => SocketTask;

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** A W3C WebSocket class over `connectSocket`. */
export function createWebSocketClass(connectSocket: ConnectSocket): WebSocketClass {
  class WebSocket extends EventSource {
    readonly CONNECTING = CONNECTING;
    readonly OPEN = OPEN;
    readonly CLOSING = CLOSING;
    readonly CLOSED = CLOSED;
    static readonly CONNECTING = CONNECTING;
    static readonly OPEN = OPEN;
    static readonly CLOSING = CLOSING;
    static readonly CLOSED = CLOSED;

    readyState: number = CONNECTING;
    readonly url: string;
    protocol = "";
    readonly extensions = "";
    readonly bufferedAmount = 0;
    onopen: ((event: SocketEvent) => void) | null = null;
    onmessage: ((event: MessageEvent) => void) | null = null;
    onerror: ((event: ErrorEvent) => void) | null = null;
    onclose: ((event: CloseEvent) => void) | null = null;
    private task: SocketTask | undefined;

    constructor(url: unknown, protocols: unknown, options?: WebSocketOptions) {
      super();
      this.url = readUrl(url);
      const offered = readProtocols(protocols);
      const request: ConnectSocketOption = {
        url: this.url,
        protocols: offered,
        fail: ({ errMsg }) => this.later(() => this.fail(errMsg)),
      };
      const task = connectSocket(Object.assign(request, readOptions(options))) as SocketTask | undefined;
      if (task === undefined) return;
      this.task = task;
      task.onOpen((result) => {
        if (this.readyState !== CONNECTING) return;
        this.protocol = chosenProtocol(result, offered);
        this.readyState = OPEN;
        this.fire("open", {});
      });
      task.onMessage(({ data }) => {
        if (this.readyState === OPEN) this.fire("message", { data, origin: originOf(this.url) });
      });
      // On a phone a connection that fails has an error event and no close event; here it has both.
      task.onError(({ errMsg }) => this.fail(errMsg));
      task.onClose(({ code, reason }) => {
        if (this.readyState === CONNECTING) this.fail(reason);
        else this.end(code, reason, code !== 1006);
      });
    }

    get binaryType(): string {
      return "arraybuffer";
    }

    set binaryType(_wanted: string) {
      // Accepted: libraries set it without looking.
    }

    send(data: unknown): void {
      if (this.readyState === CONNECTING) throw named("InvalidStateError", "send: still in CONNECTING state");
      if (this.readyState !== OPEN) return;
      this.task!.send({ data: toMessage(data), fail: ignore });
    }

    close(wanted?: unknown, reason?: unknown): void {
      // As Web IDL converts it: "4000" is a number, null is 0, and so is what has none.
      const code =
        wanted === undefined ? 1000 : Math.round(Math.min(Math.max(Number(wanted), 0), 65_535)) || 0;
      if (code !== 1000 && (code < 3000 || code > 4999)) {
        throw named("InvalidAccessError", `close: code must be 1000 or 3000 to 4999, got ${String(wanted)}`);
      }
      const text = reason === undefined ? "" : textOf(reason);
      if (utf8Length(text) > 123)
        throw named("SyntaxError", "close: reason must not be longer than 123 bytes");
      if (this.readyState >= CLOSING) return;
      const connecting = this.readyState === CONNECTING;
      this.readyState = CLOSING;
      const lost = (): void => this.later(() => this.end(1006, "", false));
      if (this.task !== undefined) {
        this.task.close({ code, reason: text, fail: lost });
      }
      if (connecting) this.later(() => this.fail("closed before the connection was established"));
    }

    private fail(message: string): void {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      this.fire("error", { message });
      this.fire("close", { code: 1006, reason: "", wasClean: false });
    }

    private end(code: number, reason: string, wasClean: boolean): void {
      if (this.readyState === CLOSED) return;
      this.readyState = CLOSED;
      this.fire("close", { code, reason, wasClean });
    }

    private fire(type: string, fields: object): void {
      this.dispatchEvent(
        Object.assign({ type, target: this, currentTarget: this, timeStamp: Date.now() }, fields),
      );
    }

    /** After the call that is running, whose caller may not have its listeners in place. */
    private later(action: () => void): void {
      void Promise.resolve().then(action);
    }
  }
  return WebSocket;
}

declare const wx: { connectSocket: ConnectSocket };

/** Over the global `wx`, looked up when a socket is made. */
export const WebSocket: WebSocketClass = /* #__PURE__ */ createWebSocketClass((option) =>
  wx.connectSocket(option),
);

function ignore(): void {}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

function readUrl(url: unknown): string {
  const text = String(url).replace(/#.*$/, "").replace(/^http/i, "ws");
  if (!/^wss?:\/\/[^/]/i.test(text))
    throw new SyntaxError(`url must begin with ws:// or wss://, got ${text}`);
  return text;
}

/** The options that WeChat has too; libraries bring whole bags. */
function readOptions(options: unknown): Partial<ConnectSocketOption> {
  const given: WebSocketOptions = typeof options === "object" && options !== null ? options : {};
  const wanted: Partial<ConnectSocketOption> = { header: Object.assign({}, given.headers, given.header) };
  if (given.timeout !== undefined) wanted.timeout = given.timeout;
  if (given.tcpNoDelay !== undefined) wanted.tcpNoDelay = given.tcpNoDelay;
  if (given.perMessageDeflate !== undefined) wanted.perMessageDeflate = given.perMessageDeflate;
  return wanted;
}

function readProtocols(protocols: unknown): string[] {
  const list: string[] =
    protocols === undefined ? [] : Array.isArray(protocols) ? protocols.map(String) : [textOf(protocols)];
  if (!areSubprotocols(list))
    throw new SyntaxError(`protocols must be different tokens, got "${list.join('", "')}"`);
  return list;
}

function chosenProtocol(result: { header?: Record<string, unknown> } | undefined, offered: string[]): string {
  const header = result && result.header;
  if (!header || Object.keys(header).length === 0) return offered[0] || "";
  const name = Object.keys(header).find((one) => one.toLowerCase() === "sec-websocket-protocol");
  return name === undefined ? "" : String(header[name]);
}

function originOf(url: string): string {
  return url.split("/").slice(0, 3).join("/");
}

function toMessage(data: unknown): string | ArrayBuffer {
  if (ArrayBuffer.isView(data)) {
    return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
  }
  return Object.prototype.toString.call(data) === "[object ArrayBuffer]"
    ? (data as ArrayBuffer)
    : String(data);
}

function textOf(value: unknown): string {
  return String(value);
}
