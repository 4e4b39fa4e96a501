import type { Ring } from "./ring.js";

/** Those entries of a ring that match, kept up to date by looking at each entry once. */
export interface FilteredView<T> {
  /** How many match. */
  readonly length: number;
  /** How many matches have ever left with the ring's oldest entries, all at the front. */
  readonly dropped: number;
  /** Takes in what came and lets go of what left. Cheap when nothing did. */
  refresh(): void;
  /** Number in the ring of the match at this place. */
  numberAt(index: number): number;
  at(index: number): T | undefined;
  /** Place of the entry with this number; -1 where it does not match or has left. */
  indexOf(number: number): number;
}

export function createFilteredView<T>(ring: Ring<T>, matches: (entry: T) => boolean): FilteredView<T> {
  let numbers: number[] = [];
  /** Matches before this place have left the ring; the array is cut now and then. */
  let head = 0;
  let scanned = ring.first;
  let revision = ring.revision;
  let dropped = 0;

  /** Place of the first match with this number or a higher one. */
  function search(number: number): number {
    let low = head;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function refresh(): void {
    if (revision !== ring.revision) {
      revision = ring.revision;
      numbers = [];
      head = 0;
      scanned = ring.first;
    }
    const kept = search(ring.first);
    dropped += kept - head;
    head = kept;
    if (head > 4_096 && head > numbers.length / 2) {
      numbers = numbers.slice(head);
      head = 0;
    }
    for (let number = Math.max(scanned, ring.first); number < ring.end; number += 1) {
      if (matches(ring.get(number)!)) numbers.push(number);
    }
    scanned = ring.end;
  }

  refresh();
  return {
    get length() {
      return numbers.length - head;
    },
    get dropped() {
      return dropped;
    },
    refresh,
    numberAt: (index) => numbers[head + index] ?? -1,
    at: (index) => ring.get(numbers[head + index] ?? -1),
    indexOf(number) {
      const place = search(number);
      return numbers[place] === number ? place - head : -1;
    },
  };
}
