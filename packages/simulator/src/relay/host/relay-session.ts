import type { DialRequest, Link, Transport } from "@weapp-socket/runtime/core";
import type { JsonObject, JsonValue } from "../../program.js";
import {
  BINARY_MESSAGE,
  BODY,
  HEADER_BYTES,
  readPayloadHead,
  TEXT_MESSAGE,
  writePayloadHead,
  type HostMessage,
  type PageMessage,
} from "../relay-message.js";
import type { RelaySocket, RelaySocketEvents } from "./relay-socket.js";

/** What a method of `relay.call` gets. */
export interface CallContext {
  readonly params: JsonObject;
  /** The bodies that came with the call, in order. */
  readonly bodies: readonly Uint8Array[];
  /** Aborted when the page says so, or is gone. */
  readonly signal: AbortSignal;
  /** Tells the page of something on the way. */
  readonly emit: (name: string, data: JsonValue, body?: Uint8Array) => void;
}

export interface CallResult {
  readonly result: JsonValue;
  readonly body?: Uint8Array;
}

/** Rejects with a `CallError` for what the page should know; anything else is told as code "internal". */
export type CallHandler = (context: CallContext) => Promise<CallResult>;

/** The answer to a call is no. */
export class CallError extends Error {
  /** A word: "dns", "timeout", "params". */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "CallError";
    this.code = code;
  }
}

export interface RelayServices {
  readonly transport: Transport;
  readonly calls: ReadonlyMap<string, CallHandler>;
  /**
   * What one page may make the host hold in each direction: where it reads no more the relay is closed with 4408,
   * where it sends more bodies without their call with 1009. Default: 64 MiB.
   */
  readonly maxBufferedBytes?: number;
}

const DEFAULT_MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
const PAGE_TOO_SLOW = 4408;
const BAD_MESSAGE = 1008;
const BODIES_TOO_LONG = 1009;
/** Between two looks at what a link holds back. */
const BUFFER_LOOK_MS = 20;

/** The host's end of one frame page: its links and calls live and end with it. */
export class RelaySession implements RelaySocketEvents {
  readonly #socket: RelaySocket;
  readonly #services: RelayServices;
  readonly #maxBufferedBytes: number;
  readonly #links = new Map<number, Link>();
  readonly #calls = new Map<number, AbortController>();
  /** Bodies that came before the call that they belong to. */
  readonly #bodies = new Map<number, Uint8Array[]>();
  #bodyBytes = 0;
  /** Links that hold bytes back, with what the page was told. */
  readonly #held = new Map<number, number>();
  readonly #head = new Uint8Array(HEADER_BYTES);
  #looking: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(socket: RelaySocket, services: RelayServices) {
    this.#socket = socket;
    this.#services = services;
    this.#maxBufferedBytes = services.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES;
  }

  tell(message: HostMessage): void {
    if (this.#ended) return;
    this.#socket.sendText(JSON.stringify(message));
    this.#checkPace();
  }

  text(text: string): void {
    const message = parsePageMessage(text);
    if (message === null) return this.#socket.close(BAD_MESSAGE, "unknown control message");
    if (message.type === "dial") return this.#dial(message.id, message.request);
    if (message.type === "call") return this.#call(message);
    if (message.type === "close") return this.#links.get(message.id)?.close(message.code, message.reason);
    if (message.type === "abort") return this.#calls.get(message.id)?.abort();
    this.#links.get(message.id)?.terminate();
    this.#forget(message.id);
  }

  binary(frame: Uint8Array): void {
    const head = readPayloadHead(frame);
    if (head === null) return this.#socket.close(BAD_MESSAGE, "a binary frame without its head");
    const bytes = frame.subarray(HEADER_BYTES);
    if (head.kind === BODY) return this.#body(head.id, bytes);
    const link = this.#links.get(head.id);
    if (link === undefined) return;
    if (head.kind === TEXT_MESSAGE)
      link.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
    else if (head.kind === BINARY_MESSAGE) link.send(copyOf(bytes).buffer);
    else return this.#socket.close(BAD_MESSAGE, "a binary frame of an unknown kind");
    this.#lookAt(head.id, link);
  }

  closed(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#looking);
    for (const link of this.#links.values()) link.terminate();
    for (const call of this.#calls.values()) call.abort();
    this.#links.clear();
    this.#calls.clear();
    this.#bodies.clear();
    this.#held.clear();
  }

  #body(id: number, bytes: Uint8Array): void {
    this.#bodyBytes += bytes.length;
    if (this.#bodyBytes > this.#maxBufferedBytes)
      return this.#socket.close(BODIES_TOO_LONG, "bodies are too long");
    const bodies = this.#bodies.get(id) ?? [];
    bodies.push(copyOf(bytes));
    this.#bodies.set(id, bodies);
  }

  #dial(id: number, request: DialRequest): void {
    if (this.#links.has(id)) return this.#socket.close(BAD_MESSAGE, "a link of this id is there already");
    const link = this.#services.transport.dial(request, {
      open: (response) => this.tell({ type: "open", id, response }),
      message: (data) => this.#payload(id, data),
      fail: (failure) => {
        this.#forget(id);
        this.tell({ type: "fail", id, failure });
      },
      close: (code, reason) => {
        this.#forget(id);
        this.tell({ type: "closed", id, code, reason });
      },
    });
    this.#links.set(id, link);
  }

  #payload(id: number, data: string | ArrayBuffer): void {
    const kind = typeof data === "string" ? TEXT_MESSAGE : BINARY_MESSAGE;
    this.#send(id, kind, typeof data === "string" ? Buffer.from(data) : new Uint8Array(data));
  }

  #send(id: number, kind: number, bytes: Uint8Array): void {
    if (this.#ended) return;
    writePayloadHead(this.#head, id, kind);
    this.#socket.sendBinary(this.#head, bytes);
    this.#checkPace();
  }

  #checkPace(): void {
    if (this.#socket.bufferedBytes <= this.#maxBufferedBytes) return;
    this.#socket.close(PAGE_TOO_SLOW, "the page reads too slowly");
    this.closed();
  }

  #call({ id, method, params, body }: PageMessage & { type: "call" }): void {
    const bodies = this.#bodies.get(id) ?? [];
    this.#bodies.delete(id);
    this.#bodyBytes -= bodies.reduce((sum, part) => sum + part.length, 0);
    const handler = this.#services.calls.get(method);
    if (handler === undefined || bodies.length !== body) {
      const message = handler === undefined ? `there is no method "${method}"` : "a body is missing";
      return this.tell({ type: "error", id, code: "params", message });
    }
    const abort = new AbortController();
    this.#calls.set(id, abort);
    const emit = (name: string, data: JsonValue, part?: Uint8Array): void => {
      if (abort.signal.aborted) return;
      if (part !== undefined) this.#send(id, BODY, part);
      this.tell({ type: "event", id, name, data, body: part !== undefined });
    };
    void this.#reply(id, handler({ params, bodies, signal: abort.signal, emit }));
  }

  async #reply(id: number, answer: Promise<CallResult>): Promise<void> {
    try {
      const { result, body } = await answer;
      if (!this.#calls.delete(id)) return;
      if (body !== undefined) this.#send(id, BODY, body);
      this.tell({ type: "reply", id, result, body: body !== undefined });
    } catch (error) {
      if (!this.#calls.delete(id)) return;
      const code = error instanceof CallError ? error.code : "internal";
      this.tell({ type: "error", id, code, message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Tells the page how much a link holds back, as long as it holds anything. */
  #lookAt(id: number, link: Link): void {
    if (link.bufferedBytes === 0 || this.#held.has(id)) return;
    this.#held.set(id, 0);
    this.#looking ??= setInterval(() => this.#look(), BUFFER_LOOK_MS).unref();
  }

  #look(): void {
    for (const [id, told] of this.#held) {
      const bytes = this.#links.get(id)?.bufferedBytes ?? 0;
      if (bytes !== told) this.tell({ type: "buffered", id, bytes });
      if (bytes === 0) this.#held.delete(id);
      else this.#held.set(id, bytes);
    }
    if (this.#held.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  #forget(id: number): void {
    this.#links.delete(id);
    this.#held.delete(id);
  }
}

/** A Buffer's own `slice` copies nothing. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** Null where the text is no message that a frame page sends. */
function parsePageMessage(text: string): PageMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const message = value as Record<string, unknown>;
  if (!Number.isInteger(message["id"])) return null;
  switch (message["type"]) {
    case "dial":
      return isDialRequest(message["request"]) ? (message as unknown as PageMessage) : null;
    case "close":
      return typeof message["code"] === "number" && typeof message["reason"] === "string"
        ? (message as unknown as PageMessage)
        : null;
    case "call":
      return typeof message["method"] === "string" &&
        isObject(message["params"]) &&
        Number.isInteger(message["body"])
        ? (message as unknown as PageMessage)
        : null;
    case "terminate":
    case "abort":
      return message as unknown as PageMessage;
    default:
      return null;
  }
}

function isDialRequest(value: unknown): value is DialRequest {
  if (!isObject(value)) return false;
  return (
    typeof value["url"] === "string" &&
    Array.isArray(value["headers"]) &&
    value["headers"].every(
      (header) => Array.isArray(header) && header.length === 2 && header.every(isText),
    ) &&
    Array.isArray(value["protocols"]) &&
    value["protocols"].every(isText) &&
    typeof value["timeoutMs"] === "number" &&
    typeof value["tcpNoDelay"] === "boolean" &&
    typeof value["perMessageDeflate"] === "boolean"
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
