import type { Broker } from "./broker/broker.js";
import type { MaybePromise } from "./broker/maybe-promise.js";
import type { ChannelListener, PresenceEvent, Publication } from "./broker/publication.js";
import type { ResolvedRule } from "./channel-rules.js";
import type { Clock } from "./clock.js";
import type { Compression } from "./compression.js";
import { FanOut, Group, type Receiver } from "./fan-out.js";
import { ClosedError } from "./closed-error.js";
import { EVERYONE } from "./inner-channel.js";
import { contentFrame, deflatedFrame } from "./outbound-frame.js";
import type { PresenceKeeper, PresentMember } from "./presence-keeper.js";
import type { Stats } from "./stats.js";

/** A connection, as the hub sees it. */
export interface Member extends Receiver, PresentMember {
  readonly isOpen: boolean;
  /** It is in raw mode. */
  readonly isRaw: boolean;
  /** It agreed to permessage-deflate. */
  readonly isCompressing: boolean;
}

export interface HubHost {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly stats: Stats;
  readonly presence: PresenceKeeper;
  readonly compression: Compression | undefined;
  ruleOf(channel: string): ResolvedRule;
  /** Everybody on this node. */
  readonly everyone: ReadonlySet<Member>;
  onPresence(event: PresenceEvent): void;
  onBrokerError(error: unknown): void;
}

/** A channel that connections of this node are in. */
interface LocalChannel {
  readonly name: string;
  readonly rule: ResolvedRule;
  readonly plain: Group;
  /** Those who agreed to permessage-deflate, once there is one. */
  deflated: Group | undefined;
  /** Until it is done, publications do not reach this node. */
  attaching: Promise<void> | undefined;
  /** Publications that wait for the end of the rule's interval. */
  staged: Publication[] | undefined;
  cancelTimer: (() => void) | undefined;
  /** Who wants to hear of publications before the members do. */
  watchers: Set<Watcher> | undefined;
}

const ATTACH_AGAIN_MS = 500;

export type Watcher = (publication: Publication) => void;

/** The channels of this node by name, attached to the broker while they have members. */
export class Hub implements ChannelListener {
  private readonly host: HubHost;
  private readonly fanOut = new FanOut();
  private readonly channels = new Map<string, LocalChannel>();
  private isClosed = false;

  constructor(host: HubHost) {
    this.host = host;
  }

  /** How many channels have members. */
  get size(): number {
    return this.channels.size;
  }

  /**
   * Lets the member have what is published from now on. A promise where the broker has to be asked first: publications
   * come from its completion on. `info` is JSON text for the channel's presence.
   */
  join(member: Member, name: string, info?: string): MaybePromise<void> {
    const channel = this.channels.get(name) ?? this.open(name);
    // Who comes gets what follows; what was published before belongs to those who are here.
    this.release(channel);
    this.fanOut.join(member, groupOf(channel, member));
    if (channel.rule.presence) this.host.presence.join(name, member, info);
    return channel.attaching;
  }

  /** From its completion on `watcher` hears every publication of the channel, until `unwatch`. */
  watch(name: string, watcher: Watcher): MaybePromise<void> {
    const channel = this.channels.get(name) ?? this.open(name);
    channel.watchers ??= new Set();
    channel.watchers.add(watcher);
    return channel.attaching;
  }

  /**
   * Attaches channels that somebody is about to join. Resolves when it is done, or `waitMs` have passed; as long again is
   * there to join them before who has none is let go.
   */
  attachAhead(names: readonly string[], waitMs: number): Promise<void> {
    const nobody: Watcher = () => {};
    return new Promise((resolve) => {
      this.host.clock.schedule(waitMs, resolve);
      this.host.clock.schedule(2 * waitMs, () => {
        for (const name of names) this.unwatch(name, nobody);
      });
      const attaching = names.map(async (name) => this.watch(name, nobody));
      void Promise.all(attaching).then(() => resolve());
    });
  }

  unwatch(name: string, watcher: Watcher): void {
    const channel = this.channels.get(name);
    if (channel?.watchers?.delete(watcher) === true) this.closeEmpty(channel);
  }

  leave(member: Member, name: string): void {
    const channel = this.channels.get(name);
    if (channel === undefined) return;
    this.release(channel);
    this.fanOut.leave(member, groupOf(channel, member));
    this.left(member, channel);
  }

  /** A frame for one member. */
  send(member: Member, frame: Uint8Array): void {
    this.fanOut.send(member, frame);
  }

  /** Writes now what the member has to get, and takes it out of all channels. */
  settle(member: Member): void {
    const { groups } = member;
    for (const { name } of groups) this.release(this.channels.get(name)!);
    this.fanOut.settle(member);
    for (const { name } of groups) this.left(member, this.channels.get(name)!);
  }

  /** The member is gone. */
  drop(member: Member): void {
    const { groups } = member;
    this.fanOut.drop(member);
    for (const { name } of groups) this.left(member, this.channels.get(name)!);
  }

  onPublication(publication: Publication): void {
    if (publication.channel === EVERYONE) {
      this.publishToEveryone(publication);
      return;
    }
    const channel = this.channels.get(publication.channel);
    if (channel === undefined) return;
    this.host.stats.publicationsOut += 1;
    if (channel.watchers !== undefined) for (const watcher of channel.watchers) watcher(publication);
    const { flushIntervalMs, conflates } = channel.rule;
    if (flushIntervalMs === 0 && !conflates) {
      this.publish(channel, publication);
      return;
    }
    if (conflates || channel.staged === undefined) channel.staged = [publication];
    else channel.staged.push(publication);
    channel.cancelTimer ??= this.host.clock.schedule(flushIntervalMs, () => this.release(channel));
  }

  onPresence(event: PresenceEvent): void {
    this.host.onPresence(event);
  }

  /** Stops all timers. */
  close(): void {
    this.isClosed = true;
    for (const channel of this.channels.values()) channel.cancelTimer?.();
  }

  private open(name: string): LocalChannel {
    const channel: LocalChannel = {
      name,
      rule: this.host.ruleOf(name),
      plain: new Group(name),
      deflated: undefined,
      attaching: undefined,
      staged: undefined,
      cancelTimer: undefined,
      watchers: undefined,
    };
    this.channels.set(name, channel);
    // The node itself hears what is for everybody, for as long as it is there.
    const attached = name === EVERYONE ? undefined : this.host.broker.attach(name, this);
    if (attached instanceof Promise) channel.attaching = this.finishAttaching(channel, attached);
    return channel;
  }

  /**
   * Where the broker cannot be had it is asked again, for as long as somebody is in the channel: they would be connected,
   * and deaf, otherwise. Told of once.
   */
  private async finishAttaching(channel: LocalChannel, attached: Promise<void>): Promise<void> {
    let isTold = false;
    for (let attempt = attached; ; attempt = this.attachAgain(channel)) {
      try {
        await attempt;
        channel.attaching = undefined;
        return;
      } catch (error) {
        if (error instanceof ClosedError) return;
        if (!isTold) this.host.onBrokerError(error);
        isTold = true;
      }
    }
  }

  /** A little later, unless everybody has left or the node has closed meanwhile. */
  private async attachAgain(channel: LocalChannel): Promise<void> {
    const { broker, clock } = this.host;
    await new Promise<void>((resolve) => void clock.schedule(ATTACH_AGAIN_MS, resolve));
    if (this.isClosed) throw new ClosedError("hub: closed");
    if (this.channels.get(channel.name) === channel) await broker.attach(channel.name, this);
  }

  private left(member: Member, channel: LocalChannel): void {
    const { presence, presenceGraceMs } = channel.rule;
    if (presence) this.host.presence.leave(channel.name, member, presenceGraceMs);
    this.closeEmpty(channel);
  }

  private closeEmpty({ name, plain, deflated, watchers, cancelTimer }: LocalChannel): void {
    if (plain.members.size > 0 || (deflated?.members.size ?? 0) > 0 || (watchers?.size ?? 0) > 0) return;
    cancelTimer?.();
    this.channels.delete(name);
    if (name !== EVERYONE) this.host.broker.detach(name, this);
  }

  /** Hands on what has waited for the rule's interval. */
  private release(channel: LocalChannel): void {
    if (channel.cancelTimer === undefined) return;
    channel.cancelTimer();
    channel.cancelTimer = undefined;
    const { staged = [] } = channel;
    channel.staged = undefined;
    for (const publication of staged) this.publish(channel, publication);
  }

  private publish(channel: LocalChannel, publication: Publication): void {
    // There may be watchers alone: nothing is put together for nobody.
    if (channel.plain.members.size === 0 && (channel.deflated?.members.size ?? 0) === 0) return;
    const frame = contentFrame(publication);
    this.fanOut.publish(channel.plain, frame);
    if (channel.deflated !== undefined && channel.deflated.members.size > 0) {
      this.fanOut.publish(channel.deflated, deflatedFrame(publication, frame, this.host.compression));
    }
  }

  /** Past the groups, since everybody is in this one: what was gathered is written first, so nobody sees another order. */
  private publishToEveryone(publication: Publication): void {
    this.host.stats.publicationsOut += 1;
    for (const channel of this.channels.values()) this.release(channel);
    this.fanOut.flush();
    for (const watcher of this.channels.get(EVERYONE)?.watchers ?? []) watcher(publication);
    const plain = contentFrame(publication);
    let deflated: Uint8Array | undefined;
    for (const member of this.host.everyone) {
      if (!member.isOpen || !member.isRaw) continue;
      if (member.isCompressing) {
        deflated ??= deflatedFrame(publication, plain, this.host.compression);
        member.write(deflated);
      } else {
        member.write(plain);
      }
    }
  }
}

function groupOf(channel: LocalChannel, member: Member): Group {
  if (!member.isCompressing) return channel.plain;
  channel.deflated ??= new Group(channel.name);
  return channel.deflated;
}
