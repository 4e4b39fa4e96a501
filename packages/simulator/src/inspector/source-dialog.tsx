import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { SourcePlace } from "../source-map.js";
import type { FrameConnection } from "./connection.js";
import { IconButton } from "./controls.js";
import { CopyButton } from "./copy-button.js";
import { placeOf } from "./diagnostic-place.js";
import { EditorButton } from "./editor-button.js";
import { sourceAddress, sourceLines } from "./source-place.js";
import type { Texts } from "./texts.js";

interface SourceDialogProps {
  readonly connection: FrameConnection;
  readonly place: SourcePlace;
  readonly texts: Texts;
  readonly onClose: () => void;
}

/** A file of the author's, opened at a place. */
export function SourceDialog({ connection, place, texts, onClose }: SourceDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const target = useRef<HTMLLIElement>(null);
  const [source, setSource] = useState<{ readonly of: SourcePlace; readonly text: string | null }>();
  const text = source?.of === place ? source.text : undefined;

  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let isCurrent = true;
    void loadSource(place.file).then((found) => {
      if (isCurrent) setSource({ of: place, text: found });
    });
    return () => {
      isCurrent = false;
    };
  }, [place]);
  useEffect(() => {
    target.current?.scrollIntoView({ block: "center" });
    // The line's beginning, with its number.
    target.current?.parentElement?.scrollTo({ left: 0 });
  }, [text]);

  return (
    <dialog
      ref={dialog}
      class="source-dialog"
      aria-label={placeOf(place)}
      onClose={onClose}
      onClick={(event) => {
        // What is beside the dialog is the dialog itself: its content fills it.
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="tools heading">
        <span class="code ellipsis">{placeOf(place)}</span>
        <CopyButton text={() => placeOf(place)} texts={texts} />
        <span class="grow" />
        <EditorButton connection={connection} place={place} texts={texts} />
        <IconButton icon="close" label={texts.close} onClick={() => dialog.current?.close()} />
      </div>
      {connection.editFault !== undefined && (
        <p class="source-fault bad" role="alert">
          {connection.editFault}
        </p>
      )}
      {text === undefined ? (
        <p class="empty">{texts.loading}</p>
      ) : text === null ? (
        <p class="empty">{texts.noSource(place.file)}</p>
      ) : (
        <ol class="source-lines code" tabIndex={0} aria-label={place.file}>
          {sourceLines(text, place).map(({ number, text: line }) => (
            <li
              key={number}
              value={number}
              ref={number === place.line ? target : null}
              aria-current={number === place.line ? "location" : undefined}
            >
              {line === "" ? "\u200B" : line}
            </li>
          ))}
        </ol>
      )}
    </dialog>
  );
}

/** Null where the host does not give it. */
async function loadSource(file: string): Promise<string | null> {
  try {
    const response = await fetch(sourceAddress(file));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
