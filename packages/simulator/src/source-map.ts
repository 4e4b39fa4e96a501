/** What of a source map leads from a module that was transformed back to the author's files. */
export interface ModuleMap {
  /** The author's files: paths inside the program, or "node_modules/…". */
  readonly sources: readonly string[];
  /** As in a source map of version 3. */
  readonly mappings: string;
}

/** A place in a file that the author, or a package's, wrote. */
export interface SourcePlace {
  /** Path inside the program ("pages/chat/chat.ts"), or "node_modules/…" of a package that was bundled. */
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  /** From 1; 0 where the whole line is meant. */
  readonly column: number;
}

/** Where a piece of generated code begins, and where that stands in a source: all from 0. */
interface Segment {
  readonly column: number;
  readonly source: number;
  readonly line: number;
  readonly sourceColumn: number;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The place that this one of the generated code, counted from 1, comes from; undefined where nobody wrote it. */
export function findSource(
  lines: readonly (readonly Segment[])[],
  { sources }: ModuleMap,
  line: number,
  column: number,
): SourcePlace | undefined {
  const segment = lastAt(lines[line - 1] ?? [], column - 1);
  const file = segment === undefined ? undefined : sources[segment.source];
  if (segment === undefined || file === undefined) return undefined;
  return { file, line: segment.line + 1, column: segment.sourceColumn + 1 };
}

/** The last segment that begins at a column or before it. A line of a minified file has many. */
function lastAt(segments: readonly Segment[], column: number): Segment | undefined {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]!.column <= column) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1];
}

/** The segments of each line, in order of their columns, of the generated code. */
export function decodeMappings(mappings: string): readonly (readonly Segment[])[] {
  let [source, line, sourceColumn] = [0, 0, 0];
  return mappings.split(";").map((text) => {
    let column = 0;
    return text.split(",").flatMap((coded) => {
      const [moved = 0, ...where] = decodeNumbers(coded);
      column += moved;
      if (where.length < 3) return [];
      source += where[0]!;
      line += where[1]!;
      sourceColumn += where[2]!;
      return [{ column, source, line, sourceColumn }];
    });
  });
}

/** Base64 VLQ: five bits a digit, the lowest first; the sixth bit says that more follow, the first of all is the sign. */
function decodeNumbers(coded: string): readonly number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of coded) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) * 2 ** shift;
    shift += 5;
    if ((bits & 32) !== 0) continue;
    numbers.push(value % 2 === 1 ? -((value - 1) / 2) : value / 2);
    [value, shift] = [0, 0];
  }
  return numbers;
}
