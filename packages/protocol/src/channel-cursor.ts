import type { Attached, GapWhy } from "./messages.js";

/** How many delivered positions a cursor remembers at least, to know a duplicate from a hole. */
export const REMEMBERED = 256;

/**
 * What the client's rule (PROTOCOL.md 2.4) makes of something that came on a channel:
 * `deliver` it; drop it as `duplicate`; drop it and `recover` by subscribing with `position`; or drop it because a
 * recovery is under way (`waiting`).
 */
export type Verdict = "deliver" | "duplicate" | "recover" | "waiting";

/**
 * One channel of one client: where it stands in the chain of publications. No input makes it skip one in silence: it
 * moves only along `prev`, or to where an attachment or a gap says, and every such jump is reported.
 */
export interface ChannelCursor {
  /** `null` until the first attachment: "from now on". */
  position(): string | null;
  /** A subscribe with `position` is on its way; until its answer only what follows `position` is taken. */
  recovering(): void;
  /** A publication (or a skip) `p` that follows `prev`. */
  take(p: string, prev: string): Verdict;
  /** The answer to hello or subscribe: the gap that must be told, if there is one. */
  attach(attached: Attached): GapWhy | "unknown" | undefined;
  /** The server told a gap: what came before `p` is not coming. */
  jump(p: string): void;
}

export function createChannelCursor(start: string | null): ChannelCursor {
  let position = start;
  let isRecovering = false;
  let delivered: string[] = [];

  function jump(p: string): void {
    isRecovering = false;
    delivered = [];
    position = p;
  }

  return {
    position: () => position,
    recovering() {
      isRecovering = true;
    },
    take(p, prev) {
      if (prev === position && p !== position) {
        position = p;
        if (delivered.push(p) >= 2 * REMEMBERED) delivered = delivered.slice(-REMEMBERED);
        return "deliver";
      }
      if (p === position || delivered.indexOf(p) >= 0) return "duplicate";
      if (isRecovering) return "waiting";
      isRecovering = true;
      return "recover";
    },
    attach(attached) {
      const before = position;
      if (attached.recovered === true && before !== null) {
        isRecovering = false;
        return undefined;
      }
      jump(attached.position);
      if (attached.gap !== undefined) return attached.gap;
      return before === null || before === attached.position ? undefined : "unknown";
    },
    jump,
  };
}
