import { offsetOf, type Batch } from "@weapp-socket/protocol";
import type { Publication } from "../broker/publication.js";
import { contentFrame } from "../outbound-frame.js";
import { messageText } from "./envelope.js";

/** A session connection, as a room sees it. */
export interface RoomMember {
  /** Publications of the room are written: the bytes are one frame, the same for every member. */
  offer(room: Room, batch: Batch, bytes: Uint8Array): void;
}

/** A frame holds at most this much, so that a client never has to take more in one piece. */
const MAX_MESSAGES = 100;
const MAX_CHARACTERS = 64 * 1024;

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
  private texts: string[] = [];
  private characters = 0;
  private prev = "";
  private last = "";

  constructor(channel: string, name: string) {
    this.channel = channel;
    this.name = name;
  }

  get isDirty(): boolean {
    return this.texts.length > 0;
  }

  gather(publication: Publication): void {
    // A hole ahead of this one: members are to see it.
    if (publication.previous !== this.last) this.flush();
    const text = messageText(this.name, publication);
    if (this.texts.length === 0) this.prev = publication.previous;
    this.texts.push(text);
    this.characters += text.length;
    this.last = publication.position;
    if (this.texts.length >= MAX_MESSAGES || this.characters >= MAX_CHARACTERS) this.flush();
  }

  /** Writes what was gathered to everyone. */
  flush(): void {
    const { texts } = this;
    if (texts.length === 0) return;
    const bytes = contentFrame({ data: texts.length === 1 ? texts[0]! : `[${texts.join(",")}]` });
    const { prev, last } = this;
    const batch = { count: texts.length, bytes: bytes.length, prev, last, lastOffset: offsetOf(last) };
    this.texts = [];
    this.characters = 0;
    for (const member of this.members) member.offer(this, batch, bytes);
  }
}
