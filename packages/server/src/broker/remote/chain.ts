import { Audience } from "../audience.js";
import { positionOffset } from "../position.js";
import type { HistoryPage, HistoryQuery } from "../broker.js";
import type { GapReason, Publication } from "../publication.js";

/** Publications held back while a hole is filled; beyond it they are dropped, and filled from history themselves. */
const MAX_HELD = 10_000;
const PAGE = 1000;

/**
 * One channel at the end of a line that may break: hears publications one after the other, sees by `previous` where
 * some are missing, and reads those from history before anything later is delivered. What cannot be read is told as a
 * gap.
 */
export class Chain {
  readonly audience: Audience = new Audience();
  private readonly channel: string;
  private readonly readHistory: (query: HistoryQuery) => Promise<HistoryPage>;
  /** Where the listeners are; `undefined` until the channel was attached for the first time. */
  private position: string | undefined;
  /** What came while a hole is being filled. */
  private held: Publication[] | undefined;
  /** What is being read from history may be too old by now: it is to be read on. */
  private isBehind = false;

  constructor(channel: string, readHistory: (query: HistoryQuery) => Promise<HistoryPage>) {
    this.channel = channel;
    this.readHistory = readHistory;
  }

  /** The line is there, and the channel stood at `position` then. */
  attached(position: string): void {
    if (this.position === undefined) this.position = position;
    else if (this.held !== undefined) this.isBehind = true;
    else if (this.position !== position) this.fill();
  }

  take(publication: Publication): void {
    if (this.position === undefined) return;
    if (this.held !== undefined) {
      if (this.held.length < MAX_HELD) this.held.push(publication);
      else this.isBehind = true;
    } else if (publication.previous === this.position) {
      this.deliver(publication);
    } else if (!this.isOld(publication)) {
      this.fill(publication);
    }
  }

  /** The broker itself could not keep the chain. */
  jump(position: string, reason: GapReason): void {
    if (this.position === undefined) return;
    this.position = position;
    this.audience.hear({ channel: this.channel, resumeAt: position, reason });
  }

  private fill(first?: Publication): void {
    this.held = first === undefined ? [] : [first];
    void this.runFill();
  }

  private async runFill(): Promise<void> {
    try {
      for (;;) {
        this.isBehind = false;
        const page = await this.readHistory({
          channel: this.channel,
          direction: "forward",
          after: this.position!,
          limit: PAGE,
        });
        if (page.status === "ok") {
          for (const publication of page.publications) this.deliver(publication);
          this.position = page.next;
        } else {
          this.jump(page.position, page.status);
        }
        if (!page.more && !this.isBehind) break;
      }
    } catch {
      // The line broke again: whoever attaches it anew begins to fill anew.
      this.held = undefined;
      return;
    }
    const held = this.held ?? [];
    this.held = undefined;
    for (const publication of held) this.take(publication);
  }

  private deliver(publication: Publication): void {
    this.position = publication.position;
    this.audience.hear(publication);
  }

  /** It was in what history gave. */
  private isOld({ position }: Publication): boolean {
    return (positionOffset(position) ?? 0) <= (positionOffset(this.position!) ?? 0);
  }
}
