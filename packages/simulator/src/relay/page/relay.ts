import type { DialRequest, Link, LinkEvents, Transport } from "@weapp-socket/runtime/core";
import type { Diagnostic, JsonObject, JsonValue } from "../../program.js";
import {
  BINARY_MESSAGE,
  BODY,
  HEADER_BYTES,
  readPayloadHead,
  RELAY_PATH,
  TEXT_MESSAGE,
  TOKEN_PARAMETER,
  writePayloadHead,
  type HostMessage,
  type PageMessage,
} from "../relay-message.js";
import { PageLink, type LinkCarrier } from "./page-link.js";

/** The frame page's connection to the host: sockets by `transport`, everything else that needs Node by `call`. */
export interface Relay {
  /** For the runtime's core. Its links end when the relay does: open ones with 1006, others with a failure. */
  readonly transport: Transport;
  /**
   * Asks the host: "request", "upload", "download" (host/http-calls.ts says what they take and give), "files.list" and
   * its kin (host/file-calls.ts).
   * Rejects with a `RelayError`.
   */
  call(method: string, params: JsonObject, options?: CallOptions): Promise<CallReply>;
  /** Hears the host; returns the undo. */
  listen(listener: (event: RelayEvent) => void): () => void;
  /** Ends the relay with everything on it, without events. */
  close(): void;
}

export interface CallOptions {
  /** Goes with the call as it is, outside JSON. */
  readonly body?: ArrayBuffer | readonly ArrayBuffer[];
  /** Makes the host stop; the call rejects with code "abort". */
  readonly signal?: AbortSignal;
  /** What happens on the way, before the reply. */
  readonly onEvent?: (name: string, data: JsonValue, body: ArrayBuffer | null) => void;
}

export interface CallReply {
  readonly result: JsonValue;
  readonly body: ArrayBuffer | null;
}

export type RelayEvent =
  /** A file changed: where `version` is another than the running program's, load the page again. */
  | { readonly type: "program"; readonly version: number; readonly diagnostics: readonly Diagnostic[] }
  /** The host has gone. Nothing works any more until the page is loaded again. */
  | { readonly type: "lost" };

/** The host's answer is no. `code` is a word: "abort", "lost", or what the method says ("dns", "timeout", …). */
export class RelayError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "RelayError";
    this.code = code;
  }
}

/**
 * Opens the relay. Rejects with a `RelayError` of code "lost" where the host refuses or is gone.
 *
 * @param base the host's root: "http://127.0.0.1:3100/"
 * @param token from the host's session ("/program/session.json")
 */
export function openRelay(base: string, token: string): Promise<Relay> {
  const url = new URL(RELAY_PATH, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set(TOKEN_PARAMETER, token);
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(new SocketRelay(socket)), { once: true });
    socket.addEventListener(
      "close",
      ({ code, reason }) => reject(new RelayError("lost", `the host refused the relay: ${code} ${reason}`)),
      { once: true },
    );
  });
}

interface PendingCall {
  readonly options: CallOptions;
  resolve(reply: CallReply): void;
  reject(error: RelayError): void;
  /** The body that came before its reply or event. */
  body: ArrayBuffer | null;
}

class SocketRelay implements Relay, LinkCarrier {
  readonly transport: Transport = { dial: (request, events) => this.#dial(request, events) };
  readonly #socket: WebSocket;
  readonly #links = new Map<number, PageLink>();
  readonly #calls = new Map<number, PendingCall>();
  readonly #listeners = new Set<(event: RelayEvent) => void>();
  readonly #encoder = new TextEncoder();
  // A byte order mark at the start of a message is part of the message.
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #lastId = 0;
  #lost = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#control(JSON.parse(data) as HostMessage);
      else this.#payload(data as ArrayBuffer);
    });
    socket.addEventListener("close", () => this.#lose());
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  call(method: string, params: JsonObject, options: CallOptions = {}): Promise<CallReply> {
    const { signal } = options;
    const id = this.#nextId();
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(lost());
      if (signal?.aborted === true) return reject(aborted());
      const abort = (): void => {
        if (this.#calls.delete(id)) this.control({ type: "abort", id });
        reject(aborted());
      };
      const settle = (): void => signal?.removeEventListener("abort", abort);
      signal?.addEventListener("abort", abort, { once: true });
      this.#calls.set(id, {
        options,
        body: null,
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      const parts = bodyParts(options.body);
      for (const part of parts) this.payload(id, BODY, part);
      this.control({ type: "call", id, method, params, body: parts.length });
    });
  }

  listen(listener: (event: RelayEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#lost = true;
    this.#links.clear();
    this.#listeners.clear();
    this.#socket.close();
  }

  control(message: PageMessage): void {
    if (!this.#lost) this.#socket.send(JSON.stringify(message));
  }

  payload(id: number, kind: number, data: string | ArrayBuffer): void {
    if (this.#lost) return;
    const bytes = typeof data === "string" ? this.#encoder.encode(data) : new Uint8Array(data);
    const frame = new Uint8Array(HEADER_BYTES + bytes.length);
    writePayloadHead(frame, id, kind);
    frame.set(bytes, HEADER_BYTES);
    this.#socket.send(frame);
  }

  forget(id: number): void {
    this.#links.delete(id);
  }

  #dial(request: DialRequest, events: LinkEvents): Link {
    const id = this.#nextId();
    const link = new PageLink(id, this, events);
    this.#links.set(id, link);
    if (this.#lost) queueMicrotask(() => link.lose());
    else this.control({ type: "dial", id, request });
    return link;
  }

  #control(message: HostMessage): void {
    if (message.type === "program") {
      this.#tell(message);
    } else if (message.type === "reply" || message.type === "error" || message.type === "event") {
      this.#answer(message);
    } else {
      this.#links.get(message.id)?.receive(message);
    }
  }

  #answer(message: HostMessage & { type: "reply" | "error" | "event" }): void {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    if (message.type === "event") {
      call.options.onEvent?.(message.name, message.data, message.body ? takeBody(call) : null);
      return;
    }
    this.#calls.delete(message.id);
    if (message.type === "error") call.reject(new RelayError(message.code, message.message));
    else call.resolve({ result: message.result, body: message.body ? takeBody(call) : null });
  }

  #payload(frame: ArrayBuffer): void {
    const bytes = new Uint8Array(frame);
    const head = readPayloadHead(bytes);
    if (head === null) return;
    if (head.kind === BODY) {
      const call = this.#calls.get(head.id);
      if (call !== undefined) call.body = frame.slice(HEADER_BYTES);
      return;
    }
    const link = this.#links.get(head.id);
    if (link === undefined) return;
    if (head.kind === TEXT_MESSAGE) link.message(this.#decoder.decode(bytes.subarray(HEADER_BYTES)));
    else if (head.kind === BINARY_MESSAGE) link.message(frame.slice(HEADER_BYTES));
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const link of links) link.lose();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(lost());
    this.#tell({ type: "lost" });
  }

  #tell(event: RelayEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

function takeBody(call: PendingCall): ArrayBuffer | null {
  const { body } = call;
  call.body = null;
  return body;
}

function bodyParts(body: CallOptions["body"]): readonly ArrayBuffer[] {
  if (body === undefined) return [];
  return body instanceof ArrayBuffer ? [body] : body;
}

function aborted(): RelayError {
  return new RelayError("abort", "the call was aborted");
}

function lost(): RelayError {
  return new RelayError("lost", "the connection to the simulator's host ended");
}
