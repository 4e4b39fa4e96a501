import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { SourcePlace } from "../source-map.js";
import type { FrameConnection } from "./connection.js";
import { Icon } from "./icons.js";
import type { Texts } from "./texts.js";

/** How long the button says that it has opened the file. */
const SHOWN_MS = 1_500;

interface EditorButtonProps {
  readonly connection: FrameConnection;
  readonly place: SourcePlace;
  readonly texts: Texts;
}

/** Shows a place in the reader's editor; nothing where the host has none. */
export function EditorButton({ connection, place, texts }: EditorButtonProps): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setTimeout(() => setOpen(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isOpen]);
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
