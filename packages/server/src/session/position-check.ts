import type { Broker } from "../broker/broker.js";
import type { Publication } from "../broker/publication.js";
import type { Clock } from "../clock.js";
import type { Room } from "./room.js";

export interface PositionCheckHost {
  readonly broker: Pick<Broker, "positions" | "history">;
  readonly clock: Clock;
  onBrokerError(error: unknown): void;
}

interface CheckedRoom {
  readonly room: Room;
  /** As if it had been heard. */
  readonly watcher: (publication: Publication) => void;
}

/** The turn of every room comes once in so many steps, or one more. */
const STEPS = 12;
/** Of a step, give or take a fifth: nodes do not ask in step. */
const STEP_MS = 1000;
const PAGE = 100;
/** Channels that are asked for at once. */
const BATCH = 1000;

/**
 * Asks the broker now and then where the channels of this node's rooms stand. Publications whose fan-out passed the node
 * by are read from history, once for all members, and go out as if they had been heard. Where they cannot be read, each
 * member finds out what it is owed, or is told a gap.
 */
export class PositionCheck {
  private readonly host: PositionCheckHost;
  private readonly rooms: ReadonlyMap<string, CheckedRoom>;
  private turn: Iterator<CheckedRoom> | undefined;
  private isRunning = false;

  constructor(host: PositionCheckHost, rooms: ReadonlyMap<string, CheckedRoom>) {
    this.host = host;
    this.rooms = rooms;
  }

  /** Goes on for as long as there are rooms. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.wait();
  }

  private wait(): void {
    const delayMs = STEP_MS * (0.8 + 0.4 * Math.random());
    this.host.clock.schedule(delayMs, () => void this.step());
  }

  private async step(): Promise<void> {
    // One question at a time: a broker that is slow is not asked more.
    for (let left = Math.ceil(this.rooms.size / STEPS); left > 0; left -= BATCH) {
      const batch = this.nextRooms(Math.min(left, BATCH));
      if (batch.length === 0) break;
      try {
        await this.check(batch);
      } catch (error) {
        // The broker is away, and the others would hear the same.
        if (batch.some(({ room }) => this.isOpen(room))) this.host.onBrokerError(error);
        break;
      }
    }
    if (this.rooms.size > 0) this.wait();
    else this.isRunning = false;
  }

  /** The next of a round through all rooms, `most` at most. A round ends with its step. */
  private nextRooms(most: number): readonly CheckedRoom[] {
    this.turn ??= this.rooms.values();
    const rooms: CheckedRoom[] = [];
    while (rooms.length < most) {
      const { value, done } = this.turn.next();
      if (done === true) {
        this.turn = undefined;
        break;
      }
      rooms.push(value);
    }
    return rooms;
  }

  private async check(rooms: readonly CheckedRoom[]): Promise<void> {
    const asked = rooms.map(({ room, watcher }) => ({ room, watcher, last: room.last }));
    const positions = await this.host.broker.positions(asked.map(({ room }) => room.channel));
    for (const [index, { room, watcher, last }] of asked.entries()) {
      const position = positions[index]!;
      if (position !== last) await this.catchUp(room, watcher, last, position);
    }
  }

  /** The room stood at `last` when it was asked for, the channel at `position`. */
  private async catchUp(
    room: Room,
    watcher: CheckedRoom["watcher"],
    last: string,
    position: string,
  ): Promise<void> {
    const { broker } = this.host;
    const { channel } = room;
    // What has been heard meanwhile has answered the question.
    const isStill = (): boolean => room.last === last && this.isOpen(room);
    if (!isStill()) return;
    if (last === "") {
      room.verify(position);
      return;
    }
    const page = await broker.history({ channel, direction: "forward", after: last, limit: PAGE });
    if (!isStill()) return;
    for (const publication of page.publications) watcher(publication);
    room.verify(page.position);
  }

  private isOpen(room: Room): boolean {
    return this.rooms.get(room.channel)?.room === room;
  }
}
