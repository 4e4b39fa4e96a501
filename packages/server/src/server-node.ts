import { isUtf8 } from "node:buffer";
import { NO_WISHES, type RawWishes } from "./access.js";
import type { ConnectionInfo, DisconnectOptions, DisconnectTarget } from "./server-control.js";
import type { Identity } from "./auth/identity.js";
import { parseReferer } from "./auth/referer.js";
import type { Broker, Published, PublishRequest } from "./broker/broker.js";
import type { MaybePromise } from "./broker/maybe-promise.js";
import type { PresenceEvent } from "./broker/publication.js";
import { ChannelRules, type ChannelRule, type ResolvedRule } from "./channel-rules.js";
import type { Clock } from "./clock.js";
import type { Compression } from "./compression.js";
import type { Connection } from "./connection.js";
import { UserForgetter } from "./forget-user.js";
import type { Handshake, ReceivedHandshake } from "./handshake.js";
import { Hub, type HubHost } from "./hub.js";
import { Inlet } from "./inlet.js";
import { EVERYONE, inboxesOf, inboxOf, isInnerChannel } from "./inner-channel.js";
import type { Limits } from "./limits.js";
import { silentLogger, type LogFields } from "./logger.js";
import type { NamedReceipt } from "./http/receipts.js";
import type { Settings } from "./options.js";
import { PushWatch } from "./offline/push-watch.js";
import { PresenceKeeper } from "./presence-keeper.js";
import { RequestError } from "./request-error.js";
import { Roster } from "./roster.js";
import type { ConnectionHost, SocketConnection } from "./socket-connection.js";
import { Stats } from "./stats.js";
import { SteadyClock } from "./steady-clock.js";
import { TimerWheel } from "./timer-wheel.js";
import { UserLimit } from "./user-limit.js";
import { Webhook } from "./webhook/webhook.js";

/** What the server does when somebody came or something failed. */
export interface Reception {
  onConnection(connection: Connection, handshake: Handshake): void;
  onPresence(event: PresenceEvent): void;
  onError(error: unknown): void;
}

/** The type of control messages that disconnect somebody on every node. */
const DISCONNECT = "disconnect";

/** PROTOCOL.md 2.9: do not come back. */
const KICKED = 4509;

/** A handshake waits so long for a broker that does not answer. */
const ATTACH_WAIT_MS = 1000;

/** What all connections of this process share, and who they are. */
export class ServerNode implements ConnectionHost, HubHost {
  readonly settings: Settings;
  readonly clock: Clock;
  /** What connections live by. */
  readonly steady: SteadyClock;
  readonly compression: Compression | undefined;
  readonly broker: Broker;
  readonly wheel: TimerWheel;
  readonly stats: Stats = new Stats();
  readonly roster: Roster;
  readonly hub: Hub;
  readonly presence: PresenceKeeper;
  /** Where the backend hears what became of pushes. Absent: nowhere. */
  readonly webhook: Webhook | undefined;
  /** Absent where nobody wants to hear of what does not arrive. */
  private readonly watch: PushWatch | undefined;
  readonly inlet: Inlet;
  readonly reception: Reception;
  readonly everyone: ReadonlySet<SocketConnection>;
  /** What this node does when a control message of some type comes, with its body. */
  readonly controls: Map<string, (body: string) => void> = new Map();
  /** Who hears, before the application, of comings and goings in public channels of this node. */
  readonly presenceListeners: Set<(event: PresenceEvent) => void> = new Set();
  private readonly rules: ChannelRules;
  private readonly userLimit: UserLimit;
  private readonly forgetter: UserForgetter;
  private opening: MaybePromise<void> | undefined;
  private isOpened = false;
  /** Whether the broker has to be asked, in another process. */
  private attachesLater = false;

  constructor(settings: Settings, broker: Broker, rules: readonly ChannelRule[], reception: Reception) {
    this.settings = settings;
    this.clock = settings.clock;
    this.steady = new SteadyClock(settings.clock);
    this.compression = settings.compression;
    this.broker = broker;
    this.reception = reception;
    this.rules = new ChannelRules(rules, broker.durability);
    this.wheel = new TimerWheel(this.steady);
    this.roster = new Roster(settings.maxConnectionsPerAddress);
    this.everyone = this.roster.all;
    this.presence = new PresenceKeeper(broker, settings.clock, (error) => this.onBrokerError(error));
    this.hub = new Hub(this);
    this.webhook = settings.webhook === undefined ? undefined : new Webhook(this, settings.webhook);
    const isWatching = this.webhook !== undefined || settings.onOffline !== undefined;
    this.watch = isWatching ? new PushWatch(this) : undefined;
    this.userLimit = new UserLimit(this);
    this.forgetter = new UserForgetter(this);
    this.controls.set(DISCONNECT, (body) => this.onDisconnect(body));
    const { maxMessageBytes, maxFragments } = settings;
    this.inlet = new Inlet({ role: "server", maxMessageBytes, maxFragments, isUtf8: isUtf8Range });
  }

  /** Announces this node to the broker, once. */
  async open(): Promise<void> {
    if (this.isOpened) return;
    this.opening ??= this.announce();
    await this.opening;
    this.isOpened = true;
  }

  ruleOf(channel: string): ResolvedRule {
    if (channel === EVERYONE) return this.rules.everybody;
    return isInnerChannel(channel) ? this.rules.inbox : this.rules.of(channel);
  }

  /** Publishes by the rule of the channel, which may be an inner one. */
  publish(request: Omit<PublishRequest, "policy">): MaybePromise<Published> {
    const { channel, data } = request;
    const { policy, maxDataBytes } = this.ruleOf(channel);
    const bytes = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    if (bytes > maxDataBytes) {
      throw new RequestError(
        "too-large",
        false,
        `data: expected at most ${maxDataBytes} bytes, got ${bytes}`,
      );
    }
    const isKept = policy.historyCount > 0;
    const publish = (wish: Omit<PublishRequest, "policy">): MaybePromise<Published> =>
      this.broker.publish(isKept ? { ...wish, policy } : wish);
    return this.watch === undefined ? publish(request) : this.watch.publish(request, publish);
  }

  /** Before a raw client is answered: what it is to hear is heard here from now on, unless the broker takes too long. */
  async prepare(identity: Identity | undefined, { channels }: RawWishes): Promise<void> {
    if (!this.attachesLater) return;
    const names = [...channels, ...inboxesOf(identity)];
    if (names.length > 0) await this.hub.attachAhead(names, ATTACH_WAIT_MS);
  }

  /** Lets a connection in: from here on it is counted, found and pushed to. */
  enter(connection: SocketConnection, handshake: ReceivedHandshake, wishes: RawWishes): void {
    this.stats.accepted += 1;
    if (this.isLogging) this.log(connection, { ...parseReferer(handshake.headers["referer"]) }, "connected");
    this.roster.add(connection);
    if (connection.user !== "") {
      this.enterUser(connection);
      for (const inbox of inboxesOf(connection)) void this.hub.join(connection, inbox);
    }
    if (wishes !== NO_WISHES) this.grant(connection, wishes);
  }

  /** A connection that has come in has proven who it is since. */
  identify(connection: SocketConnection, identity: Identity): void {
    connection.identity = identity;
    this.roster.addUser(connection);
    this.enterUser(connection);
  }

  /** A connection is cut or closed for a limit. */
  onLimit({ id, user, remoteAddress }: SocketConnection, limit: keyof Limits): void {
    this.stats.limit(limit);
    this.settings.logger.info({ id, user, remoteAddress, limit }, "limit");
  }

  onConnectionClose(connection: SocketConnection, code: number): void {
    this.stats.close(code);
    this.log(connection, { code }, "closed");
    this.roster.remove(connection);
    const { user, device, hiddenSinceMs } = connection;
    if (user === "") return;
    // Whoever was hidden has been gone since then.
    if (hiddenSinceMs === undefined) this.noteGone(user, device, this.clock.now());
    this.presence.leaveAlone(inboxOf(user), connection);
  }

  /** A session client's app went to the background, or came back. */
  onVisible(connection: SocketConnection): void {
    const { user, device, hiddenSinceMs } = connection;
    const inbox = inboxOf(user);
    const info = this.presence.infoAlone(inbox, connection);
    // Who is not known yet is entered as it is then.
    if (info === undefined) return;
    if (hiddenSinceMs !== undefined) this.noteGone(user, device, hiddenSinceMs);
    const known = JSON.parse(info) as object;
    const joined = this.presence.joinAlone(inbox, connection, JSON.stringify({ ...known, hiddenSinceMs }));
    if (joined instanceof Promise) joined.catch((error: unknown) => this.onBrokerError(error));
  }

  onListenerError(error: unknown): void {
    this.reception.onError(error);
  }

  onBrokerError(error: unknown): void {
    this.reception.onError(error);
  }

  /** A receipt has changed, by the doing of this node. That a push was sent says too little to be posted. */
  onReceipt(changed: NamedReceipt | undefined): void {
    if (changed === undefined || changed.state === "accepted" || changed.state === "sent") return;
    this.webhook?.post(`receipt.${changed.state}`, changed);
  }

  onPresence(event: PresenceEvent): void {
    if (isInnerChannel(event.channel)) return;
    for (const listener of this.presenceListeners) listener(event);
    this.reception.onPresence(event);
  }

  /** Disconnects on every node. */
  async disconnect(
    target: DisconnectTarget,
    { code = KICKED, reason = "kicked" }: DisconnectOptions,
  ): Promise<void> {
    await this.open();
    const body = JSON.stringify({ target, code, reason });
    await this.broker.control({ type: DISCONNECT, body });
  }

  /** Deletes what is kept of a user, and closes the user's connections on every node. */
  async forgetUser(user: string): Promise<void> {
    await this.open();
    await this.forgetter.forget(user);
  }

  dropUser(user: string): void {
    this.watch?.drop(user);
    for (const connection of this.roster.ofUser(user)) connection.close(KICKED, "forgotten");
  }

  async close(): Promise<void> {
    this.forgetter.close();
    this.hub.close();
    this.presence.close();
    this.wheel.close();
    await this.watch?.close();
    await this.webhook?.close();
    if (!this.isOpened) return;
    this.broker.detach(EVERYONE, this.hub);
    await this.broker.removeNode(this.settings.nodeId);
  }

  private get isLogging(): boolean {
    return this.settings.logger !== silentLogger;
  }

  private log(connection: SocketConnection, fields: LogFields, message: string): void {
    if (!this.isLogging) return;
    const { id, user, device, remoteAddress } = connection;
    this.settings.logger.debug({ id, user, device, remoteAddress, ...fields }, message);
  }

  private async announce(): Promise<void> {
    await this.broker.addNode(this.settings.nodeId, ({ type, body }) => this.controls.get(type)?.(body));
    const attached = this.broker.attach(EVERYONE, this.hub);
    this.attachesLater = attached instanceof Promise;
    await attached;
  }

  private enterUser(connection: SocketConnection): void {
    const { user, device, isRaw, hiddenSinceMs } = connection;
    const { nodeId } = this.settings;
    const mode: ConnectionInfo["mode"] = isRaw ? "raw" : "session";
    const info = {
      node: nodeId,
      mode,
      connectedAtMs: this.clock.now(),
      hiddenSinceMs,
      ...(device !== "" && { device }),
    };
    const joined = this.presence.joinAlone(inboxOf(user), connection, JSON.stringify(info));
    this.userLimit.check(user, joined).catch((error: unknown) => this.onBrokerError(error));
  }

  private noteGone(user: string, device: string, atMs: number): void {
    if (!this.forgetter.isQuiet(user)) this.watch?.onGone(user, device, atMs);
  }

  private grant(connection: SocketConnection, { channels, last, after }: RawWishes): void {
    for (const channel of channels) {
      if (last === undefined && after === undefined) {
        connection.join(channel);
        continue;
      }
      const wish = after === undefined ? { last: last! } : { after };
      connection.joinWithHistory(channel, wish).catch((error: unknown) => this.onBrokerError(error));
    }
  }

  private onDisconnect(body: string): void {
    const { target, code, reason } = JSON.parse(body) as {
      target: DisconnectTarget;
      code: number;
      reason: string;
    };
    for (const connection of this.find(target)) connection.close(code, reason);
  }

  private find(target: DisconnectTarget): readonly SocketConnection[] {
    if ("connection" in target) return [...this.roster.all].filter(({ id }) => id === target.connection);
    const { user, device } = target;
    return this.roster
      .ofUser(user)
      .filter((connection) => device === undefined || connection.device === device);
  }
}

function isUtf8Range(bytes: Uint8Array, start: number, end: number): boolean {
  return isUtf8(bytes.subarray(start, end));
}
