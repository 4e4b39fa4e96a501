/** Characters of one entry that a search looks at. */
export const MAX_SEARCHED = 100_000;

/** What stands in a search field: a text that entries have, or with "-" before it, have not. Case does not matter. */
export interface Query {
  readonly text: string;
  readonly isInverted: boolean;
}

export function parseQuery(typed: string): Query {
  const trimmed = typed.trim();
  const isInverted = trimmed.length > 1 && trimmed.startsWith("-");
  return { text: (isInverted ? trimmed.slice(1) : trimmed).toLowerCase(), isInverted };
}

export function matchesQuery(query: Query, text: string): boolean {
  if (query.text === "") return true;
  return text.slice(0, MAX_SEARCHED).toLowerCase().includes(query.text) !== query.isInverted;
}

export interface Piece {
  readonly text: string;
  readonly isMatch: boolean;
}

/** A text cut where the query matches it, to be marked; one piece where nothing is to be marked. */
export function markPieces(query: Query, text: string): readonly Piece[] {
  const lower = text.toLowerCase();
  // Where lower case has another length ("İ"), places in it are not places in the text.
  if (query.text === "" || query.isInverted || lower.length !== text.length)
    return [{ text, isMatch: false }];
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = lower.indexOf(query.text); at >= 0; at = lower.indexOf(query.text, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), isMatch: false });
    from = at + query.text.length;
    pieces.push({ text: text.slice(at, from), isMatch: true });
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isMatch: false });
  return pieces;
}
