import type { JSX } from "preact";
import { IconButton } from "./controls.js";
import type { Texts } from "./texts.js";
import { useMoment } from "./use-moment.js";

/** @param text made when it is asked for: it may be long */
export function CopyButton({
  text,
  texts,
}: {
  readonly text: () => string;
  readonly texts: Texts;
}): JSX.Element {
  const [isCopied, setCopied] = useMoment();
  return (
    <>
      <IconButton
        icon={isCopied ? "check" : "copy"}
        label={texts.copy}
        onClick={() => void copyText(text()).then(setCopied)}
      />
      <span class="unseen" role="status">
        {isCopied ? texts.copied : ""}
      </span>
    </>
  );
}

/** Resolves to whether the text is on the clipboard now. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or a page that came over plain HTTP from another machine, which has no such clipboard.
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
