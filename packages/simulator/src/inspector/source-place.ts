import type { SourcePlace } from "../source-map.js";

const PLACE = /^(?!\w+:\/\/)([^\s():]+\.\w+):(\d+)(?::(\d+))?$/u;
/** As the engine has them in a stack: behind "at ", or in parentheses at a line's end. */
const IN_STACK = /(?<=^\s*at |\()(?!\w+:\/\/)([^\s():]+\.\w+:\d+:\d+)(?=\)?$)/gmu;

/** "pages/chat/chat.ts:12:5"; undefined for what is no place in a file. */
export function parsePlace(text: string): SourcePlace | undefined {
  const match = PLACE.exec(text);
  if (match === null) return undefined;
  return { file: match[1]!, line: Number(match[2]), column: Number(match[3] ?? 0) };
}

export interface StackPiece {
  readonly text: string;
  /** Undefined: it is text. */
  readonly place: SourcePlace | undefined;
}

/** A message with the places of its stack parted from the text between them. */
export function splitPlaces(text: string): readonly StackPiece[] {
  const pieces: StackPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(IN_STACK)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), place: undefined });
    pieces.push({ text: match[0], place: parsePlace(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), place: undefined });
  return pieces;
}

/** Where the host has the text of a file that a place names. */
export function sourceAddress(file: string): string {
  return `program/sources/${file.split("/").map(encodeURIComponent).join("/")}`;
}

/** Lines around the one that is looked for, and what of a long one. */
const LINES_AROUND = 200;
const LONGEST_LINE = 400;

export interface SourceLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** What of a file is shown around a line: of a minified one the part around the column, and not all of it. */
export function sourceLines(text: string, { line, column }: SourcePlace): readonly SourceLine[] {
  const lines = text.split(/\r?\n/u);
  const from = Math.max(0, line - 1 - LINES_AROUND);
  return lines.slice(from, line + LINES_AROUND).map((whole, index) => {
    const number = from + index + 1;
    if (whole.length <= LONGEST_LINE) return { number, text: whole };
    const start = number === line ? Math.max(0, column - 1 - LONGEST_LINE / 2) : 0;
    const cut = whole.slice(start, start + LONGEST_LINE);
    const rest = start + LONGEST_LINE < whole.length ? "…" : "";
    return { number, text: `${start > 0 ? "…" : ""}${cut}${rest}` };
  });
}
