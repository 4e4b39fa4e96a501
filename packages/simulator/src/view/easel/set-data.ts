/** What one call may carry (setData documentation). */
const MAX_BYTES = 1_048_576;
/** More than these within a second, of one component, is a loop that does not end. */
const MAX_CALLS = 1_000;
const SECOND_MS = 1_000;

export interface SetDataRules {
  readonly now: () => number;
  /** Whether `undefined` is left out: what a page's documentation says. */
  readonly isPage: (path: string) => boolean;
  readonly warn: (message: string, where: string) => void;
}

/** Looks at what is set: the changes as WeChat takes them. What it minds is a warning. */
export type SetDataCheck = (component: object, path: string, changes: unknown) => unknown;

export function createSetDataCheck({ now, isPage, warn }: SetDataRules): SetDataCheck {
  const calls = new WeakMap<object, { since: number; count: number }>();

  function count(component: object, path: string): void {
    const time = now();
    const known = calls.get(component);
    if (known === undefined || time - known.since >= SECOND_MS) {
      calls.set(component, { since: time, count: 1 });
      return;
    }
    known.count += 1;
    if (known.count > MAX_CALLS)
      warn(`setData: more than ${MAX_CALLS} calls within a second, is this a loop that does not end?`, path);
  }

  return (component, path, changes) => {
    count(component, path);
    if (typeof changes !== "object" || changes === null) {
      warn(`setData: expected an object, got ${changes === null ? "null" : typeof changes}`, path);
      return {};
    }
    const taken: Record<string, unknown> = {};
    let isWhole = true;
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) {
        warn(`Setting data field "${name}" to undefined is invalid.`, path);
        isWhole &&= !isPage(path);
        if (isPage(path)) continue;
      }
      taken[name] = value;
    }
    if (bytesLeft(changes, MAX_BYTES) < 0)
      warn("setData: expected at most 1 MB in one call, got more: a phone may refuse it", path);
    return isWhole ? changes : taken;
  };
}

/** What is left of `budget` after a value, about as JSON; below 0 as soon as it does not fit. */
function bytesLeft(value: unknown, budget: number): number {
  if (typeof value === "string") return budget - value.length - 2;
  if (typeof value !== "object" || value === null) return budget - 5;
  let left = budget - 2;
  for (const name of Object.keys(value)) {
    left = bytesLeft(
      (value as Record<string, unknown>)[name],
      left - (Array.isArray(value) ? 1 : name.length + 4),
    );
    if (left < 0) break;
  }
  return left;
}
