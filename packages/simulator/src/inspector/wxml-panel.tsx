import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { TreeNode } from "../handle.js";
import type { FrameConnection } from "./connection.js";
import { DataTree } from "./data-tree.js";
import type { Settings } from "./settings.js";
import { moveInTree } from "./tree-keys.js";
import { usePolling } from "./use-polling.js";

/** The tree is read from the page this often. */
const REFRESH_MS = 300;
/** Children that are drawn at once. */
const MAX_CHILDREN = 100;
/** Characters of a text or of an attribute that are drawn. */
const MAX_TEXT = 120;

interface WxmlPanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
}

/** What the visible page is made of, as it changes. What is pointed at is marked in the phone. */
export function WxmlPanel({ connection, settings }: WxmlPanelProps): JSX.Element {
  const { texts } = settings;
  const [tree, setTree] = useState<TreeNode>();
  const [chosen, choose] = useState<readonly number[]>([]);
  const { handle } = connection;

  usePolling(() => setTree(handle?.pages().at(-1)?.tree()), REFRESH_MS, [handle]);
  useEffect(() => () => connection.highlight(undefined), [connection, handle]);

  if (tree === undefined) return <p class="empty">{texts.noPage}</p>;
  const node = chosen.reduce<TreeNode | undefined>((at, index) => at?.children[index], tree);
  const mark = (path: readonly number[] | undefined): void =>
    connection.highlight(path === undefined ? undefined : handle?.pages().at(-1)?.at(path)?.rect());
  return (
    <div class="wxml">
      <div class="data-box">
        <div
          class="tree"
          role="tree"
          aria-label={texts.wxml}
          onKeyDown={moveInTree}
          onMouseLeave={() => mark(undefined)}
        >
          <Branch node={tree} path={[]} chosen={chosen.join()} onChoose={choose} onPoint={mark} />
        </div>
      </div>
      {node !== undefined && (
        <div class="data-box wxml-detail" role="region" aria-label={texts.details}>
          <DataTree key={chosen.join()} name={`<${node.tag}>`} value={shownOf(node)} openDepth={3} />
        </div>
      )}
    </div>
  );
}

/** What the details say of a node. */
function shownOf({ id, class: names, style, component, text, attributes, dataset }: TreeNode): object {
  return {
    ...(component !== undefined && { component }),
    ...(id !== undefined && { id }),
    ...(names !== undefined && { class: names }),
    ...(style !== undefined && { style }),
    ...(text !== undefined && { text }),
    ...(attributes !== undefined && Object.keys(attributes).length > 0 && { attributes }),
    ...(dataset !== undefined && Object.keys(dataset).length > 0 && { dataset }),
  };
}

interface BranchProps {
  readonly node: TreeNode;
  /** Indices that lead to it from the page. */
  readonly path: readonly number[];
  readonly chosen: string;
  readonly onChoose: (path: readonly number[]) => void;
  readonly onPoint: (path: readonly number[]) => void;
}

/** Levels that are open at first. */
const OPEN_DEPTH = 4;

function Branch({ node, path, chosen, onChoose, onPoint }: BranchProps): JSX.Element {
  const { tag, text, children } = node;
  const [isOpen, open] = useState(path.length < OPEN_DEPTH);
  const [limit, setLimit] = useState(MAX_CHILDREN);
  const only = children.length === 1 && children[0]!.tag === "#text" ? children[0]!.text : undefined;
  const isBranch = children.length > 0 && only === undefined;
  return (
    <div
      class="branch"
      role="treeitem"
      tabIndex={path.length === 0 ? 0 : -1}
      aria-level={path.length + 1}
      aria-expanded={isBranch ? isOpen : undefined}
      aria-selected={chosen === path.join()}
      onFocus={(event) => {
        if (event.target !== event.currentTarget) return;
        onChoose(path);
        onPoint(path);
      }}
    >
      <div
        class="leaf"
        onMouseEnter={() => onPoint(path)}
        onClick={() => {
          onChoose(path);
          if (isBranch) open(!isOpen);
        }}
      >
        <span class="twist" aria-hidden="true" />
        {tag === "#text" ? (
          <span class="ellipsis">{cut(text ?? "")}</span>
        ) : (
          <span class="ellipsis">
            <span class="weak">&lt;</span>
            <span class="name">{tag}</span>
            <Mark name="id" value={node.id} />
            <Mark name="class" value={node.class} />
            <span class="weak">&gt;</span>
            {only !== undefined && cut(only)}
          </span>
        )}
      </div>
      {isBranch && isOpen && (
        <div role="group">
          {children.slice(0, limit).map((child, index) => (
            <Branch
              key={index}
              node={child}
              path={[...path, index]}
              chosen={chosen}
              onChoose={onChoose}
              onPoint={onPoint}
            />
          ))}
          {children.length > limit && (
            <button type="button" class="more" onClick={() => setLimit(limit + MAX_CHILDREN)}>
              … {children.length - limit}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Mark({
  name,
  value,
}: {
  readonly name: string;
  readonly value: string | undefined;
}): JSX.Element | null {
  if (value === undefined || value === "") return null;
  return (
    <>
      <span class="weak"> {name}=</span>
      <span class="value string">"{cut(value)}"</span>
    </>
  );
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
