import type { MaybePromise } from "../broker/maybe-promise.js";
import type { PresenceEvent, Publication } from "../broker/publication.js";
import type { Hub, Watcher } from "../hub.js";
import type { ResolvedRule } from "../channel-rules.js";
import type { SteadyClock } from "../steady-clock.js";
import { PositionCheck, type PositionCheckHost } from "./position-check.js";
import { Room, type RoomMember, type SentListener } from "./room.js";

/** Somebody who has something to write at the end of the turn. */
export interface Writer {
  flush(): void;
}

interface RoomsHost extends PositionCheckHost {
  readonly hub: Hub;
  readonly steady: SteadyClock;
  ruleOf(channel: string): ResolvedRule;
}

interface OpenRoom {
  readonly room: Room;
  readonly watcher: Watcher;
  readonly ready: MaybePromise<void>;
}

/** The rooms of this node by channel, fed by the hub while they have members; and the end of the turn for all of them. */
export class Rooms {
  private readonly host: RoomsHost;
  private readonly onSent: SentListener;
  private readonly open = new Map<string, OpenRoom>();
  private readonly check: PositionCheck;
  private dirty: Writer[] = [];
  private immediate: NodeJS.Immediate | undefined;
  private readonly onImmediate = (): void => {
    this.immediate = undefined;
    const { dirty } = this;
    this.dirty = [];
    for (const writer of dirty) writer.flush();
  };

  constructor(host: RoomsHost, onSent: SentListener) {
    this.host = host;
    this.onSent = onSent;
    this.check = new PositionCheck(host, this.open);
  }

  /**
   * Offers the member what is published from now on. What was gathered before belongs to those who are here. A promise
   * where the broker has to be asked first.
   */
  join(member: RoomMember, channel: string, name: string): MaybePromise<void> {
    const { room, ready } = this.open.get(channel) ?? this.openRoom(channel, name);
    room.flush();
    room.members.add(member);
    return ready;
  }

  leave(member: RoomMember, channel: string): void {
    const open = this.open.get(channel);
    if (open?.room.members.delete(member) !== true || open.room.members.size > 0) return;
    this.open.delete(channel);
    this.host.hub.unwatch(channel, open.watcher);
  }

  /** Tells the members of a room who came and went. */
  onPresence(event: PresenceEvent): void {
    const room = this.open.get(event.channel)?.room;
    if (room === undefined) return;
    const wasDirty = room.isDirty;
    room.note(event);
    if (!wasDirty) this.later(room);
  }

  /** Lets somebody write at the end of this turn, after whoever asked before. */
  later(writer: Writer): void {
    this.dirty.push(writer);
    this.immediate ??= setImmediate(this.onImmediate);
  }

  private openRoom(channel: string, name: string): OpenRoom {
    const { conflates, flushIntervalMs } = this.host.ruleOf(channel);
    const room = new Room(channel, name, conflates, this.host.steady, this.onSent);
    const watcher = (publication: Publication): void => {
      const wasDirty = room.isDirty;
      room.gather(publication);
      if (wasDirty || !room.isDirty) return;
      if (flushIntervalMs === 0) this.later(room);
      else this.host.clock.schedule(flushIntervalMs, () => room.flush());
    };
    const open = { room, watcher, ready: this.host.hub.watch(channel, watcher) };
    this.open.set(channel, open);
    this.check.start();
    return open;
  }
}
