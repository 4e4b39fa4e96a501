import type { ErrorBody, Reply } from "../messages.js";
import type { SessionOutput } from "./inputs.js";

type Answered = Extract<SessionOutput, { type: "answered" }>;

const NONE: readonly Answered[] = [];

/** Calls of the application that the client has not answered. Each is answered once, if only with "unknown". */
export class OpenCalls {
  /** Most connections never have any. */
  private untils: Map<number, number> | undefined;

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

  /** Those whose time is over at `now`; Infinity: all. They were sent, so nobody knows what came of them. */
  expire(now: number): readonly Answered[] {
    if (this.untils === undefined) return NONE;
    const error: ErrorBody = {
      code: "unknown-outcome",
      message: "call: sent, and the client did not answer",
      retry: false,
    };
    const answers: Answered[] = [];
    for (const [id, until] of this.untils) {
      if (until > now) continue;
      this.untils.delete(id);
      answers.push({ type: "answered", id, error });
    }
    return answers;
  }

  /** Infinity: never. */
  get deadline(): number {
    return this.untils === undefined ? Infinity : Math.min(...this.untils.values());
  }
}
