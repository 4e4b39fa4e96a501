/** A list that keeps its newest entries. Each entry has a number, from 0, that stays its own when older ones leave. */
export interface Ring<T> {
  /** Number of the oldest entry that is kept; equal to `end` while there is none. */
  readonly first: number;
  /** One more than the number of the newest entry. */
  readonly end: number;
  /** Grows when entries that are already here change, or all of them go: what was derived from them is stale. */
  readonly revision: number;
  push(entry: T): void;
  /** Undefined for a number that has left, or has not come yet. */
  get(number: number): T | undefined;
  /** Says that an entry changed in place. */
  touch(): void;
  /** Forgets all entries; numbers go on. */
  clear(): void;
  /** Oldest first. */
  toArray(): T[];
}

/** @param capacity entries kept, at least 1 */
export function createRing<T>(capacity: number): Ring<T> {
  let slots: T[] = [];
  let first = 0;
  let end = 0;
  let revision = 0;
  const get = (number: number): T | undefined =>
    number >= first && number < end ? slots[number % capacity] : undefined;
  return {
    get first() {
      return first;
    },
    get end() {
      return end;
    },
    get revision() {
      return revision;
    },
    push(entry) {
      slots[end % capacity] = entry;
      end += 1;
      if (end - first > capacity) first = end - capacity;
    },
    get,
    touch() {
      revision += 1;
    },
    clear() {
      slots = [];
      first = end;
      revision += 1;
    },
    toArray: () => Array.from({ length: end - first }, (_, at) => get(first + at)!),
  };
}
