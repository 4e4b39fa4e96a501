import { connect, type Socket } from "node:net";
import { ClosedError } from "../../closed-error.js";
import { systemClock, type Clock } from "../../clock.js";
import { RequestError } from "../../request-error.js";
import { Chain } from "./chain.js";
import {
  encodeMessage,
  LINK_VERSION,
  readMessages,
  type Failure,
  type Method,
  type Notice,
} from "./frames.js";
import type {
  Broker,
  ChannelsPage,
  ChannelsQuery,
  ControlListener,
  ControlMessage,
  ForgetTarget,
  HistoryPage,
  HistoryQuery,
  Published,
  PublishRequest,
} from "../broker.js";
import type { PresenceStore } from "../presence.js";
import type { ChannelListener, Durability } from "../publication.js";
import type { RecordStore } from "../record.js";

export interface RemoteBrokerOptions {
  /** As in `serveBroker`. */
  readonly path: string;
  readonly clock?: Clock;
  /** Longest time to wait for the first connection. Default: 10 seconds. */
  readonly connectTimeoutMs?: number;
}

interface Waiting {
  /** Called at once, before anything that came behind the answer is heard. */
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const RETRY_MS = 100;

/**
 * The broker of another process of this machine, which serves it with `serveBroker`. While that process is away, calls
 * fail with `RequestError` `unavailable`; when it is back, channels are attached again, and what was published
 * meanwhile is read from history or told as a gap.
 *
 * Rejects with the system's error when nobody serves one there in time.
 */
export async function openRemoteBroker(options: RemoteBrokerOptions): Promise<Broker> {
  const broker = new RemoteBroker(options);
  await broker.open();
  return broker;
}

class RemoteBroker implements Broker {
  durability: Durability = "memory";
  readonly presence: PresenceStore = {
    join: (entry) => this.call("presence.join", entry),
    refresh: (entries, ttlMs) => this.call("presence.refresh", entries, ttlMs),
    leave: (key, graceMs) => this.call("presence.leave", key, graceMs),
    list: (query) => this.call("presence.list", query),
  };
  readonly records: RecordStore = {
    read: (key) => this.call("records.read", key),
    write: (write) => this.call("records.write", write),
    take: (key) => this.call("records.take", key),
    takeOwned: (owner) => this.call("records.takeOwned", owner),
  };
  private readonly path: string;
  private readonly clock: Clock;
  private readonly connectTimeoutMs: number;
  private readonly chains: Map<string, { readonly chain: Chain; ready: Promise<void> }> = new Map();
  private readonly nodeListeners: Map<string, ControlListener> = new Map();
  private readonly waiting: Map<number, Waiting> = new Map();
  private socket: Socket | undefined;
  private nextId = 1;
  private isClosed = false;
  private cancelRetry: (() => void) | undefined;

  constructor({ path, clock = systemClock, connectTimeoutMs = 10_000 }: RemoteBrokerOptions) {
    this.path = path;
    this.clock = clock;
    this.connectTimeoutMs = connectTimeoutMs;
  }

  async open(): Promise<void> {
    const endsAtMs = this.clock.now() + this.connectTimeoutMs;
    // What the clock calls keeps no process alive: one that has nothing else to do yet would end here without a word.
    const alive = setInterval(() => undefined, 60_000);
    try {
      for (;;) {
        try {
          await this.connect();
          return;
        } catch (error) {
          if (this.clock.now() + RETRY_MS > endsAtMs) throw error;
          await new Promise<void>((resolve) => {
            this.clock.schedule(RETRY_MS, resolve);
          });
        }
      }
    } finally {
      clearInterval(alive);
    }
  }

  publish(request: PublishRequest): Promise<Published> {
    return this.call("publish", request);
  }

  history(query: HistoryQuery): Promise<HistoryPage> {
    return this.call("history", query);
  }

  position(channel: string): Promise<string> {
    return this.call("position", channel);
  }

  positions(channels: readonly string[]): Promise<readonly string[]> {
    return this.call("positions", channels);
  }

  channels(query: ChannelsQuery): Promise<ChannelsPage> {
    return this.call("channels", query);
  }

  async attach(channel: string, listener: ChannelListener): Promise<void> {
    this.checkOpen();
    let entry = this.chains.get(channel);
    if (entry === undefined) {
      const chain = new Chain(channel, (query) => this.history(query));
      entry = { chain, ready: this.attachChain(channel, chain) };
      this.chains.set(channel, entry);
    }
    entry.chain.audience.add(listener);
    try {
      await entry.ready;
    } catch (error) {
      entry.chain.audience.delete(listener);
      if (this.chains.get(channel) === entry) this.chains.delete(channel);
      throw error;
    }
  }

  detach(channel: string, listener: ChannelListener): void {
    const entry = this.chains.get(channel);
    if (entry === undefined) return;
    entry.chain.audience.delete(listener);
    if (entry.chain.audience.listeners.length > 0) return;
    this.chains.delete(channel);
    this.tell("detach", channel);
  }

  forget(target: ForgetTarget): Promise<void> {
    return this.call("forget", target);
  }

  async addNode(nodeId: string, listener: ControlListener): Promise<void> {
    await this.request("addNode", [nodeId], () => this.nodeListeners.set(nodeId, listener));
  }

  async removeNode(nodeId: string): Promise<void> {
    this.nodeListeners.delete(nodeId);
    try {
      await this.call("removeNode", nodeId);
    } catch (error) {
      // A node ends with the line that it was announced on.
      if (!(error instanceof RequestError) || error.code !== "unavailable") throw error;
    }
  }

  nodes(): Promise<readonly string[]> {
    return this.call("nodes");
  }

  control(message: ControlMessage): Promise<void> {
    return this.call("control", message);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry?.();
    const { socket } = this;
    this.socket = undefined;
    if (socket === undefined || socket.destroyed) return;
    await new Promise((resolve) => {
      socket.once("close", resolve);
      socket.end();
    });
  }

  private checkOpen(): void {
    if (this.isClosed) throw new ClosedError("broker: closed");
  }

  private async call<T>(method: Method, ...args: readonly unknown[]): Promise<T> {
    return (await this.request(method, args, () => undefined)) as T;
  }

  private request(
    method: Method,
    args: readonly unknown[],
    onAnswer: (value: unknown) => void,
  ): Promise<unknown> {
    this.checkOpen();
    const { socket } = this;
    if (socket === undefined) throw away();
    const id = this.nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, {
        resolve: (value) => {
          onAnswer(value);
          resolve(value);
        },
        reject,
      });
    });
    socket.write(encodeMessage({ id, method, args }));
    return answer;
  }

  /** Without an answer. Where the line is down there is nothing to say: it begins anew when it is back. */
  private tell(method: Method, ...args: readonly unknown[]): void {
    this.socket?.write(encodeMessage({ id: 0, method, args }));
  }

  private async attachChain(channel: string, chain: Chain): Promise<void> {
    await this.request("attach", [channel], (position) => chain.attached(position as string));
  }

  private async connect(): Promise<void> {
    const socket = connect(this.path);
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", () => reject(away()));
      readMessages(socket, (message) => this.hear(message as Notice, socket, resolve));
    });
    socket.on("error", () => undefined);
    socket.once("close", () => this.onLineDown(socket));
  }

  private onLineDown(socket: Socket): void {
    if (this.socket === socket) this.socket = undefined;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    const error = this.isClosed ? new ClosedError("broker: closed") : away();
    for (const { reject } of waiting) reject(error);
    this.retry();
  }

  private retry(): void {
    if (this.isClosed || this.cancelRetry !== undefined) return;
    this.cancelRetry = this.clock.schedule(RETRY_MS, () => {
      this.cancelRetry = undefined;
      this.resume().catch(() => {
        // A line that is up and of no use is cut: its end begins the next try.
        if (this.socket === undefined) this.retry();
        else this.socket.destroy();
      });
    });
  }

  /** Begins again where the line broke: nodes first, so that they can be reached when channels move. */
  private async resume(): Promise<void> {
    await this.connect();
    for (const nodeId of this.nodeListeners.keys()) await this.call("addNode", nodeId);
    for (const [channel, entry] of this.chains) {
      entry.ready = this.attachChain(channel, entry.chain);
      // The line is down again: the next one tries again.
      entry.ready.catch(() => undefined);
    }
  }

  private hear(notice: Notice, socket: Socket, onWelcome: () => void): void {
    switch (notice.type) {
      case "welcome":
        if (notice.version !== LINK_VERSION) {
          throw new Error(`remote broker: expected version ${LINK_VERSION}, got ${String(notice.version)}`);
        }
        this.durability = notice.durability;
        this.socket = socket;
        onWelcome();
        return;
      case "answer":
        this.waiting.get(notice.id)?.resolve(notice.value);
        this.waiting.delete(notice.id);
        return;
      case "failure":
        this.waiting.get(notice.id)?.reject(toError(notice.failure));
        this.waiting.delete(notice.id);
        return;
      case "publication":
        this.chains.get(notice.publication.channel)?.chain.take(notice.publication);
        return;
      case "presence":
        this.chains.get(notice.event.channel)?.chain.audience.hear(notice.event);
        return;
      case "gap":
        this.chains.get(notice.channel)?.chain.jump(notice.position, notice.reason);
        return;
      case "control":
        this.nodeListeners.get(notice.nodeId)?.(notice.message);
        return;
    }
  }
}

function away(): RequestError {
  return new RequestError("unavailable", true, "remote broker: the process that has it is away");
}

function toError({ name, message, code, retryable }: Failure): Error {
  if (name === "RequestError" && code !== undefined)
    return new RequestError(code, retryable === true, message);
  if (name === "ClosedError") return new ClosedError(message);
  if (name === "TypeError") return new TypeError(message);
  if (name === "RangeError") return new RangeError(message);
  return new Error(message);
}
