import type { JSX } from "preact";
import type { SourcePlace } from "../source-map.js";
import type { FrameConnection } from "./connection.js";
import { placeOf } from "./diagnostic-place.js";
import type { Texts } from "./texts.js";

interface SourceLinkProps {
  readonly connection: FrameConnection;
  readonly texts: Texts;
  readonly place: SourcePlace;
  /** Default: the place itself. */
  readonly text?: string;
  /** Whether the keyboard comes here: not in a row of a list, whose details have the link as well. */
  readonly isTabStop?: boolean;
}

/** A place in the author's files; a click shows it, and with Ctrl (or ⌘) opens it in the editor. */
export function SourceLink({
  connection,
  texts,
  place,
  text,
  isTabStop = true,
}: SourceLinkProps): JSX.Element {
  const open = (inEditor: boolean): void => {
    if (inEditor && connection.hasEditor) void connection.edit(place);
    else connection.showSource(place);
  };
  return (
    <button
      type="button"
      class="source-link code"
      tabIndex={isTabStop ? 0 : -1}
      title={connection.hasEditor ? `${placeOf(place)}\n${texts.editorHint}` : placeOf(place)}
      onClick={({ ctrlKey, metaKey }) => open(ctrlKey || metaKey)}
      onKeyDown={(event) => {
        // With Ctrl, Enter is no click.
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        open(true);
      }}
    >
      {text ?? placeOf(place)}
    </button>
  );
}
