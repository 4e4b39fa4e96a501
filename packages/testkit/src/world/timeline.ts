/** The one clock of a world: what is due first happens first, what is due together happens in the order it was asked for. */
export interface Timeline {
  readonly now: number;
  /** Runs `act` after `ms`; the returned function takes it back. */
  after(ms: number, act: () => void): () => void;
  /** Runs everything up to `ms` from now. Throws when that takes more than `maxSteps` steps. */
  run(ms: number, maxSteps?: number): void;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  act: (() => void) | undefined;
}

export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;

  const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(entry: Entry): void {
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  function pop(): Entry {
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      let least = at;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (left + 1 < heap.length && before(heap[left + 1]!, heap[least]!)) least = left + 1;
      if (least === at) return top;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }

  return {
    get now() {
      return now;
    },
    after(ms, act) {
      order += 1;
      const entry: Entry = { at: now + Math.max(0, ms), order, act };
      push(entry);
      return () => {
        entry.act = undefined;
      };
    },
    run(ms, maxSteps = 10_000_000) {
      const end = now + ms;
      for (let steps = 0; heap.length > 0 && heap[0]!.at <= end; steps += 1) {
        if (steps > maxSteps) throw new Error(`timeline: expected to settle within ${maxSteps} steps`);
        const entry = pop();
        now = entry.at;
        entry.act?.();
      }
      now = end;
    },
  };
}
