import { useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import type { Texts } from "./texts.js";

interface JsonEditorProps {
  readonly label: string;
  readonly text: string;
  readonly texts: Texts;
  /** What the second button does. */
  readonly resetName: string;
  /** Throws what is wrong with the value. */
  readonly onSave: (value: unknown) => void;
  readonly onReset: () => void;
  /** More buttons. */
  readonly children?: ComponentChildren;
}

/** A value to edit as JSON. What is wrong with it stands below. */
export function JsonEditor(props: JsonEditorProps): JSX.Element {
  const { label, text, texts, resetName, onSave, onReset } = props;
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState("");

  function save(): void {
    try {
      onSave(JSON.parse(draft));
      setProblem("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        class="code"
        aria-label={label}
        aria-invalid={problem !== ""}
        spellcheck={false}
        value={draft}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {problem !== "" && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="tools">
        <button type="submit" class="primary" title="Ctrl+Enter">
          {texts.save}
        </button>
        <button type="button" onClick={onReset}>
          {resetName}
        </button>
        {props.children}
      </div>
    </form>
  );
}
