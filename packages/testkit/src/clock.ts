/** Time and tasks that stand still until a test moves them. Nothing here ever waits. */
export interface VirtualClock {
  now(): number;
  setTimer(delayMs: number, callback: () => void): () => void;
  defer(callback: () => void): void;
  /** Runs deferred tasks until there are none, promise jobs between them. */
  settle(): Promise<void>;
  /** Lets `ms` pass: every timer that is due fires, in order, with the tasks that it started. */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  readonly timers: number;
  /** Deferred tasks that wait. */
  readonly tasks: number;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Promise jobs, and those that they start. A chain of awaits is as long as a test's patience. */
async function drainPromiseJobs(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Starts at `startMs` of the epoch. Default: 2020-01-01. */
export function createVirtualClock(startMs: number = 1_577_836_800_000): VirtualClock {
  let now = startMs;
  let tasks: Array<() => void> = [];
  const timers = new Set<Timer>();

  async function settle(): Promise<void> {
    await drainPromiseJobs();
    while (tasks.length > 0) {
      const [next, ...rest] = tasks;
      tasks = rest;
      next?.();
      await drainPromiseJobs();
    }
  }

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer: Timer = { due: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    defer(callback) {
      tasks.push(callback);
    },
    settle,
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer);
        now = timer.due;
        timer.callback();
        await settle();
      }
      now = until;
    },
    get timers() {
      return timers.size;
    },
    get tasks() {
      return tasks.length;
    },
  };
}
