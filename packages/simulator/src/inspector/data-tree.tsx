import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";

interface DataTreeProps {
  readonly name: string;
  readonly value: unknown;
  /** Levels that are open at first. */
  readonly openDepth: number;
}

/** A value that opens level by level. What is closed is not drawn, so any size will do. */
export function DataTree({ name, value, openDepth }: DataTreeProps): JSX.Element {
  return (
    <div class="tree" role="tree" aria-label={name} onKeyDown={pressed}>
      <Branch name={name} value={value} depth={0} openDepth={openDepth} isFirst />
    </div>
  );
}

/** Entries of one array or object that are drawn at once. */
const MAX_ENTRIES = 200;

/** Characters of a text that are drawn. */
const MAX_TEXT = 1_000;

interface BranchProps extends DataTreeProps {
  readonly depth: number;
  readonly isFirst?: boolean;
}

function Branch({ name, value, depth, openDepth, isFirst = false }: BranchProps): JSX.Element {
  const isBranch = typeof value === "object" && value !== null;
  const [isOpen, open] = useState(depth < openDepth);
  const [limit, setLimit] = useState(MAX_ENTRIES);
  const entries = isBranch && isOpen ? Object.entries(value) : [];
  return (
    <div
      class="branch"
      role="treeitem"
      tabIndex={isFirst ? 0 : -1}
      aria-level={depth + 1}
      aria-expanded={isBranch ? isOpen : undefined}
    >
      <div class="leaf" onClick={isBranch ? () => open(!isOpen) : undefined}>
        <span class="twist" aria-hidden="true" />
        <span class="name">{name}</span>
        {isBranch ? <span class="weak">{sizeOf(value)}</span> : <Value value={value} />}
      </div>
      {isBranch && isOpen && (
        <div role="group">
          {entries.slice(0, limit).map(([key, child]) => (
            <Branch key={key} name={key} value={child} depth={depth + 1} openDepth={openDepth} />
          ))}
          {entries.length > limit && (
            <button type="button" class="more" onClick={() => setLimit(limit + MAX_ENTRIES)}>
              … {entries.length - limit}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function sizeOf(value: object): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  const names = Object.keys(value);
  return `{${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}}`;
}

/** A value that is no branch. It lights up when it changes. */
function Value({ value }: { readonly value: unknown }): JSX.Element {
  const text = shownValue(value);
  const before = useRef(text);
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    box.current?.animate?.([{ backgroundColor: "var(--changed)" }, {}], 1_200);
  }, [text]);
  return (
    <span ref={box} class={`value ${value === null ? "null" : typeof value}`} title={text.slice(0, 300)}>
      {text}
    </span>
  );
}

function shownValue(value: unknown): string {
  if (typeof value !== "string") return String(value);
  const shown = JSON.stringify(value.slice(0, MAX_TEXT));
  return value.length > MAX_TEXT ? `${shown}… (${value.length})` : shown;
}

/** The keys of a tree: up and down, right to open, left to close or go to the parent. */
function pressed(event: KeyboardEvent): void {
  const item = event.target;
  if (!(item instanceof HTMLElement) || item.role !== "treeitem") return;
  const tree = item.closest('[role="tree"]')!;
  const items = [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  const at = items.indexOf(item);
  const isOpen = item.getAttribute("aria-expanded");
  let to: HTMLElement | null | undefined;
  switch (event.key) {
    case "ArrowDown":
      to = items[at + 1];
      break;
    case "ArrowUp":
      to = items[at - 1];
      break;
    case "Home":
      to = items[0];
      break;
    case "End":
      to = items.at(-1);
      break;
    case "ArrowRight":
      if (isOpen === "false") item.querySelector<HTMLElement>(".leaf")?.click();
      else if (isOpen === "true") to = items[at + 1];
      break;
    case "ArrowLeft":
      if (isOpen === "true") item.querySelector<HTMLElement>(".leaf")?.click();
      else to = item.parentElement?.closest<HTMLElement>('[role="treeitem"]');
      break;
    case "Enter":
    case " ":
      item.querySelector<HTMLElement>(".leaf")?.click();
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
  to?.focus();
}
