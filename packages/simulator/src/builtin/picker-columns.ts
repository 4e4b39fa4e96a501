import { textOf } from "../wx/text.js";

/** What is picked from: columns of lines, and what their chosen lines mean. */
export interface PickerColumns {
  /** The same array as long as the lines are the same. */
  readonly columns: readonly (readonly string[])[];
  /** The chosen line of each column. */
  readonly selected: readonly number[];
  /** Another line of a column was chosen: other columns may follow. */
  move(column: number, index: number): void;
  /** What the change event tells. */
  detail(): { readonly value: unknown };
}

/** @param rangeKey which property of an object is its line; "": the lines are text */
export function rangeLines(range: unknown, rangeKey: string): readonly string[] {
  if (!Array.isArray(range)) return [];
  return range.map((line: unknown) =>
    typeof line === "object" && line !== null && rangeKey !== ""
      ? textOf((line as Readonly<Record<string, unknown>>)[rangeKey])
      : textOf(line),
  );
}

/** One column; the event tells the index as text, as WeChat's does. */
export function selectorColumns(range: unknown, rangeKey: string, value: unknown): PickerColumns {
  const lines = rangeLines(range, rangeKey);
  const columns = [lines];
  let index = lineOf(value, lines.length);
  return {
    columns,
    get selected() {
      return [index];
    },
    move: (_, to) => {
      index = to;
    },
    detail: () => ({ value: String(index) }),
  };
}

/** Several columns that the author fills, one after the other was moved, if need be. */
export function multiSelectorColumns(range: unknown, rangeKey: string, value: unknown): PickerColumns {
  const ranges: unknown[] = Array.isArray(range) ? range : [];
  const columns = ranges.map((column) => rangeLines(column, rangeKey));
  const wanted: unknown[] = Array.isArray(value) ? value : [];
  const selected = columns.map((lines, at) => lineOf(wanted[at], lines.length));
  return {
    columns,
    selected,
    move(column, index) {
      selected[column] = index;
    },
    detail: () => ({ value: [...selected] }),
  };
}

function lineOf(value: unknown, count: number): number {
  const index = Math.trunc(Number(value)) || 0;
  return Math.max(0, Math.min(count - 1, index));
}

/** A number of time: "09" of 9. */
const two = (value: number): string => String(value).padStart(2, "0");

/** Numbers in columns of which each one's bounds depend on those before it: times and dates. */
interface Digits {
  readonly value: readonly number[];
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** The greatest value of a column, whatever the bounds say. */
  readonly most: (column: number, value: readonly number[]) => number;
  /** The least one. */
  readonly least: (column: number) => number;
  readonly line: (column: number, value: number) => string;
  readonly join: (value: readonly number[]) => string;
}

function digitColumns({ value, start, end, most, least, line, join }: Digits): PickerColumns {
  let current: number[] = [];
  let columns: Array<readonly string[]> = [];
  let firsts: number[] = [];

  /** Takes each column into what is allowed, beginning with the first. */
  function fit(wanted: readonly number[]): void {
    const fitted: number[] = [];
    const before = columns;
    columns = [];
    firsts = [];
    let isAtStart = true;
    let isAtEnd = true;
    wanted.forEach((part, column) => {
      const from = isAtStart ? Math.max(least(column), start[column] ?? 0) : least(column);
      const to = Math.max(
        from,
        isAtEnd ? Math.min(most(column, fitted), end[column] ?? Infinity) : most(column, fitted),
      );
      const chosen = Math.max(from, Math.min(to, part));
      fitted.push(chosen);
      firsts.push(from);
      const lines = Array.from({ length: to - from + 1 }, (_, index) => line(column, from + index));
      const same = before[column];
      columns.push(same !== undefined && same.join() === lines.join() ? same : lines);
      isAtStart &&= chosen === start[column];
      isAtEnd &&= chosen === end[column];
    });
    current = fitted;
  }

  fit(value);
  return {
    get columns() {
      return columns;
    },
    get selected() {
      return current.map((part, column) => part - (firsts[column] ?? 0));
    },
    move(column, index) {
      fit(current.map((part, at) => (at === column ? (firsts[column] ?? 0) + index : part)));
    },
    detail: () => ({ value: join(current) }),
  };
}

export interface Bounds {
  readonly value: unknown;
  readonly start: unknown;
  readonly end: unknown;
}

/** "hh:mm". */
export function timeColumns({ value, start, end }: Bounds, now: Date): PickerColumns {
  const read = (text: unknown, fallback: readonly number[]): readonly number[] => {
    const match = /^(\d{1,2}):(\d{1,2})/u.exec(textOf(text));
    return match === null ? fallback : [Number(match[1]), Number(match[2])];
  };
  return digitColumns({
    value: read(value, [now.getHours(), now.getMinutes()]),
    start: read(start, [0, 0]),
    end: read(end, [23, 59]),
    most: (column) => (column === 0 ? 23 : 59),
    least: () => 0,
    line: (_, part) => two(part),
    join: (parts) => parts.map(two).join(":"),
  });
}

/** How far from now a date may be when nobody says: WeChat's picker has about this. */
const YEARS = { before: 100, after: 100 } as const;

/** "YYYY-MM-DD", or as much of it as `fields` ("year", "month", "day") says. */
export function dateColumns({ value, start, end }: Bounds, fields: string, now: Date): PickerColumns {
  const count = fields === "year" ? 1 : fields === "month" ? 2 : 3;
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const read = (text: unknown, fallback: readonly number[]): readonly number[] => {
    const match = /^(\d{1,4})(?:[-/](\d{1,2}))?(?:[-/](\d{1,2}))?/u.exec(textOf(text));
    if (match === null) return fallback.slice(0, count);
    return [1, 2, 3].slice(0, count).map((at) => Number(match[at] ?? fallback[at - 1]));
  };
  const first = [now.getFullYear() - YEARS.before, 1, 1];
  const last = [now.getFullYear() + YEARS.after, 12, 31];
  return digitColumns({
    value: read(value, today),
    start: read(start, first),
    end: read(end, last),
    most: (column, before) =>
      column === 0
        ? Number.MAX_SAFE_INTEGER
        : column === 1
          ? 12
          : new Date(before[0] ?? 1, before[1] ?? 1, 0).getDate(),
    least: (column) => (column === 0 ? 0 : 1),
    line: (column, part) => `${part}${DATE_UNITS[column] ?? ""}`,
    join: ([year = 0, ...rest]) => [String(year).padStart(4, "0"), ...rest.map(two)].join("-"),
  });
}

const DATE_UNITS = ["年", "月", "日"];
