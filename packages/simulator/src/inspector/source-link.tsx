import type { JSX } from "preact";
import type { SourcePlace } from "../source-map.js";
import type { FrameConnection } from "./connection.js";
import { placeOf } from "./diagnostic-place.js";

interface SourceLinkProps {
  readonly connection: FrameConnection;
  readonly place: SourcePlace;
  /** Default: the place itself. */
  readonly text?: string;
  /** Whether the keyboard comes here: not in a row of a list, whose details have the link as well. */
  readonly isTabStop?: boolean;
}

/** A place in the author's files; a click shows it. */
export function SourceLink({ connection, place, text, isTabStop = true }: SourceLinkProps): JSX.Element {
  return (
    <button
      type="button"
      class="source-link code"
      tabIndex={isTabStop ? 0 : -1}
      title={placeOf(place)}
      onClick={() => connection.showSource(place)}
    >
      {text ?? placeOf(place)}
    </button>
  );
}
