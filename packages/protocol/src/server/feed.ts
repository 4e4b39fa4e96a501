import type { Attached, GapWhy } from "../messages.js";
import { offsetOf } from "../position.js";
import type { ResumeDecision } from "../resume.js";

export type FeedState =
  /** The broker is attached, the client has not been told yet. */
  | "attaching"
  /** What is published goes straight out. */
  | "live"
  /** The client is owed publications that are read from history, page by page. */
  | "behind"
  /** A channel without history whose client is too slow: publications are dropped until it has caught up. */
  | "muted";

/** Publications of one channel that went to the fan-out together. */
export interface Batch {
  readonly count: number;
  readonly bytes: number;
  /** What the first of them follows; left out, the client is trusted to see a hole. */
  readonly prev?: string;
  /** Position of the last of them. */
  readonly last: string;
}

/** One publication as read from history: its message is ready to be sent. */
export interface HistoryItem {
  readonly p: string;
  /** The JSON of the message. */
  readonly text: string;
}

/** What of a connection's window a feed has used. */
interface Unacked {
  readonly offset: number;
  readonly count: number;
  readonly bytes: number;
}

/**
 * One channel of one session connection, on the server: what the client has been sent, what it has acknowledged, and what
 * it is owed. It never lets a publication pass in silence: it is sent, owed, or told as a gap.
 */
export class Feed {
  readonly channel: string;
  readonly keepsHistory: boolean;
  state: FeedState = "attaching";
  /** Position of the last publication that the client was sent, or told. */
  sent: string;
  /** A page is being read. */
  isReading = false;
  /** Something was published since the page under way was asked for: there is more to read. */
  private hasMoved = false;
  unackedCount = 0;
  unackedBytes = 0;
  private head: string;
  private readonly decision: ResumeDecision | undefined;
  private readonly attachedAt: string;
  private unacked: Unacked[] = [];

  /** `wanted` and `decision` are undefined for a client that begins "from now on". */
  constructor(
    channel: string,
    keepsHistory: boolean,
    head: string,
    wanted: string | undefined,
    decision: ResumeDecision | undefined,
  ) {
    this.channel = channel;
    this.keepsHistory = keepsHistory;
    this.head = head;
    this.attachedAt = head;
    this.decision = decision;
    this.sent = wanted !== undefined && decision !== undefined && "from" in decision ? wanted : head;
  }

  /** Something was published between the attachment and its answer. */
  passed(position: string): void {
    this.head = position;
  }

  /** The client is told now; what was published since the attachment is part of the answer. */
  begin(): Attached {
    const hasMoved = this.head !== this.attachedAt;
    if (!this.keepsHistory && hasMoved) {
      const gap =
        this.decision === undefined ? undefined : "gap" in this.decision ? this.decision.gap : "no-history";
      this.sent = this.head;
      this.state = "live";
      return gap === undefined ? { position: this.head } : { position: this.head, gap };
    }
    this.state = this.sent === this.head ? "live" : "behind";
    if (this.decision === undefined) return { position: this.sent };
    if ("gap" in this.decision) return { position: this.sent, gap: this.decision.gap };
    return { position: this.head, recovered: true };
  }

  /**
   * Publications go out on this channel. True: the caller sends them to this client, who has everything before them.
   * `isOpen` says whether the connection's window has room.
   */
  offer(batch: Batch, isOpen: boolean): boolean {
    this.head = batch.last;
    this.hasMoved = true;
    if (this.state !== "live" || batch.last === this.sent) return false;
    // A hole, a fork, or a part that the client has from history: reading on from where it stands tells.
    const isNext = batch.prev === undefined || batch.prev === this.sent;
    if (!isOpen || !isNext) {
      this.state = this.keepsHistory ? "behind" : "muted";
      return false;
    }
    this.note(batch.last, batch.count, batch.bytes);
    return true;
  }

  /** Where to read on from, when the client is owed something, nothing is being read, and the window has room. */
  wantsPage(isOpen: boolean): boolean {
    return this.state === "behind" && !this.isReading && isOpen;
  }

  startReading(): void {
    this.isReading = true;
    this.hasMoved = false;
  }

  /** A page came, read when `head` was the newest; all of it is sent. `live` when it reached what is published now. */
  took(items: readonly HistoryItem[], head: string): void {
    this.isReading = false;
    for (const item of items) this.note(item.p, 1, item.text.length);
    if (this.sent === head && !this.hasMoved) {
      this.head = head;
      this.state = "live";
    }
  }

  /** Publications up to `head` went by unheard: true when there were any, and the client is owed them. */
  missed(head: string): boolean {
    if (this.state !== "live" || head === this.head) return false;
    this.head = head;
    this.state = this.keepsHistory ? "behind" : "muted";
    return true;
  }

  /** The history no longer holds what the client is owed: from here on, it goes on with a gap. */
  lost(head: string): { readonly position: string; readonly why: GapWhy } {
    this.isReading = false;
    this.head = head;
    this.sent = head;
    this.state = "live";
    this.unacked = [];
    this.unackedCount = 0;
    this.unackedBytes = 0;
    return { position: head, why: "trimmed" };
  }

  /** The window has room again: a muted channel goes on from now, and says so. */
  unmute(): { readonly position: string; readonly why: GapWhy } | undefined {
    if (this.state !== "muted") return undefined;
    this.sent = this.head;
    this.state = "live";
    return { position: this.head, why: "slow" };
  }

  /** Everything up to `position` is acknowledged. A position that was never sent is taken for what it covers. */
  ack(position: string): void {
    const offset = offsetOf(position);
    let done = 0;
    for (const entry of this.unacked) {
      if (entry.offset > offset) break;
      this.unackedCount -= entry.count;
      this.unackedBytes -= entry.bytes;
      done += 1;
    }
    if (done > 0) this.unacked = this.unacked.slice(done);
  }

  private note(last: string, count: number, bytes: number): void {
    this.sent = last;
    this.unackedCount += count;
    this.unackedBytes += bytes;
    this.unacked.push({ offset: offsetOf(last), count, bytes });
  }
}
