import type { Reply } from "../messages.js";
import type { SessionOutput } from "./inputs.js";

type Answered = Extract<SessionOutput, { type: "answered" }>;
type Unanswered = Extract<SessionOutput, { type: "unanswered" }>;

/** Calls of the application that the client has not answered. Each ends once, if only with "unknown". */
export class OpenCalls {
  private readonly untils: Map<number, number> = new Map();

  get size(): number {
    return this.untils.size;
  }

  add(id: number, until: number): void {
    this.untils.set(id, until);
  }

  /** What the client says to a call that is not open is not heard. */
  settle(reply: Reply): Answered[] {
    if (!this.untils.delete(reply.id)) return [];
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
    return Math.min(...this.untils.values());
  }

  private giveUp(now: number, why: string): readonly Unanswered[] {
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
