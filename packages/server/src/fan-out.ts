/** A connection, as the fan-out sees it. */
export interface Receiver {
  /** Groups it belongs to. Kept by the fan-out. */
  groups: readonly Group[];
  /** What only this receiver gets in this turn. Kept by the fan-out. */
  own: OwnFrames | undefined;
  /** Queues bytes that consist of whole frames. Must not throw, and must not call the fan-out except `drop`. */
  write(bytes: Uint8Array): void;
}

const NONE: readonly never[] = [];

/** The receivers that get the same bytes: the unit that is put together once and written to everyone. */
export class Group {
  readonly name: string;
  readonly members: Set<Receiver> = new Set();
  /**
   * Frames of this turn, oldest first, and for each its place in the order of the turn. One empty array for all groups
   * that have none: there are many, and most are idle.
   */
  frames: readonly Uint8Array[] = NONE;
  orders: readonly number[] = NONE;

  constructor(name: string) {
    this.name = name;
  }
}

/** The part of one receiver in a turn, where it differs from what the other members of its groups get. */
export interface OwnFrames {
  /** As in a group; but in no order once frames of groups were taken over. */
  readonly frames: Uint8Array[];
  readonly orders: number[];
  /** Groups that it joined in this turn, and how many of their frames came before. */
  skipped: Map<Group, number> | undefined;
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
    if (group.frames === NONE) {
      this.dirtyGroups.push(group);
      group.frames = [frame];
      group.orders = [this.nextOrder++];
    } else {
      (group.frames as Uint8Array[]).push(frame);
      (group.orders as number[]).push(this.nextOrder++);
    }
    this.gathered(frame.length);
  }

  /** A frame for one receiver. */
  send(receiver: Receiver, frame: Uint8Array): void {
    const { own } = receiver;
    if (own === undefined) {
      // As a rule it is the only one.
      receiver.own = { frames: [frame], orders: [this.nextOrder++], skipped: undefined };
      this.dirtyReceivers.push(receiver);
    } else {
      own.frames.push(frame);
      own.orders.push(this.nextOrder++);
    }
    this.gathered(frame.length);
  }

  /** From now on the receiver gets what is published to the group. */
  join(receiver: Receiver, group: Group): void {
    if (group.members.has(receiver)) return;
    group.members.add(receiver);
    // A spread would leave room for sixteen more, in each of a hundred thousand connections.
    receiver.groups = receiver.groups === NO_GROUPS ? [group] : receiver.groups.concat(group);
    if (group.frames.length === 0) return;
    const own = this.ownOf(receiver);
    own.skipped ??= new Map();
    own.skipped.set(group, group.frames.length);
  }

  /** The receiver still gets what was published before, and nothing that follows. */
  leave(receiver: Receiver, group: Group): void {
    if (!group.members.delete(receiver)) return;
    const rest = receiver.groups.filter((other) => other !== group);
    receiver.groups = rest.length > 0 ? rest : NO_GROUPS;
    if (group.frames.length > 0) {
      const own = this.ownOf(receiver);
      takeFrames(own, group);
      own.skipped?.delete(group);
    }
  }

  /** Writes now what the receiver has to get, and takes it out of all groups. */
  settle(receiver: Receiver): void {
    for (const group of receiver.groups) this.leave(receiver, group);
    const { own } = receiver;
    if (own === undefined) return;
    receiver.own = undefined;
    if (own.frames.length > 0) receiver.write(joinOrdered(own));
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
      receiver.own = { frames: [], orders: [], skipped: undefined };
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
const SERVED: OwnFrames = { frames: [], orders: [], skipped: undefined };

function writeOwn(receiver: Receiver): void {
  const { own } = receiver;
  if (own === undefined || own === SERVED) return;
  for (const group of receiver.groups) if (group.frames.length > 0) takeFrames(own, group);
  receiver.own = SERVED;
  if (own.frames.length > 0) receiver.write(joinOrdered(own));
}

function writeShared(group: Group): void {
  const { frames } = group;
  group.frames = NONE;
  group.orders = NONE;
  const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
  for (const member of group.members) if (member.own === undefined) member.write(bytes);
}

/** Adds the frames of a group that are for the owner too. */
function takeFrames(own: OwnFrames, group: Group): void {
  const from = own.skipped?.get(group) ?? 0;
  for (let index = from; index < group.frames.length; index += 1) {
    own.frames.push(group.frames[index]!);
    own.orders.push(group.orders[index]!);
  }
}

function joinOrdered({ frames, orders }: OwnFrames): Uint8Array {
  if (frames.length === 1) return frames[0]!;
  if (isRising(orders)) return Buffer.concat(frames);
  const places = orders.map((order, index) => ({ order, index })).sort((a, b) => a.order - b.order);
  return Buffer.concat(places.map(({ index }) => frames[index]!));
}

function isRising(orders: readonly number[]): boolean {
  for (let index = 1; index < orders.length; index += 1)
    if (orders[index]! < orders[index - 1]!) return false;
  return true;
}
