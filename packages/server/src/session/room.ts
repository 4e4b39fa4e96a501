import { offsetOf, type Batch } from "@weapp-socket/protocol";
import type { PresenceEvent, Publication } from "../broker/publication.js";
import type { SteadyClock } from "../steady-clock.js";
import { contentFrame } from "../outbound-frame.js";
import { messageText, presenceText, skipText } from "./envelope.js";
import { NO_RECEIPTS, toReceipted, type Receipted } from "./owed-receipts.js";

/** Publications of a room that go out together. */
export interface RoomBatch {
  /** What members remember of it, without its bytes. */
  readonly extent: Batch;
  /** One frame with all of them, the same for every member. */
  readonly frame: Uint8Array;
  readonly receipted: readonly Receipted[];
  readonly nowMs: number;
}

/** A session connection, as a room sees it. */
export interface RoomMember {
  /** Whether the member took it; otherwise it gets it some other way, or is told a gap. */
  offer(room: Room, batch: RoomBatch): boolean;
  /** Whatever there is up to `position`, which it may have been offered. */
  verify(room: Room, position: string): void;
  /** A frame without a position, which may be lost. */
  tell(room: Room, frame: Uint8Array): void;
}

/** Hears what was written to at least one member. */
export type SentListener = (receipted: readonly Receipted[]) => void;

/** A frame holds at most this much, so that a client never has to take more in one piece. */
const MAX_MESSAGES = 100;
const MAX_CHARACTERS = 64 * 1024;

const NO_CHANGES: readonly PresenceEvent[] = [];

/**
 * The session connections of this node that are in one channel. What is published is put into its envelope once, gathered
 * for a turn of the event loop, and made one frame for everyone.
 */
export class Room {
  /** The channel as the broker knows it. */
  readonly channel: string;
  /** The channel as its clients know it. */
  readonly name: string;
  readonly members: Set<RoomMember> = new Set();
  private readonly clock: SteadyClock;
  private readonly onSent: SentListener;
  private readonly conflates: boolean;
  private receipted: readonly Receipted[] = NO_RECEIPTS;
  private changes: readonly PresenceEvent[] = NO_CHANGES;
  private texts: string[] = [];
  private characters = 0;
  private prev = "";
  /** The newest publication that the members were offered, or told of; empty: none yet. */
  last = "";

  /** `conflates`: of what was gathered the newest alone is written, behind a skip over the rest. */
  constructor(channel: string, name: string, conflates: boolean, clock: SteadyClock, onSent: SentListener) {
    this.channel = channel;
    this.clock = clock;
    this.conflates = conflates;
    this.onSent = onSent;
    this.name = name;
  }

  get isDirty(): boolean {
    return this.texts.length > 0 || this.changes.length > 0;
  }

  gather(publication: Publication): void {
    // A hole ahead of this one: members are to see it.
    if (publication.previous !== this.last) this.flush();
    const text = messageText(this.name, publication);
    if (this.texts.length === 0) this.prev = publication.previous;
    this.last = publication.position;
    if (this.conflates) {
      const isFirst = this.prev === publication.previous;
      this.texts = isFirst ? [text] : [skipText(this.name, publication.previous, this.prev), text];
      return;
    }
    this.texts.push(text);
    this.characters += text.length;
    const receipted = toReceipted(publication);
    if (receipted !== undefined) this.receipted = [...this.receipted, receipted];
    if (this.texts.length >= MAX_MESSAGES || this.characters >= MAX_CHARACTERS) this.flush();
  }

  /** The broker says that `position` is the newest: members who were not offered it find out what they are owed. */
  verify(position: string): void {
    if (position === this.last) return;
    this.flushMessages();
    this.last = position;
    for (const member of this.members) member.verify(this, position);
  }

  /** Somebody came or went. */
  note(event: PresenceEvent): void {
    this.changes = [...this.changes, event];
  }

  /** Writes what was gathered to everyone. */
  flush(): void {
    this.flushMessages();
    const { changes } = this;
    if (changes.length === 0) return;
    this.changes = NO_CHANGES;
    const frame = contentFrame({ data: presenceText(this.name, changes) });
    for (const member of this.members) member.tell(this, frame);
  }

  private flushMessages(): void {
    const { texts } = this;
    if (texts.length === 0) return;
    const frame = contentFrame({ data: texts.length === 1 ? texts[0]! : `[${texts.join(",")}]` });
    const { prev, last, receipted } = this;
    const bytes = frame.length;
    // A skip is not counted.
    const count = this.conflates ? 1 : texts.length;
    const extent = { count, bytes, prev, last, lastOffset: offsetOf(last) };
    const batch = { extent, frame, receipted, nowMs: this.clock.now() };
    this.texts = [];
    this.characters = 0;
    this.receipted = NO_RECEIPTS;
    let wasSent = false;
    for (const member of this.members) if (member.offer(this, batch)) wasSent = true;
    if (wasSent && receipted.length > 0) this.onSent(receipted);
  }
}
