import type { JSX } from "preact";
import type { SourcePlace } from "../source-map.js";
import type { FrameConnection } from "./connection.js";
import { Icon } from "./icons.js";
import type { Texts } from "./texts.js";
import { useMoment } from "./use-moment.js";

interface EditorButtonProps {
  readonly connection: FrameConnection;
  readonly place: SourcePlace;
  readonly texts: Texts;
}

/** Shows a place in the reader's editor; nothing where the host has none. */
export function EditorButton({ connection, place, texts }: EditorButtonProps): JSX.Element | null {
  const [isOpen, setOpen] = useMoment();
  if (!connection.hasEditor) return null;
  return (
    <>
      <button
        type="button"
        class="editor-button"
        title={texts.openInEditor}
        onClick={() => void connection.edit(place).then(setOpen)}
      >
        <Icon name={isOpen ? "check" : "pencil"} />
        <span>{texts.openInEditor}</span>
      </button>
      <span class="unseen" role="status">
        {isOpen ? texts.opened : ""}
      </span>
    </>
  );
}
