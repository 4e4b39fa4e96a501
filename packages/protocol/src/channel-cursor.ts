import type { Attached, GapWhy } from "./messages.js";

/** How many delivered positions a cursor remembers, to know a duplicate from a hole. */
export const REMEMBERED = 256;

/**
 * What the client's rule (PROTOCOL.md 2.4) makes of something that came on a channel:
 * `deliver` it; drop it as `duplicate`; drop it and `recover` by subscribing with `position`; or drop it because a
 * recovery is under `waiting`.
 */
export type Verdict = "deliver" | "duplicate" | "recover" | "waiting";

/** What an attachment means for the application: nothing was missed, or this gap must be told. */
export type AttachVerdict = { readonly gap?: GapWhy | "unknown" };

/**
 * One channel of one client: where it stands in the chain of publications. No input makes it skip one in silence: it
 * moves only along `prev`, or to where an attachment or a gap says, and every such jump is reported.
 */
export class ChannelCursor {
  /** `null` until the first attachment: "from now on". */
  position: string | null;
  #recovering = false;
  readonly #delivered = new Set<string>();

  constructor(position: string | null) {
    this.position = position;
  }

  /** A subscribe with `position` is on its way; until its answer only what follows `position` is taken. */
  recovering(): void {
    this.#recovering = true;
  }

  /** A publication (or a skip) `p` that follows `prev`. */
  take(p: string, prev: string): Verdict {
    if (prev === this.position && p !== this.position) {
      this.#moveTo(p);
      return "deliver";
    }
    if (p === this.position || this.#delivered.has(p)) return "duplicate";
    if (this.#recovering) return "waiting";
    this.#recovering = true;
    return "recover";
  }

  /** The answer to hello or subscribe. */
  attach(attached: Attached): AttachVerdict {
    this.#recovering = false;
    const before = this.position;
    if (attached.recovered === true && before !== null) return {};
    this.#delivered.clear();
    this.position = attached.position;
    if (attached.gap !== undefined) return { gap: attached.gap };
    return before === null || before === attached.position ? {} : { gap: "unknown" };
  }

  /** The server told a gap: what came before `p` is not coming. */
  jump(p: string): void {
    this.#recovering = false;
    this.#delivered.clear();
    this.position = p;
  }

  #moveTo(p: string): void {
    this.position = p;
    this.#delivered.add(p);
    if (this.#delivered.size > REMEMBERED) {
      for (const oldest of this.#delivered) {
        this.#delivered.delete(oldest);
        break;
      }
    }
  }
}
