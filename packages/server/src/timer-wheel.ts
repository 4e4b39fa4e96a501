import type { Clock } from "./clock.js";

/** Something that has at most one deadline at a time. The two numbers belong to the wheel. */
export interface WheelEntry {
  /** Tick at which the entry is due; 0 while it has no deadline. */
  wheelTick: number;
  /** Where the entry stands in its slot. */
  wheelIndex: number;
  /** The deadline has come. The entry has none now, and may set another. Must not throw. */
  onDeadline(): void;
}

const SLOTS = 64;
const TICK_MS = 1000;

/** After a pause of the process (or a clock that leapt) at most this many ticks are made up for in one go. */
const MAX_CATCH_UP = 2;

/**
 * One timer for the deadlines of all connections, in whole seconds. A deadline is met not before its time and at most
 * two seconds after it. Time in which the process stood still does not count: nobody is declared dead because we slept.
 * While nothing is due the wheel has no timer.
 */
export class TimerWheel {
  /** Seconds that the wheel has run, from 1: a clock that costs nothing to read. It stands while the wheel is empty. */
  tick = 1;
  /** How often the process was found to have stood still. */
  standstills = 0;
  private readonly clock: Clock;
  /** When tick 0 would have been. */
  private zeroAtMs = 0;
  private readonly slots: WheelEntry[][] = Array.from({ length: SLOTS }, () => []);
  private size = 0;
  private cancelTimer: (() => void) | undefined;
  private readonly onTimer = (): void => this.advance();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Gives the entry this deadline, instead of the one that it had. */
  set(entry: WheelEntry, delayMs: number): void {
    this.clear(entry);
    if (this.size === 0) this.zeroAtMs = this.clock.now() - this.tick * TICK_MS;
    this.insert(entry, this.tick + 1 + Math.ceil(delayMs / TICK_MS));
    this.size += 1;
    this.cancelTimer ??= this.clock.schedule(TICK_MS, this.onTimer);
  }

  clear(entry: WheelEntry): void {
    if (entry.wheelTick === 0) return;
    const slot = this.slots[entry.wheelTick % SLOTS]!;
    const last = slot.pop()!;
    if (last !== entry) {
      slot[entry.wheelIndex] = last;
      last.wheelIndex = entry.wheelIndex;
    }
    entry.wheelTick = 0;
    this.size -= 1;
  }

  /** Forgets every deadline. */
  close(): void {
    for (const slot of this.slots) {
      for (const entry of slot) entry.wheelTick = 0;
      slot.length = 0;
    }
    this.size = 0;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private insert(entry: WheelEntry, tick: number): void {
    const slot = this.slots[tick % SLOTS]!;
    entry.wheelTick = tick;
    entry.wheelIndex = slot.length;
    slot.push(entry);
  }

  private advance(): void {
    this.cancelTimer = undefined;
    const elapsed = Math.floor((this.clock.now() - this.zeroAtMs) / TICK_MS);
    const target = Math.min(Math.max(elapsed, this.tick + 1), this.tick + MAX_CATCH_UP);
    if (elapsed > target) this.standstills += 1;
    if (elapsed !== target) this.zeroAtMs = this.clock.now() - target * TICK_MS;
    while (this.tick < target) {
      this.tick += 1;
      this.fire(this.tick);
    }
    if (this.size > 0) this.cancelTimer ??= this.clock.schedule(TICK_MS, this.onTimer);
  }

  private fire(tick: number): void {
    const slot = this.slots[tick % SLOTS]!;
    // From the end: an entry that is taken out is replaced by the last one, which has had its turn.
    for (let index = slot.length - 1; index >= 0; index -= 1) {
      const entry = slot[index];
      // Others in the slot are due a full turn of the wheel later; an earlier entry may have cleared several.
      if (entry?.wheelTick !== tick) continue;
      this.clear(entry);
      entry.onDeadline();
    }
  }
}
