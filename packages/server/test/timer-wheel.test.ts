import { describe, expect, test } from "vitest";
import { TimerWheel, type WheelEntry } from "../src/timer-wheel.js";
import { createManualClock } from "./broker/manual-clock.js";

function createEntry(onDeadline: (entry: WheelEntry) => void = () => {}): WheelEntry & { fired: number } {
  return {
    wheelTick: 0,
    wheelIndex: 0,
    fired: 0,
    onDeadline() {
      this.fired += 1;
      onDeadline(this);
    },
  };
}

function setup(): { clock: ReturnType<typeof createManualClock>; wheel: TimerWheel } {
  const clock = createManualClock();
  return { clock, wheel: new TimerWheel(clock) };
}

describe("timer wheel", () => {
  test.each([1, 999, 1000, 1001, 25_000, 63_000, 64_000, 65_000, 200_000])(
    "a deadline of %i ms is met not before, and at most two seconds after",
    (delayMs) => {
      const { clock, wheel } = setup();
      const entry = createEntry();
      wheel.set(entry, delayMs);
      clock.advance(delayMs - 1);
      expect(entry.fired).toBe(0);
      clock.advance(2001);
      expect(entry.fired).toBe(1);
      clock.advance(1_000_000);
      expect(entry.fired).toBe(1);
    },
  );

  test("a new deadline takes the place of the old one", () => {
    const { clock, wheel } = setup();
    const entry = createEntry();
    wheel.set(entry, 5000);
    wheel.set(entry, 100_000);
    clock.advance(99_000);
    expect(entry.fired).toBe(0);
    clock.advance(3000);
    expect(entry.fired).toBe(1);
  });

  test("a cleared deadline never comes, and the others of its second do", () => {
    const { clock, wheel } = setup();
    const entries = Array.from({ length: 5 }, () => createEntry());
    for (const entry of entries) wheel.set(entry, 3000);
    wheel.clear(entries[1]!);
    wheel.clear(entries[4]!);
    wheel.clear(entries[4]!);
    clock.advance(10_000);
    expect(entries.map((entry) => entry.fired)).toEqual([1, 0, 1, 1, 0]);
  });

  test("an entry may clear others and set itself again while its slot fires", () => {
    const { clock, wheel } = setup();
    const victims = Array.from({ length: 4 }, () => createEntry());
    const killer = createEntry((self) => {
      for (const victim of victims) wheel.clear(victim);
      if (killer.fired < 3) wheel.set(self, 63_000);
    });
    for (const victim of victims) wheel.set(victim, 2000);
    wheel.set(killer, 2000);
    clock.advance(300_000);
    expect(killer.fired).toBe(3);
    expect(victims.map((victim) => victim.fired)).toEqual([0, 0, 0, 0]);
  });

  test("without deadlines there is no timer", () => {
    const clock = createManualClock();
    let scheduled = 0;
    const wheel = new TimerWheel({
      now: () => clock.now(),
      schedule(delayMs, callback) {
        scheduled += 1;
        return clock.schedule(delayMs, callback);
      },
    });
    const entry = createEntry();
    wheel.set(entry, 1000);
    clock.advance(5000);
    const before = scheduled;
    clock.advance(600_000);
    expect(scheduled).toBe(before);
    wheel.set(entry, 1000);
    clock.advance(3000);
    expect(entry.fired).toBe(2);
  });

  test("an hour in which the process stood still is not held against anyone", () => {
    let nowMs = 0;
    let tick: (() => void) | undefined;
    const wheel = new TimerWheel({
      now: () => nowMs,
      schedule(_delayMs, callback) {
        tick = callback;
        return () => {
          tick = undefined;
        };
      },
    });
    const entry = createEntry();
    wheel.set(entry, 10_000);
    nowMs += 3_600_000;
    tick?.();
    tick?.();
    expect(entry.fired).toBe(0);
    for (let second = 0; second < 9; second += 1) {
      nowMs += 1000;
      tick?.();
    }
    expect(entry.fired).toBe(1);
  });

  test("close forgets everything", () => {
    const { clock, wheel } = setup();
    const entry = createEntry();
    wheel.set(entry, 1000);
    wheel.close();
    clock.advance(10_000);
    expect(entry.fired).toBe(0);
    wheel.set(entry, 1000);
    clock.advance(10_000);
    expect(entry.fired).toBe(1);
  });
});
