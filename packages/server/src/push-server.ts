import { EventEmitter } from "node:events";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Broker, Published } from "./broker/broker.js";
import { createMemoryBroker } from "./broker/memory-broker.js";
import { requireChannelName } from "./channel.js";
import { Doorkeeper } from "./doorkeeper.js";
import type { Connection } from "./connection.js";
import { pathOf, type Handshake } from "./handshake.js";
import { sendProblem } from "./http/problem.js";
import { servePublish } from "./http/publish-route.js";
import { Hub } from "./hub.js";
import { resolveOptions, type PushServerOptions, type Settings } from "./options.js";
import { toContent } from "./outbound-frame.js";
import { SocketListener, type ListenAddress, type ListenOptions } from "./socket-listener.js";
import { TimerWheel } from "./timer-wheel.js";

export interface PushServerEvents {
  /** A client came. Add its listeners before returning: what it sends is not kept for later ones. */
  connection: [connection: Connection, handshake: Handshake];
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
  /** Default `server is going away`. */
  readonly reason?: string | undefined;
}

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
  private readonly settings: Settings;
  private readonly wheel: TimerWheel;
  private readonly hub: Hub;
  private readonly broker: Broker;
  private readonly doorkeeper: Doorkeeper;
  private readonly socketListeners: SocketListener[] = [];
  private readonly detachers = new Set<() => void>();
  private closing: Promise<void> | undefined;

  constructor(options: PushServerOptions) {
    super();
    this.settings = resolveOptions(options);
    this.wheel = new TimerWheel(this.settings.clock);
    this.broker = createMemoryBroker({ clock: this.settings.clock });
    this.hub = new Hub(this.broker, (error) => this.onError(error));
    this.doorkeeper = new Doorkeeper(this.settings, this.wheel, this.hub, {
      onConnection: (connection, handshake) => this.emit("connection", connection, handshake),
      onError: (error) => this.onError(error),
    });
  }

  /** How many clients are connected. */
  get connectionCount(): number {
    return this.doorkeeper.connections.size;
  }

  /**
   * Listens on a port of its own. Other HTTP requests get the HTTP API's answer, or a problem in JSON.
   * @throws the error of the system, for example with code EADDRINUSE.
   */
  async listen(options: ListenOptions): Promise<ListenAddress> {
    const listener = new SocketListener(
      this.doorkeeper,
      (request, response) => this.handle(request, response),
      options.path,
    );
    const address = await listener.open(options.port, options.host);
    this.socketListeners.push(listener);
    return address;
  }

  /**
   * Takes the upgrade requests of a node:http or node:https server. Its other requests stay its own; give those under
   * `/v1/` to `handle`.
   * @returns detaches again. Connections stay.
   */
  attach(server: HttpServer | HttpsServer, options: AttachOptions = {}): () => void {
    const { path } = options;
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const isOurs = path === undefined || pathOf(request.url ?? "") === path;
      // Somebody has to answer: an upgrade that nobody takes would hang.
      if (isOurs || server.listenerCount("upgrade") === 1) {
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
    if (pathOf(request.url ?? "") !== "/v1/publish") return false;
    const { adminKey: key, maxHttpBodyBytes: maxBodyBytes } = this.settings;
    const publish = (channel: string, data: unknown): Promise<Published> => this.publish(channel, data);
    servePublish({ key, maxBodyBytes, publish }, request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      if (response.headersSent) response.destroy();
      else sendProblem(response, { status: 500, detail: "the server failed" });
      this.onError(error);
    });
    return true;
  }

  /**
   * Publishes to everyone who is in the channel now.
   * @param data - as in `connection.send`.
   * @throws TypeError for a bad name or data that JSON cannot tell, ClosedError after `close`.
   */
  async publish(channel: string, data: unknown): Promise<Published> {
    requireChannelName(channel);
    return this.broker.publish({ channel, ...toContent(data) });
  }

  /**
   * Stops to accept, closes every connection and waits until all are gone, for at most `closeTimeoutMs`.
   * Safe to call twice.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.closing ??= this.shutDown(options.code ?? 1001, options.reason ?? "server is going away");
    return this.closing;
  }

  private async shutDown(code: number, reason: string): Promise<void> {
    for (const detach of this.detachers) detach();
    for (const listener of this.socketListeners) listener.stop();
    await this.doorkeeper.closeAll(code, reason);
    for (const listener of this.socketListeners) listener.close();
    this.wheel.close();
    await this.broker.close();
    this.emit("close");
  }

  private onError(error: unknown): void {
    const fields = { error: error instanceof Error ? error.message : String(error) };
    this.settings.logger.error(fields, "a listener failed");
    // Out of the way of what is being done: others' messages are not to be lost with this one.
    queueMicrotask(() => this.emit("error", error));
  }
}
