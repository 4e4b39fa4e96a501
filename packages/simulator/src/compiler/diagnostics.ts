import type { Diagnostic } from "../program.js";

/** A place in a text: lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of `offset` in `text`. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = countLines(before);
  return { line, column: offset - before.lastIndexOf("\n") };
}

/** The whole file. */
export const WHOLE_FILE: Place = { line: 0, column: 0 };

export function problem(
  severity: Diagnostic["severity"],
  file: string,
  place: Place,
  message: string,
  hint?: string,
): Diagnostic {
  return {
    severity,
    file,
    line: place.line,
    column: place.column,
    message,
    ...(hint !== undefined && { hint }),
  };
}

/** Errors first, then by file and place; each only once. */
export function sortDiagnostics(diagnostics: Iterable<Diagnostic>): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const item of diagnostics) seen.set(`${item.file}:${item.line}:${item.column}:${item.message}`, item);
  return [...seen.values()].sort(compare);
}

function compare(a: Diagnostic, b: Diagnostic): number {
  if (a.severity !== b.severity) return a.severity === "error" ? -1 : 1;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
