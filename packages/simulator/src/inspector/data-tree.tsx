import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { moveInTree } from "./tree-keys.js";

interface DataTreeProps {
  readonly name: string;
  readonly value: unknown;
  /** Levels that are open at first. */
  readonly openDepth: number;
}

/** A value that opens level by level. What is closed is not drawn, so any size will do. */
export function DataTree({ name, value, openDepth }: DataTreeProps): JSX.Element {
  return (
    <div class="tree" role="tree" aria-label={name} onKeyDown={moveInTree}>
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
