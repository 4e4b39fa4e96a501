import type { Reply } from "../messages.js";
import type { SessionOutput } from "./inputs.js";

type Answered = Extract<SessionOutput, { type: "answered" }>;
type Unanswered = Extract<SessionOutput, { type: "unanswered" }>;

const NONE: readonly Unanswered[] = [];

/** Calls of the application that the client has not answered. Each ends once, if only with "unknown". */
export class OpenCalls {
  /** Most connections never have any. */
  private untils: Map<number, number> | undefined;

  get size(): number {
    return this.untils?.size ?? 0;
  }

  add(id: number, until: number): void {
    (this.untils ??= new Map()).set(id, until);
  }

  /** What the client says to a call that is not open is not heard. */
  settle(reply: Reply): Answered[] {
    if (this.untils?.delete(reply.id) !== true) return [];
    return [
      "error" in reply
        ? { type: "answered", id: reply.id, error: reply.error }
        : { type: "answered", id: reply.id, ok: reply.ok },
    ];
  }

  /** Those whose time is over at `now`. They were sent, so nobody knows what came of them. */
  expire(now: number): readonly Unanswered[] {
    return this.giveUp(now, "the client did not answer in time");
  }

  /** All of them: the connection has ended. */
  end(): readonly Unanswered[] {
    return this.giveUp(Infinity, "the connection ended before the client answered");
  }

  /** Infinity: never. */
  get deadline(): number {
    return this.untils === undefined ? Infinity : Math.min(...this.untils.values());
  }

  private giveUp(now: number, why: string): readonly Unanswered[] {
    if (this.untils === undefined) return NONE;
    const given: Unanswered[] = [];
    for (const [id, until] of this.untils) {
      if (until > now) continue;
      this.untils.delete(id);
      const error = { code: "unknown-outcome", message: `call: ${why}`, retry: false };
      given.push({ type: "unanswered", id, error });
    }
    return given;
  }
}
