import type { SessionOutput } from "./inputs.js";

/** Between two changes: each costs the presence of every channel. */
const CHANGE_MS = 1_000;

/** Whether the client's app is in front, as far as that is heeded: at most one change a second, to what was said last. */
export class Visibility {
  isVisible = true;
  private wanted = true;
  private from = 0;

  say(visible: boolean): void {
    this.wanted = visible;
  }

  /** What follows from a change that is heeded now, for the channels that the client has. */
  change(channels: Iterable<string>, now: number): readonly SessionOutput[] {
    if (this.wanted === this.isVisible || now < this.from) return [];
    const visible = this.wanted;
    this.isVisible = visible;
    this.from = now + CHANGE_MS;
    const present = [...channels].map((channel) => ({ type: "present", channel, present: visible }) as const);
    return [{ type: "visible", visible }, ...present];
  }

  /** When `change` has something to do; Infinity: never. */
  get deadline(): number {
    return this.wanted === this.isVisible ? Infinity : this.from;
  }
}
