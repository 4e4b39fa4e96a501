import { EventEmitter } from "node:events";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Admission } from "./admission.js";
import type {
  CallOptions,
  CallTarget,
  ConnectionInfo,
  DisconnectOptions,
  DisconnectTarget,
  DrainOptions,
  HistoryOptions,
  MembersOptions,
  PublishOptions,
  Pushed,
  PushOptions,
  PushTarget,
  ServerInfo,
} from "./server-control.js";
import { createHttpApi } from "./api-adapter.js";
import { checkUser } from "./auth/identity.js";
import { createTickets, type Tickets } from "./auth/tickets.js";
import type { Broker, ChannelsPage, ChannelsQuery, HistoryPage, Published } from "./broker/broker.js";
import { createMemoryBroker } from "./broker/memory-broker.js";
import type { Member, PresencePage } from "./broker/presence.js";
import type { PresenceEvent } from "./broker/publication.js";
import { requireChannelName } from "./channel.js";
import { ClosedError } from "./closed-error.js";
import type { Connection } from "./connection.js";
import { Doorkeeper } from "./doorkeeper.js";
import { closeOverTime } from "./drain.js";
import { pathOf, type Handshake } from "./handshake.js";
import type { HttpApi } from "./http/http-api.js";
import { publishForReceipt, readReceipt, type Receipt } from "./http/receipts.js";
import { asksForWebSocket, serveWithoutUpgrade } from "./http/plain-request.js";
import { AFTER_INNER, channelOf, inboxOf } from "./inner-channel.js";
import { resolveOptions, type PushServerOptions, type Settings } from "./options.js";
import { toContent } from "./outbound-frame.js";
import { RequestError } from "./request-error.js";
import { ServerNode } from "./server-node.js";
import { SocketListener, type ListenAddress, type ListenOptions } from "./socket-listener.js";
import type { Stats } from "./stats.js";

export interface PushServerEvents {
  /** A client came. Add its listeners before returning: what it sends is not kept for later ones. */
  connection: [connection: Connection, handshake: Handshake];
  /** A member came to or left a channel that has presence, and in which this node has members. */
  presence: [event: PresenceEvent];
  /** A listener of the application failed, or a listening socket. As in Node, without a listener for it it is thrown. */
  error: [error: unknown];
  /** `close()` is done. */
  close: [];
}

export interface AttachOptions {
  /** As in `ListenOptions`. Upgrades of other paths are left to the HTTP server's other listeners. */
  readonly path?: string | undefined;
}

export interface CloseOptions {
  /** What clients get. Default 1001. */
  readonly code?: number | undefined;
  /** Default `the server is going away`. */
  readonly reason?: string | undefined;
}

const GOING_AWAY = 1001;
const GOING_AWAY_REASON = "the server is going away";
const DEFAULT_DRAIN_MS = 10_000;
const DEFAULT_PAGE = 100;

/**
 * A push server. Nothing is opened before `listen` or `attach`.
 * @throws TypeError, RangeError where an option is not what it must be.
 */
export function createPushServer(options: PushServerOptions = {}): PushServer {
  return new PushServer(options);
}

export type { PushServer };

/** Accepts WebSocket clients and pushes messages to them. */
class PushServer extends EventEmitter<PushServerEvents> {
  /** One-time tickets of this server, minted by the backend for a client that is about to connect. */
  readonly tickets: Tickets;
  private readonly settings: Settings;
  private readonly broker: Broker;
  private readonly ownsBroker: boolean;
  private readonly node: ServerNode;
  private readonly doorkeeper: Doorkeeper;
  private readonly httpApi: HttpApi;
  private readonly socketListeners: SocketListener[] = [];
  private readonly detachers = new Set<() => void>();
  private readonly startedAtMs: number;
  private state: ServerInfo["state"] = "open";
  private draining: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: PushServerOptions) {
    // An async listener that rejects is heard as one that throws.
    super({ captureRejections: true });
    this.settings = resolveOptions(options);
    const { clock } = this.settings;
    this.startedAtMs = clock.now();
    this.ownsBroker = options.broker === undefined;
    this.broker = options.broker ?? createMemoryBroker({ clock });
    this.tickets = createTickets({ records: this.broker.records, clock });
    this.node = new ServerNode(this.settings, this.broker, options.channels ?? [], {
      onConnection: (connection, handshake) => this.emit("connection", connection, handshake),
      onPresence: (event) => this.emit("presence", event),
      onError: (error) => this.onError(error),
    });
    this.doorkeeper = new Doorkeeper(this.node, new Admission(this.settings, this.tickets.authenticate));
    this.httpApi = createHttpApi(this.node, {
      tickets: this.tickets,
      users: this,
      call: (target, method, data, timeoutMs) => this.doorkeeper.calls.call(target, method, data, timeoutMs),
      isDraining: () => this.state !== "open",
      drain: (withinMs) => void this.drainAndClose(withinMs),
    });
  }

  /** How many clients are connected to this node. */
  get connectionCount(): number {
    return this.node.roster.all.size;
  }

  /** What this node has counted. */
  get stats(): Readonly<Stats> {
    return this.node.stats;
  }

  /**
   * Listens on a port of its own. Other HTTP requests get the HTTP API's answer, or a problem in JSON.
   * @throws (rejects) the error of the system, for example with code EADDRINUSE; ClosedError after `drain` or `close`;
   * TypeError for a path that cannot be.
   */
  async listen(options: ListenOptions): Promise<ListenAddress> {
    if (this.state !== "open") throw new ClosedError("server: closed");
    checkPath(options.path);
    checkServes(options.serves);
    await this.node.open();
    const { serves = "everything" } = options;
    const routes = (request: IncomingMessage, response: ServerResponse): boolean =>
      this.httpApi.handle(request, response, { isPublicOnly: serves === "clients" });
    // No request has an empty path.
    const path = serves === "api" ? "" : options.path;
    const listener = new SocketListener(this.doorkeeper, routes, path);
    const opened = await listener.open(options);
    this.socketListeners.push(listener);
    const address = serves === "api" ? { ...opened, url: opened.url.replace("ws:", "http:") } : opened;
    this.settings.logger.info({ url: address.url, serves }, "listening");
    return address;
  }

  /**
   * Takes the upgrade requests of a node:http or node:https server. Its other requests stay its own; give those under
   * `/v1/` to `handle`.
   * @returns detaches again. Connections stay.
   */
  attach(server: HttpServer | HttpsServer, options: AttachOptions = {}): () => void {
    checkPath(options.path);
    this.node.open().catch((error: unknown) => this.onError(error));
    const { path } = options;
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const isOurs = path === undefined || pathOf(request.url ?? "") === path;
      const isAlone = server.listenerCount("upgrade") === 1;
      // Without us it would have been a request like any other.
      const isPlain = isAlone && !asksForWebSocket(request.headers.upgrade);
      if (isPlain && serveWithoutUpgrade(server, request, socket, head)) return;
      // Somebody has to answer: an upgrade that nobody takes would hang.
      if (isOurs || isAlone) {
        this.doorkeeper.takeUpgrade(request, socket as Socket, head, path);
      }
    };
    const detach = (): void => {
      server.off("upgrade", onUpgrade);
      this.detachers.delete(detach);
    };
    server.on("upgrade", onUpgrade);
    this.detachers.add(detach);
    return detach;
  }

  /**
   * Serves a request of the HTTP API.
   * @returns false where the request is not for the API: nothing was done then.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    return this.httpApi.handle(request, response);
  }

  /**
   * Publishes to everyone who is in the channel, on every node, and to its history.
   * @param data - as in `connection.send`.
   * @throws (rejects) TypeError for a bad name or data that JSON cannot tell, RequestError `too-large` or as the broker
   * says, ClosedError after `close`.
   */
  async publish(channel: string, data: unknown, options: PublishOptions = {}): Promise<Published> {
    requireChannelName(channel);
    return this.push({ channel }, data, options);
  }

  /** Publishes to a channel, to a user's or device's inbox, or to everybody. Rejects as `publish`. */
  async push(target: PushTarget, data: unknown, options: PushOptions = {}): Promise<Pushed> {
    if ("channel" in target) requireChannelName(target.channel);
    const { key, ttlMs, receipt = false } = options;
    const request = {
      channel: channelOf(target),
      ...toContent(data),
      ...(key !== undefined && { key }),
      ...(ttlMs !== undefined && { ttlMs }),
    };
    return receipt ? publishForReceipt(this.node, request) : this.node.publish(request);
  }

  /** What has become of a push that asked for its receipt; undefined where there is none, or no more. */
  async receipt(id: string): Promise<Receipt | undefined> {
    return readReceipt(this.node, id);
  }

  /** One page of what a channel keeps. */
  async history(channel: string, options: HistoryOptions = {}): Promise<HistoryPage> {
    requireChannelName(channel);
    const { after, before, limit = DEFAULT_PAGE } = options;
    return this.broker.history({
      channel,
      limit,
      direction: after === undefined ? "backward" : "forward",
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
    });
  }

  /** Who is in a channel that has presence. */
  async members(channel: string, options: MembersOptions = {}): Promise<PresencePage> {
    requireChannelName(channel);
    const { after, limit = DEFAULT_PAGE } = options;
    return this.broker.presence.list({ channel, limit, ...(after !== undefined && { after }) });
  }

  /** Channels with history, members or listeners, in the order of their names. */
  async channels(query: Partial<ChannelsQuery> = {}): Promise<ChannelsPage> {
    const { prefix = "", after = AFTER_INNER, limit = DEFAULT_PAGE } = query;
    return this.broker.channels({ prefix, after, limit });
  }

  /** Connections of a user, on every node. */
  async connectionsOf(user: string): Promise<readonly ConnectionInfo[]> {
    const { members } = await this.broker.presence.list({ channel: inboxOf(user), limit: 1000 });
    return members.map((member) => toConnectionInfo(member));
  }

  /**
   * Calls a session client, on whichever node it is: runs what it gave to `handle`, once or not at all. A user with
   * several clients is asked on the one that came last.
   * @param data - any JSON, at most `maxMessageBytes` of it, which bounds the answer as well.
   * @returns what the client's handler returned: unchecked, as everything that a client says.
   * @throws (rejects) RequestError: `not-connected` where nobody is there to be asked, and `rate-limited` where the
   * client has `maxOpenCalls` to answer, both retryable and nothing was done; `too-large`; `unknown-outcome` where it did
   * not answer in time or its connection ended meanwhile; the code that the client answered where it said no: `failed`
   * where its handler threw, `unsupported` where it has none. TypeError, RangeError for what is not as it must be.
   */
  async call(
    target: CallTarget,
    method: string,
    data?: unknown,
    { timeoutMs }: CallOptions = {},
  ): Promise<unknown> {
    const reply = await this.doorkeeper.calls.call(target, method, data, timeoutMs);
    if ("ok" in reply) return reply.ok;
    const { code, retry, message } = reply.error;
    throw new RequestError(code, retry, message);
  }

  /** Closes connections of a user, a device, or one, on every node. */
  async disconnect(target: DisconnectTarget, options: DisconnectOptions = {}): Promise<void> {
    await this.node.disconnect(target, options);
  }

  /**
   * Deletes what is kept of a user: the history of the inboxes (`~` and those of all devices), sessions, receipts of pushes
   * to them, open tickets, results of calls, keys and when the user was last seen; and closes the user's connections on
   * every node with 4509. Resolves when it is deleted, and would not come back after a crash. What the user has published in
   * channels, and the presence there until its grace is over, is the channels'. Let `authenticate` refuse the user first:
   * whoever connects again is kept anew.
   * @throws (rejects) TypeError for what is no user, RequestError as the broker says, ClosedError.
   */
  async forgetUser(user: string): Promise<void> {
    checkUser(user);
    await this.node.forgetUser(user);
  }

  info(): ServerInfo {
    return {
      node: this.settings.nodeId,
      state: this.state,
      startedAtMs: this.startedAtMs,
      connections: this.connectionCount,
      channels: this.node.hub.size,
      durability: this.broker.durability,
    };
  }

  /**
   * Stops to accept, and closes the connections one after the other over `windowMs`, so that their clients do not all
   * come back at once elsewhere. Resolves when the last is gone. Publishing still works: `close` ends that. Called again
   * with a `windowMs`, those who are still there are closed over that, where it ends sooner.
   */
  drain(options: DrainOptions = {}): Promise<void> {
    const { windowMs } = options;
    if (this.draining === undefined) this.draining = this.runDrain(windowMs ?? DEFAULT_DRAIN_MS);
    else if (windowMs !== undefined) void this.closeEverybody(windowMs);
    return this.draining;
  }

  /**
   * Stops to accept, closes every connection and waits until all are gone, for at most `closeTimeoutMs`.
   * Safe to call twice.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.shutDown(options.code ?? GOING_AWAY, options.reason ?? GOING_AWAY_REASON);
    return this.closing;
  }

  private shut(): void {
    if (this.state === "open") {
      this.state = "draining";
      this.settings.logger.info({ connections: this.connectionCount }, "going away");
    }
    for (const detach of this.detachers) detach();
    for (const listener of this.socketListeners) listener.stop();
    this.doorkeeper.shut();
  }

  private async runDrain(windowMs: number): Promise<void> {
    this.shut();
    const { roster } = this.node;
    // Nobody comes any more: it is over when all are gone, however that came about.
    await Promise.race([this.closeEverybody(windowMs), roster.untilEmpty()]);
    await roster.untilEmpty();
  }

  private async closeEverybody(windowMs: number): Promise<void> {
    const { roster, clock } = this.node;
    await closeOverTime([...roster.all], windowMs, clock, (connection) =>
      connection.close(GOING_AWAY, GOING_AWAY_REASON),
    );
  }

  private async drainAndClose(windowMs: number): Promise<void> {
    await this.drain({ windowMs });
    await this.close();
  }

  private async shutDown(code: number, reason: string): Promise<void> {
    this.shut();
    const { roster } = this.node;
    for (const connection of roster.all) connection.close(code, reason);
    await roster.untilEmpty();
    this.state = "closed";
    this.doorkeeper.calls.close();
    for (const listener of this.socketListeners) listener.close();
    await this.node.close();
    if (this.ownsBroker) await this.broker.close();
    this.emit("close");
  }

  private onError(error: unknown): void {
    // A no that has a word is no fault in the code, of which the place would matter.
    const stack = error instanceof Error && !(error instanceof RequestError) ? error.stack : undefined;
    const fields = { error: error instanceof Error ? error.message : String(error), stack };
    this.settings.logger.error(fields, "error");
    // Out of the way of what is being done: others' messages are not to be lost with this one.
    queueMicrotask(() => this.emit("error", error));
  }
}

function checkServes(serves: ListenOptions["serves"]): void {
  if (serves === undefined || ["everything", "clients", "api"].includes(serves)) return;
  throw new TypeError(`serves: expected everything, clients or api, got ${JSON.stringify(serves)}`);
}

/** One that cannot be would let nobody in. */
function checkPath(path: string | undefined): void {
  if (path === undefined || (typeof path === "string" && /^\/[^?#\s]*$/.test(path))) return;
  throw new TypeError(`path: expected one that begins with /, without a query, got ${JSON.stringify(path)}`);
}

/** What `ServerNode` entered into the presence of the user's inbox. */
function toConnectionInfo({ memberId, user, info = "{}" }: Member): ConnectionInfo {
  const known = JSON.parse(info) as Pick<
    ConnectionInfo,
    "node" | "mode" | "connectedAtMs" | "hiddenSinceMs" | "device"
  >;
  return { id: memberId, user, ...known };
}
