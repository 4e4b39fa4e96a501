/** What one call may carry (setData documentation). */
const MAX_BYTES = 1_048_576;
/** More than these within a second, or out of one, of one component: a loop that does not end. */
const MAX_CALLS = 1_000;
/** More than these of one component without a pause: nothing else would ever run again. */
const MAX_CALLS_AT_ONCE = 20_000;
const SECOND_MS = 1_000;

export interface SetDataParts {
  readonly now: () => number;
  /** A page's documentation says that `undefined` is not set. */
  readonly isPage: (path: string) => boolean;
  readonly warn: (message: string, where: string) => void;
}

/** What WeChat minds of `setData` is a warning; what would not end is an error. */
export interface SetDataRules {
  /** The changes as they are to be set. */
  taken(path: string, changes: unknown): object;
  /** Sets them. Throws where observers set again and again what they observe. */
  run(component: object, path: string, set: () => void): void;
}

interface Calls {
  since: number;
  count: number;
  isRunning: boolean;
  inner: number;
  /** Calls since the program last let others run. */
  atOnce: number;
}

export function createSetDataRules({ now, isPage, warn }: SetDataParts): SetDataRules {
  const known = new WeakMap<object, Calls>();

  function count(calls: Calls, path: string): void {
    const time = now();
    if (time - calls.since >= SECOND_MS) Object.assign(calls, { since: time, count: 0 });
    calls.count += 1;
    if (calls.count > MAX_CALLS)
      warn(`setData: more than ${MAX_CALLS} calls within a second, is this a loop that does not end?`, path);
  }

  /** An observer that is called by its component's user, and not by `setData`, may set what it observes as well. */
  function countAtOnce(calls: Calls, path: string): void {
    if (calls.atOnce === 0)
      queueMicrotask(() => {
        calls.atOnce = 0;
      });
    calls.atOnce += 1;
    if (calls.atOnce > MAX_CALLS_AT_ONCE)
      throw new Error(
        `setData: more than ${MAX_CALLS_AT_ONCE} calls without a pause on "${path}": does an observer set what it observes?`,
      );
  }

  return {
    taken(path, changes) {
      if (typeof changes !== "object" || changes === null) {
        warn(`setData: expected an object, got ${changes === null ? "null" : typeof changes}`, path);
        return {};
      }
      if (sizeLeft(changes) < 0)
        warn("setData: expected at most 1 MB in one call, got more: a phone may refuse it", path);
      const invalid = Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [name] : []));
      for (const name of invalid) warn(`Setting data field "${name}" to undefined is invalid.`, path);
      if (invalid.length === 0 || !isPage(path)) return changes;
      return Object.fromEntries(Object.entries(changes).filter(([name]) => !invalid.includes(name)));
    },
    run(component, path, set) {
      const calls = known.get(component) ?? { since: 0, count: 0, isRunning: false, inner: 0, atOnce: 0 };
      known.set(component, calls);
      countAtOnce(calls, path);
      if (calls.isRunning) {
        calls.inner += 1;
        if (calls.inner > MAX_CALLS)
          throw new Error(
            `setData: more than ${MAX_CALLS} calls out of one on "${path}": does an observer set what it observes?`,
          );
        set();
        return;
      }
      count(calls, path);
      Object.assign(calls, { isRunning: true, inner: 0 });
      try {
        set();
      } finally {
        calls.isRunning = false;
      }
    },
  };
}

/** What is left of the most that one call may carry. Throws where a value contains itself: no phone can send it. */
function sizeLeft(changes: object): number {
  let left = MAX_BYTES;
  for (const [name, value] of Object.entries(changes)) {
    try {
      left = bytesLeft(value, left);
    } catch (error) {
      // The stack is full.
      if (!(error instanceof RangeError)) throw error;
      throw new TypeError(`setData: expected data, got "${name}", which contains itself or is too deep`, {
        cause: error,
      });
    }
  }
  return left;
}

/** What is left of `budget` after a value, about as JSON; below 0 as soon as it does not fit. */
function bytesLeft(value: unknown, budget: number): number {
  if (typeof value === "string") return budget - value.length - 2;
  if (typeof value !== "object" || value === null) return budget - 5;
  let left = budget - 2;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      left = bytesLeft(item, left - 1);
      if (left < 0) break;
    }
    return left;
  }
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    left = bytesLeft((value as Readonly<Record<string, unknown>>)[name], left - name.length - 4);
    if (left < 0) break;
  }
  return left;
}
