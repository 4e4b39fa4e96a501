import type { JSX } from "preact";
import { markPieces, type Query } from "./query.js";

/** A text in which what was searched for is marked. */
export function MarkedText({ text, query }: { readonly text: string; readonly query: Query }): JSX.Element {
  return (
    <>{markPieces(query, text).map((piece) => (piece.isMatch ? <mark>{piece.text}</mark> : piece.text))}</>
  );
}
