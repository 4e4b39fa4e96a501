import type { Broker, Published, PublishRequest } from "../broker/broker.js";
import type { MaybePromise } from "../broker/maybe-promise.js";
import type { Clock } from "../clock.js";
import { expireReceipt, receiptKey, writeReceipt, type NamedReceipt } from "../http/receipts.js";
import { deviceInboxOf, inboxOf, ownerOf, type InboxOwner } from "../inner-channel.js";
import type { Stats } from "../stats.js";
import type { WebhookEventType } from "../webhook/webhook.js";
import { LastSeen } from "./last-seen.js";
import type { OfflineEvent, OnOffline } from "./offline-event.js";

export interface WatchHost {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly stats: Stats;
  readonly settings: {
    readonly awayAfterMs: number;
    readonly maxWatchedPushes: number;
    readonly onOffline: OnOffline | undefined;
  };
  readonly webhook: { post(type: WebhookEventType, data: object): void } | undefined;
  onReceipt(changed: NamedReceipt): void;
  onBrokerError(error: unknown): void;
  onListenerError(error: unknown): void;
}

type Request = Omit<PublishRequest, "policy">;

interface Push extends Pick<Request, "channel" | "data" | "format"> {
  /** Whose inbox it went to; nobody's: it is watched for its receipt alone. */
  readonly owner: InboxOwner | undefined;
  /** As it was given. */
  readonly key: string | undefined;
  readonly receiptKey: string | undefined;
  readonly position: string;
  readonly atMs: number;
}

interface Whereabouts {
  readonly isConnected: boolean;
  /** With an app that somebody may be looking at. */
  readonly isHere: boolean;
  /** The latest, of the connections whose app is in the background. */
  readonly hiddenSinceMs: number | undefined;
}

/** A timer of Node holds less than 25 days. */
const MAX_TIMER_MS = 86_400_000;

/**
 * Follows the pushes that this node has accepted until they are received or their time is over, and tells of those whose
 * user is away. The node that accepted a push is the one that tells of it: once for each reason, or not at all where it
 * ends before.
 */
export class PushWatch {
  private readonly host: WatchHost;
  private readonly lastSeen: LastSeen;
  /** What ends each wait, and whose push it is for. */
  private readonly waits = new Map<() => void, string | undefined>();
  private readonly pending = new Set<Promise<void>>();
  private isClosed = false;

  constructor(host: WatchHost) {
    this.host = host;
    this.lastSeen = new LastSeen(host.broker.records);
  }

  /** Publishes, and follows what is for a user, or asks for its receipt. */
  publish(request: Request, publish: (request: Request) => MaybePromise<Published>): MaybePromise<Published> {
    const owner = ownerOf(request.channel);
    if (owner === undefined && request.wantsReceipt !== true) return publish(request);
    return this.publishAndFollow(request, owner, publish);
  }

  /** A connection has ended, or its app went to the background. */
  onGone(user: string, device: string, atMs: number): void {
    this.run(this.lastSeen.note(inboxOf(user), atMs));
    if (device !== "") this.run(this.lastSeen.note(deviceInboxOf(user, device), atMs));
  }

  /** Follows nothing more that was pushed to the user. */
  drop(user: string): void {
    for (const [cancel, owner] of this.waits) {
      if (owner !== user) continue;
      cancel();
      this.waits.delete(cancel);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const cancel of this.waits.keys()) cancel();
    this.waits.clear();
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private async publishAndFollow(
    given: Request,
    owner: InboxOwner | undefined,
    publish: (request: Request) => MaybePromise<Published>,
  ): Promise<Published> {
    const { channel, data, format, key, ttlMs } = given;
    // Whether it was received before its time was over, its receipt knows.
    const request: Request =
      ttlMs === undefined ? given : { ...given, key: key ?? receiptKey(), wantsReceipt: true };
    const published = await publish(request);
    if (published.duplicate || this.isClosed) return published;
    const { position } = published;
    const atMs = this.host.clock.now();
    const push: Push = { channel, data, format, owner, key, receiptKey: request.key, position, atMs };
    if (ttlMs !== undefined) {
      await writeReceipt(this.host, { channel, key: request.key!, position, ttlMs });
      this.wait(push, ttlMs, () => this.onExpired(push));
    }
    if (owner !== undefined) this.run(this.look(push, owner));
    return published;
  }

  private async onExpired(push: Push): Promise<void> {
    const { channel, owner } = push;
    const found = await expireReceipt(this.host, { channel, key: push.receiptKey! });
    if (found === undefined) return;
    if (found.isChanged) this.host.onReceipt(found.receipt);
    const { state } = found.receipt;
    if (owner === undefined || state === "received" || state === "processed") return;
    const { isConnected } = await this.find(owner);
    this.tell(push, owner, {
      reason: "expired",
      isConnected,
      lastSeenAtMs: await this.lastSeen.read(channel),
    });
  }

  /** Whether the push's user is away, and has been for long enough; else looks again when that is so. */
  private async look(push: Push, owner: InboxOwner, knownAtMs?: number): Promise<void> {
    const { isHere, isConnected, hiddenSinceMs } = await this.find(owner);
    if (isHere) return;
    const notedAtMs = await this.lastSeen.read(push.channel);
    const lastSeenAtMs = hiddenSinceMs === undefined ? notedAtMs : Math.max(hiddenSinceMs, notedAtMs ?? 0);
    // It has been here since.
    if (knownAtMs !== undefined && lastSeenAtMs !== knownAtMs) return;
    const { clock, settings } = this.host;
    const leftMs = lastSeenAtMs === null ? 0 : lastSeenAtMs + settings.awayAfterMs - clock.now();
    if (lastSeenAtMs !== null && leftMs > 0)
      this.wait(push, leftMs, () => this.look(push, owner, lastSeenAtMs));
    else this.tell(push, owner, { reason: "away", isConnected, lastSeenAtMs });
  }

  private async find({ user, device }: InboxOwner): Promise<Whereabouts> {
    const { members } = await this.host.broker.presence.list({ channel: inboxOf(user), limit: 1000 });
    const connections = members
      .map(({ info }) => JSON.parse(info ?? "{}") as { device?: string; hiddenSinceMs?: number })
      .filter((each) => device === undefined || each.device === device);
    const hidden = connections.flatMap(({ hiddenSinceMs }) => hiddenSinceMs ?? []);
    return {
      isConnected: connections.length > 0,
      isHere: hidden.length < connections.length,
      hiddenSinceMs: hidden.length === 0 ? undefined : Math.max(...hidden),
    };
  }

  private tell(
    { key, position, data, format, atMs }: Push,
    { user, device }: InboxOwner,
    facts: Pick<OfflineEvent, "reason" | "isConnected" | "lastSeenAtMs">,
  ): void {
    const about = {
      user,
      ...(device !== undefined && { device }),
      position,
      ...(key !== undefined && { key }),
      pushedAtMs: atMs,
      ...facts,
    };
    const value: unknown = format === "json" ? JSON.parse(data as string) : data;
    const content =
      typeof data === "string" ? { data: value } : { base64: Buffer.from(data).toString("base64") };
    this.host.webhook?.post("push.offline", { ...about, ...content });
    const { onOffline } = this.host.settings;
    if (onOffline === undefined) return;
    const called = (async (): Promise<void> => void (await onOffline({ ...about, data: value })))();
    called.catch((error: unknown) => this.host.onListenerError(error));
  }

  private wait({ owner }: Push, delayMs: number, then: () => Promise<void>): void {
    const { clock, stats, settings } = this.host;
    if (this.isClosed) return;
    if (this.waits.size >= settings.maxWatchedPushes) {
      stats.limit("maxWatchedPushes");
      return;
    }
    const dueAtMs = clock.now() + delayMs;
    let cancelTimer: () => void;
    const cancel = (): void => cancelTimer();
    const arm = (): void => {
      cancelTimer = clock.schedule(Math.min(MAX_TIMER_MS, dueAtMs - clock.now()), () => {
        if (clock.now() < dueAtMs) return arm();
        this.waits.delete(cancel);
        this.run(then());
      });
    };
    arm();
    this.waits.set(cancel, owner?.user);
  }

  private run(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.host.onBrokerError(error))
      .finally(() => this.pending.delete(watched));
    this.pending.add(watched);
  }
}
