/** A connection, as the fan-out sees it. */
export interface Receiver {
  /** Groups it belongs to. Kept by the fan-out. */
  groups: readonly Group[];
  /** What only this receiver gets in this turn. Kept by the fan-out. */
  own: OwnFrames | undefined;
  /** Queues bytes that consist of whole frames. Must not throw, and must not call the fan-out except `drop`. */
  write(bytes: Uint8Array): void;
}

/** The receivers that get the same bytes: the unit that is put together once and written to everyone. */
export class Group {
  readonly name: string;
  readonly members: Set<Receiver> = new Set();
  /** Frames of this turn, oldest first, and for each its place in the order of the turn. */
  frames: Uint8Array[] = [];
  orders: number[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

interface OrderedFrame {
  readonly order: number;
  readonly frame: Uint8Array;
}

/** The part of one receiver in a turn, where it differs from what the other members of its groups get. */
export interface OwnFrames {
  readonly frames: OrderedFrame[];
  /** Groups that it joined in this turn, and how many of their frames came before. */
  readonly skipped: Map<Group, number>;
}

/** A turn that has gathered this much is flushed at once: what lies in memory twice stays small. */
const FLUSH_BYTES = 256 * 1024;

/**
 * Gathers all frames of one turn of the event loop and writes them at its end: one concatenation per group, one write
 * per receiver. A receiver sees its groups' frames and its own in the order in which they were handed over; only
 * frames of several groups, for a receiver without own frames, come group by group.
 */
export class FanOut {
  private dirtyGroups: Group[] = [];
  private dirtyReceivers: Receiver[] = [];
  private nextOrder = 0;
  private gatheredBytes = 0;
  private immediate: NodeJS.Immediate | undefined;
  private readonly onImmediate = (): void => {
    this.immediate = undefined;
    this.flush();
  };

  /** A frame for everyone who is a member now. */
  publish(group: Group, frame: Uint8Array): void {
    if (group.members.size === 0) return;
    if (group.frames.length === 0) this.dirtyGroups.push(group);
    group.frames.push(frame);
    group.orders.push(this.nextOrder++);
    this.gathered(frame.length);
  }

  /** A frame for one receiver. */
  send(receiver: Receiver, frame: Uint8Array): void {
    this.ownOf(receiver).frames.push({ order: this.nextOrder++, frame });
    this.gathered(frame.length);
  }

  /** From now on the receiver gets what is published to the group. */
  join(receiver: Receiver, group: Group): void {
    if (group.members.has(receiver)) return;
    group.members.add(receiver);
    receiver.groups = [...receiver.groups, group];
    if (group.frames.length > 0) this.ownOf(receiver).skipped.set(group, group.frames.length);
  }

  /** The receiver still gets what was published before, and nothing that follows. */
  leave(receiver: Receiver, group: Group): void {
    if (!group.members.delete(receiver)) return;
    const rest = receiver.groups.filter((other) => other !== group);
    receiver.groups = rest.length > 0 ? rest : NO_GROUPS;
    if (group.frames.length > 0) {
      const own = this.ownOf(receiver);
      takeFrames(own.frames, group, own.skipped.get(group) ?? 0);
      own.skipped.delete(group);
    }
  }

  /** Writes now what the receiver has to get, and takes it out of all groups. */
  settle(receiver: Receiver): void {
    for (const group of receiver.groups) this.leave(receiver, group);
    const { own } = receiver;
    if (own === undefined) return;
    receiver.own = undefined;
    if (own.frames.length > 0) receiver.write(joinOrdered(own.frames));
  }

  /** The receiver is gone: it gets nothing more, not even what waits. */
  drop(receiver: Receiver): void {
    for (const group of receiver.groups) group.members.delete(receiver);
    receiver.groups = NO_GROUPS;
    receiver.own = undefined;
  }

  /** Writes everything that was gathered. */
  flush(): void {
    const groups = this.dirtyGroups;
    const receivers = this.dirtyReceivers;
    this.dirtyGroups = [];
    this.dirtyReceivers = [];
    this.gatheredBytes = 0;
    this.nextOrder = 0;
    for (const receiver of receivers) writeOwn(receiver);
    for (const group of groups) writeShared(group);
    for (const receiver of receivers) if (receiver.own === SERVED) receiver.own = undefined;
  }

  /** Forgets what was gathered. */
  close(): void {
    clearImmediate(this.immediate);
    this.immediate = undefined;
  }

  private ownOf(receiver: Receiver): OwnFrames {
    if (receiver.own === undefined) {
      receiver.own = { frames: [], skipped: new Map() };
      this.dirtyReceivers.push(receiver);
    }
    return receiver.own;
  }

  private gathered(bytes: number): void {
    this.gatheredBytes += bytes;
    if (this.gatheredBytes > FLUSH_BYTES) this.flush();
    else this.immediate ??= setImmediate(this.onImmediate);
  }
}

export const NO_GROUPS: readonly Group[] = [];

/** In a flush: the receiver has what its groups are about to write. */
const SERVED: OwnFrames = { frames: [], skipped: new Map() };

function writeOwn(receiver: Receiver): void {
  const { own } = receiver;
  if (own === undefined || own === SERVED) return;
  for (const group of receiver.groups) {
    if (group.frames.length > 0) takeFrames(own.frames, group, own.skipped.get(group) ?? 0);
  }
  receiver.own = SERVED;
  if (own.frames.length > 0) receiver.write(joinOrdered(own.frames));
}

function writeShared(group: Group): void {
  const { frames } = group;
  group.frames = [];
  group.orders = [];
  const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
  for (const member of group.members) if (member.own === undefined) member.write(bytes);
}

function takeFrames(into: OrderedFrame[], group: Group, from: number): void {
  for (let index = from; index < group.frames.length; index += 1) {
    into.push({ order: group.orders[index]!, frame: group.frames[index]! });
  }
}

function joinOrdered(frames: OrderedFrame[]): Uint8Array {
  if (frames.length === 1) return frames[0]!.frame;
  frames.sort((a, b) => a.order - b.order);
  return Buffer.concat(frames.map((ordered) => ordered.frame));
}
