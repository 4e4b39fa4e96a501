import { useRef } from "preact/hooks";
import type { JSX } from "preact";
import { IconButton } from "./controls.js";

interface FileButtonProps {
  readonly label: string;
  /** Endings and types that the dialog offers. */
  readonly accept: string;
  readonly onFile: (file: File) => void;
}

/** A button that asks for a file. The same file may be chosen again. */
export function FileButton({ label, accept, onFile }: FileButtonProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="open" label={label} onClick={() => field.current?.click()} />
      <input
        ref={field}
        class="unseen"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        accept={accept}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          currentTarget.value = "";
          if (file !== undefined) onFile(file);
        }}
      />
    </>
  );
}
