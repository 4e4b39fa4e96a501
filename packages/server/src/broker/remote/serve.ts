import { chmodSync, lstatSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { encodeMessage, LINK_VERSION, readMessages, type Call, type Failure, type Notice } from "./frames.js";
import type {
  Broker,
  ChannelsQuery,
  ControlMessage,
  ForgetTarget,
  HistoryQuery,
  PublishRequest,
} from "../broker.js";
import type { PresenceEntry, PresenceJoin, PresenceKey, PresenceQuery } from "../presence.js";
import type { ChannelListener, GapReason, PresenceEvent, Publication } from "../publication.js";
import type { RecordWrite } from "../record.js";

export interface BrokerServerOptions {
  /** Where other processes of this machine find the broker: a Unix socket that only this user may use, or a pipe. */
  readonly path: string;
  /**
   * Most bytes that wait for one process which does not take them. Beyond it its line is cut: it comes back, and reads
   * from history what it missed. Default: 64 MiB.
   */
  readonly maxBufferedBytes?: number;
}

/** A broker that other processes use. */
export interface BrokerServer {
  /** Cuts the lines. The broker itself stays open. */
  close(): Promise<void>;
}

/** Lets other processes of this machine use the broker of this one. Rejects with the system's error. */
export async function serveBroker(broker: Broker, options: BrokerServerOptions): Promise<BrokerServer> {
  const { path, maxBufferedBytes = 64 * 1024 * 1024 } = options;
  const lines = new Set<Line>();
  const server = createServer((socket) => {
    const line = new Line(socket, broker, maxBufferedBytes);
    lines.add(line);
    socket.once("close", () => lines.delete(line));
  });
  await listen(server, path);
  return {
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const line of lines) line.end();
      await closed;
    },
  };
}

async function listen(server: Server, path: string): Promise<void> {
  const isPipe = path.startsWith("\\\\");
  if (!isPipe) await clear(path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
  if (!isPipe) chmodSync(path, 0o600);
}

/** Takes away what a process that was killed left behind, and nothing else. */
async function clear(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new Error(`socket ${path}: expected a free path, got a file that is no socket`);
  if (await answers(path)) throw new Error(`socket ${path}: another process listens there`);
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** One process at the other end. */
class Line implements ChannelListener {
  private readonly socket: Socket;
  private readonly broker: Broker;
  private readonly maxBufferedBytes: number;
  private readonly channels: Set<string> = new Set();
  private readonly nodes: Set<string> = new Set();

  constructor(socket: Socket, broker: Broker, maxBufferedBytes: number) {
    this.socket = socket;
    this.broker = broker;
    this.maxBufferedBytes = maxBufferedBytes;
    socket.on("error", () => undefined);
    socket.once("close", () => this.leave());
    readMessages(socket, (message) => {
      void this.serve(message as Call);
    });
    this.send({ type: "welcome", version: LINK_VERSION, durability: broker.durability });
  }

  onPublication(publication: Publication): void {
    this.send({ type: "publication", publication });
  }

  onPresence(event: PresenceEvent): void {
    this.send({ type: "presence", event });
  }

  onGap(channel: string, position: string, reason: GapReason): void {
    this.send({ type: "gap", channel, position, reason });
  }

  end(): void {
    this.socket.destroy();
  }

  private send(notice: Notice): void {
    if (this.socket.destroyed) return;
    // Who has taken everything gets the next, however large.
    if (this.socket.writableLength > this.maxBufferedBytes) this.socket.destroy();
    else this.socket.write(encodeMessage(notice));
  }

  /**
   * Answers in the order in which the broker does. What it answers at once is sent at once: everything that listeners
   * of this line have heard by then is on the way before it.
   */
  private async serve({ id, method, args }: Call): Promise<void> {
    try {
      const answer = this.call(method, args);
      const value = answer instanceof Promise ? ((await answer) as unknown) : answer;
      if (id !== 0) this.send({ type: "answer", id, value });
    } catch (error) {
      if (id !== 0) this.send({ type: "failure", id, failure: toFailure(error) });
    }
  }

  private call(method: Call["method"], args: readonly unknown[]): unknown {
    const { broker } = this;
    const [first, second] = args;
    switch (method) {
      case "publish":
        return broker.publish(first as PublishRequest);
      case "history":
        return broker.history(first as HistoryQuery);
      case "position":
        return broker.position(first as string);
      case "positions":
        return broker.positions(first as string[]);
      case "channels":
        return broker.channels(first as ChannelsQuery);
      case "attach":
        return this.attach(first as string);
      case "detach":
        this.channels.delete(first as string);
        return broker.detach(first as string, this);
      case "forget":
        return broker.forget(first as ForgetTarget);
      case "addNode":
        return this.addNode(first as string);
      case "removeNode":
        this.nodes.delete(first as string);
        return broker.removeNode(first as string);
      case "nodes":
        return broker.nodes();
      case "control":
        return broker.control(first as ControlMessage);
      case "presence.join":
        return broker.presence.join(first as PresenceJoin);
      case "presence.refresh":
        return broker.presence.refresh(first as PresenceEntry[], second as number);
      case "presence.leave":
        return broker.presence.leave(first as PresenceKey, second as number);
      case "presence.list":
        return broker.presence.list(first as PresenceQuery);
      case "records.read":
        return broker.records.read(first as string);
      case "records.write":
        return broker.records.write(first as RecordWrite);
      case "records.take":
        return broker.records.take(first as string);
      case "records.takeOwned":
        return broker.records.takeOwned(first as string);
    }
  }

  private attach(channel: string): unknown {
    this.channels.add(channel);
    const attached = this.broker.attach(channel, this);
    if (!(attached instanceof Promise)) return this.broker.position(channel);
    return attached.then(() => this.broker.position(channel));
  }

  private addNode(nodeId: string): unknown {
    const added = this.broker.addNode(nodeId, (message) => this.send({ type: "control", nodeId, message }));
    this.nodes.add(nodeId);
    return added;
  }

  /** The process is gone, or will come back on another line. */
  private leave(): void {
    for (const channel of this.channels) this.broker.detach(channel, this);
    for (const nodeId of this.nodes) void this.broker.removeNode(nodeId);
  }
}

function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  return {
    name,
    message,
    ...(typeof code === "string" && { code }),
    ...(typeof retryable === "boolean" && { retryable }),
  };
}
