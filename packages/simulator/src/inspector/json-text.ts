/** Indented JSON; undefined where the text is no object or array in JSON. */
export function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

export interface JsonPiece {
  readonly kind: "name" | "string" | "number" | "word" | "rest";
  readonly text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** JSON cut into what is coloured alike. Joined again, the pieces are the text; cut short, it is coloured all the same. */
export function jsonPieces(text: string): readonly JsonPiece[] {
  const pieces: JsonPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, number] = match;
    if (match.index > from) pieces.push({ kind: "rest", text: text.slice(from, match.index) });
    from = match.index + whole.length;
    if (string === undefined) pieces.push({ kind: number === undefined ? "word" : "number", text: whole });
    else {
      pieces.push({ kind: colon === undefined ? "string" : "name", text: string });
      if (colon !== undefined) pieces.push({ kind: "rest", text: colon });
    }
  }
  if (from < text.length) pieces.push({ kind: "rest", text: text.slice(from) });
  return pieces;
}
