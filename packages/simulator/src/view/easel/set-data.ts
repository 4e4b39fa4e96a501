/** What one call may carry (setData documentation). */
const MAX_BYTES = 1_048_576;
/** More than these within a second, or out of one, of one component: a loop that does not end. */
const MAX_CALLS = 1_000;
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

  return {
    taken(path, changes) {
      if (typeof changes !== "object" || changes === null) {
        warn(`setData: expected an object, got ${changes === null ? "null" : typeof changes}`, path);
        return {};
      }
      if (bytesLeft(changes, MAX_BYTES) < 0)
        warn("setData: expected at most 1 MB in one call, got more: a phone may refuse it", path);
      const invalid = Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [name] : []));
      for (const name of invalid) warn(`Setting data field "${name}" to undefined is invalid.`, path);
      if (invalid.length === 0 || !isPage(path)) return changes;
      return Object.fromEntries(Object.entries(changes).filter(([name]) => !invalid.includes(name)));
    },
    run(component, path, set) {
      const calls = known.get(component) ?? { since: 0, count: 0, isRunning: false, inner: 0 };
      known.set(component, calls);
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
