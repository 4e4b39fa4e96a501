import { jsonDepth, MAX_DEPTH, type ErrorBody, type Json } from "@weapp-socket/protocol";
import { ClosedError } from "../closed-error.js";
import { RequestError } from "../request-error.js";
import { inboxOf } from "../inner-channel.js";
import type { CallTarget, ConnectionInfo } from "../server-control.js";
import type { ServerNode } from "../server-node.js";
import type { Holder } from "./session-store.js";

/** What a client said to a call: its handler's result, or its no. */
export type ClientReply = { readonly ok: Json } | { readonly error: ErrorBody };

/** As `ClientReply`, or why it said nothing. */
export type CallEnd = ClientReply | { readonly unanswered: ErrorBody };

/** What the client is to do. */
export interface ClientCall {
  readonly method: string;
  readonly data: Json | undefined;
  readonly timeoutMs: number;
}

/** A connection that can be asked. */
export interface Callable {
  call(call: ClientCall, done: (end: CallEnd) => void): void;
}

/** What one node asks of another. */
interface Errand extends ClientCall {
  readonly from: string;
  readonly number: number;
  readonly connection: string;
}

interface Waiting {
  readonly resolve: (end: CallEnd) => void;
  readonly reject: (error: unknown) => void;
  readonly cancelTimer: () => void;
}

/** The types of control messages that carry a call to the client's node, and its answer back. */
const CALL = "call";
const ANSWER = "call-answer";

/** How much longer than the client another node may take to answer: the client's time is kept there. */
const NODE_GRACE_MS = 5000;
const MAX_METHOD_LENGTH = 128;
/** The most that presence tells at once. */
const MAX_CONNECTIONS = 1000;
/** The message itself, and the batch that it may be in. */
const LEVELS_AROUND_DATA = 2;

/** Calls of the application to session clients, on whichever node they are (PROTOCOL.md 2.7). */
export class ClientCalls {
  private readonly node: ServerNode;
  private readonly holders: ReadonlyMap<string, Callable>;
  /** Of other nodes' clients, by number. */
  private readonly waiting = new Map<number, Waiting>();
  private lastNumber = 0;

  constructor(node: ServerNode, holders: ReadonlyMap<string, Callable>) {
    this.node = node;
    this.holders = holders;
    node.controls.set(CALL, (body) => this.onCall(JSON.parse(body) as Errand));
    node.controls.set(ANSWER, (body) => {
      const { number, end } = JSON.parse(body) as { number: number; end: CallEnd };
      this.take(number)?.resolve(end);
    });
  }

  /**
   * Asks one connection, once.
   * @throws (rejects) TypeError, RangeError; RequestError where there is no answer of the client: `not-connected`,
   * `rate-limited`, `too-large`, `unknown-outcome`; ClosedError.
   */
  async call(
    target: CallTarget,
    method: string,
    data: unknown,
    timeoutMs: number = this.node.settings.callTimeoutMs,
  ): Promise<ClientReply> {
    if (typeof method !== "string" || method === "" || method.length > MAX_METHOD_LENGTH) {
      throw new TypeError(`method: expected 1 to ${MAX_METHOD_LENGTH} characters`);
    }
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_CALL_TIMEOUT_MS) {
      throw new RangeError(
        `timeoutMs: expected an integer from 1 to ${MAX_CALL_TIMEOUT_MS}, got ${timeoutMs}`,
      );
    }
    const call = { method, data: this.copy(data), timeoutMs };
    await this.node.open();
    const holder = await this.find(target);
    const end = await this.askHolder(holder, call);
    if (!("unanswered" in end)) return end;
    const { code, message, retry } = end.unanswered;
    throw new RequestError(code, retry, message);
  }

  /** Whoever waits for another node waits no longer. */
  close(): void {
    for (const number of this.waiting.keys()) {
      this.take(number)?.reject(new ClosedError("server: closed"));
    }
  }

  private copy(data: unknown): Json | undefined {
    if (data === undefined) return undefined;
    const text = JSON.stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError(`data: expected what JSON can tell, got ${typeof data}`);
    const { maxMessageBytes } = this.node.settings;
    const bytes = Buffer.byteLength(text);
    if (bytes > maxMessageBytes) {
      const message = `data: expected at most ${maxMessageBytes} bytes of JSON, got ${bytes}`;
      throw new RequestError("too-large", false, message);
    }
    if (jsonDepth(text, MAX_DEPTH) > MAX_DEPTH - LEVELS_AROUND_DATA) {
      throw new TypeError(`data: expected at most ${MAX_DEPTH - LEVELS_AROUND_DATA} levels of nesting`);
    }
    return JSON.parse(text) as Json;
  }

  /** The connection of a user, or of its device, that came last. */
  private async find(target: CallTarget): Promise<Holder> {
    if ("connection" in target) {
      const cut = target.connection.lastIndexOf("-");
      return { node: target.connection.slice(0, cut), connection: target.connection.slice(cut + 1) };
    }
    const { user, device } = target;
    const { members } = await this.node.broker.presence.list({
      channel: inboxOf(user),
      limit: MAX_CONNECTIONS,
    });
    let newest: (Holder & { readonly connectedAtMs: number; readonly number: number }) | undefined;
    for (const { memberId, info = "{}" } of members) {
      const known = JSON.parse(info) as ConnectionInfo;
      if (known.mode !== "session" || (device !== undefined && known.device !== device)) continue;
      const connection = memberId.slice(memberId.lastIndexOf("-") + 1);
      const { node, connectedAtMs } = known;
      const number = Number(connection);
      const isNewer =
        newest === undefined ||
        connectedAtMs > newest.connectedAtMs ||
        (connectedAtMs === newest.connectedAtMs && number > newest.number);
      if (isNewer) newest = { node, connection, connectedAtMs, number };
    }
    if (newest !== undefined) return newest;
    const whose = device === undefined ? "" : ` with device ${JSON.stringify(device)}`;
    throw notConnected(`user ${JSON.stringify(user)} has no session client${whose}`);
  }

  private async askHolder({ node, connection }: Holder, call: ClientCall): Promise<CallEnd> {
    const { nodeId } = this.node.settings;
    if (node === nodeId) return new Promise((resolve) => this.askHere(connection, call, resolve));
    const { broker, clock } = this.node;
    if (!(await broker.nodes()).includes(node)) throw notConnected(`there is no node ${node}`);
    this.lastNumber += 1;
    const number = this.lastNumber;
    const end = new Promise<CallEnd>((resolve, reject) => {
      const cancelTimer = clock.schedule(call.timeoutMs + NODE_GRACE_MS, () => {
        this.take(number)?.resolve({ unanswered: NODE_SILENT });
      });
      this.waiting.set(number, { resolve, reject, cancelTimer });
    });
    const errand: Errand = { ...call, from: nodeId, number, connection };
    try {
      await broker.control({ to: node, type: CALL, body: JSON.stringify(errand) });
    } catch (error) {
      // Whether it went out is not known, but that its answer is nobody's.
      this.take(number)?.reject(error);
    }
    return end;
  }

  private askHere(connection: string, call: ClientCall, done: (end: CallEnd) => void): void {
    const holder = this.holders.get(connection);
    if (holder === undefined) done({ unanswered: NOT_HERE });
    else holder.call(call, done);
  }

  private onCall({ from, number, connection, ...call }: Errand): void {
    this.askHere(connection, call, (end) => {
      const body = JSON.stringify({ number, end });
      Promise.resolve(this.node.broker.control({ to: from, type: ANSWER, body })).catch((error: unknown) =>
        this.node.onBrokerError(error),
      );
    });
  }

  private take(number: number): Waiting | undefined {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    waiting?.cancelTimer();
    return waiting;
  }
}

/** Longest time that a client may be given. */
export const MAX_CALL_TIMEOUT_MS = 300_000;

const NOT_HERE: ErrorBody = {
  code: "not-connected",
  message: "call: there is no session client on this connection",
  retry: true,
};

const NODE_SILENT: ErrorBody = {
  code: "unknown-outcome",
  message: "call: the client's node did not answer in time",
  retry: false,
};

function notConnected(what: string): RequestError {
  return new RequestError("not-connected", true, `call: ${what}`);
}
