import type { AckLevel, Attached, GapWhy } from "../messages.js";
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

/** Publications of one channel that went to the fan-out together. One object serves all of their clients. */
export interface Batch {
  readonly count: number;
  readonly bytes: number;
  /** What the first of them follows; left out, the client is trusted to see a hole. */
  readonly prev?: string;
  /** Position of the last of them. */
  readonly last: string;
  /** Its offset, from a caller with so many members that reading it for each would cost. */
  readonly lastOffset?: number;
}

/** One publication as read from history: its message is ready to be sent. */
export interface HistoryItem {
  readonly p: string;
  /** The JSON of the message, or of the skip that stands for one that has expired. */
  readonly text: string;
  /** It is a skip: it does not count against the window, for the client has nothing to process. */
  readonly isSkip?: true;
  /** What it follows. Needed where the channel is conflated. */
  readonly prev?: string;
}

/** What a channel keeps: the publications of a while, the newest alone (conflated), or nothing. */
export type Keeps = "history" | "newest" | "nothing";

/** Everything after `after` up to `position`. */
export interface AckedRange {
  readonly after: string;
  readonly position: string;
}

/** One for all feeds that wait for no ack. */
const ALL_ACKED: readonly Batch[] = [];

/**
 * One channel of one session connection, on the server: what the client has been sent, what it has acknowledged, and what
 * it is owed. It never lets a publication pass in silence: it is sent, owed, or told as a gap.
 */
export class Feed {
  readonly channel: string;
  readonly keeps: Keeps;
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
  /** What of the connection's window is used, oldest first. */
  private unacked: readonly Batch[] = ALL_ACKED;
  /** By level: everything that was sent after this may be acknowledged by the next ack. */
  private readonly acknowledged: Record<AckLevel, string>;

  /** `wanted` and `decision` are undefined for a client that begins "from now on". */
  constructor(
    channel: string,
    keeps: Keeps,
    head: string,
    wanted: string | undefined,
    decision: ResumeDecision | undefined,
  ) {
    this.channel = channel;
    this.keeps = keeps;
    this.head = head;
    this.attachedAt = head;
    this.decision = decision;
    this.sent = wanted !== undefined && decision !== undefined && "from" in decision ? wanted : head;
    this.acknowledged = { received: this.sent, processed: this.sent };
  }

  /** Something was published between the attachment and its answer. */
  passed(position: string): void {
    this.head = position;
  }

  /** The client is told now; what was published since the attachment is part of the answer. */
  begin(): Attached {
    const hasMoved = this.head !== this.attachedAt;
    if (this.keeps === "nothing" && hasMoved) {
      const gap =
        this.decision === undefined ? undefined : "gap" in this.decision ? this.decision.gap : "no-history";
      this.goOn(this.head);
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
    if (this.state !== "live" || (batch.prev !== this.sent && batch.last === this.sent)) return false;
    // A hole, a fork, or a part that the client has from history: reading on from where it stands tells.
    const isNext = batch.prev === undefined || batch.prev === this.sent;
    if (!isOpen || !isNext) {
      this.fallBehind();
      return false;
    }
    this.note(batch);
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
    for (const { p, text, isSkip } of items) {
      if (isSkip === true) this.sent = p;
      else this.note({ count: 1, bytes: text.length, last: p });
    }
    if (this.sent === head && !this.hasMoved) {
      this.head = head;
      this.state = "live";
    }
  }

  /** Publications up to `head` went by unheard: true when there were any, and the client is owed them. */
  missed(head: string): boolean {
    if (this.state !== "live" || head === this.head) return false;
    this.head = head;
    this.fallBehind();
    return true;
  }

  /** The history no longer holds what the client is owed: from here on, it goes on with a gap. */
  lost(head: string): { readonly position: string; readonly why: GapWhy } {
    this.isReading = false;
    this.head = head;
    this.goOn(head);
    this.unacked = ALL_ACKED;
    this.unackedCount = 0;
    this.unackedBytes = 0;
    return { position: head, why: "trimmed" };
  }

  /** The window has room again: a muted channel goes on from now, and says so. */
  unmute(): { readonly position: string; readonly why: GapWhy } | undefined {
    if (this.state !== "muted") return undefined;
    this.goOn(this.head);
    return { position: this.head, why: "slow" };
  }

  /** A conflated channel: how the client gets from where it stands to `item`, unless it follows or is what it has. */
  leapTo({ p, prev }: HistoryItem): { readonly position: string; readonly isFork: boolean } | undefined {
    if (prev === undefined || p === this.sent || prev === this.sent) return undefined;
    const isFork = offsetOf(prev) === 0 || offsetOf(p) <= offsetOf(this.sent);
    if (isFork) this.goOn(prev);
    this.state = "behind";
    this.sent = prev;
    return { position: prev, isFork };
  }

  /**
   * Everything up to `position` is acknowledged. A position that was never sent frees what it covers. The answer is
   * what a receipt may say: all that was sent after `after` up to `position`, nothing of which a gap passed over.
   */
  ack(position: string, level: AckLevel, from: string | undefined): AckedRange | undefined {
    const offset = offsetOf(position);
    let done = 0;
    for (const entry of this.unacked) {
      if ((entry.lastOffset ?? offsetOf(entry.last)) > offset) break;
      this.unackedCount -= entry.count;
      this.unackedBytes -= entry.bytes;
      done += 1;
    }
    if (done > 0) this.unacked = done === this.unacked.length ? ALL_ACKED : this.unacked.slice(done);
    // Of a history that was lost, or a lie: what was sent is not known by it.
    if (offset > offsetOf(this.sent)) return undefined;
    const before = this.acknowledged[level];
    if (offset > offsetOf(before)) this.acknowledged[level] = position;
    else if (from === undefined) return undefined;
    const after = from ?? before;
    // The client skipped some, and which does not matter: nobody asks for a receipt of one among them.
    if (this.keeps === "newest") return undefined;
    return offsetOf(after) < offset ? { after, position } : undefined;
  }

  private fallBehind(): void {
    this.state = this.keeps === "nothing" ? "muted" : "behind";
  }

  /** From `position` on; what was before it is neither sent nor acknowledged. */
  private goOn(position: string): void {
    this.sent = position;
    this.state = "live";
    this.acknowledged.received = position;
    this.acknowledged.processed = position;
  }

  private note(batch: Batch): void {
    this.sent = batch.last;
    this.unackedCount += batch.count;
    this.unackedBytes += batch.bytes;
    if (this.unacked === ALL_ACKED) this.unacked = [batch];
    else (this.unacked as Batch[]).push(batch);
  }
}
