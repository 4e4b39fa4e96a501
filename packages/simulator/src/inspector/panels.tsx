import { useMemo, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { LogLine, WxCall } from "../handle.js";
import type { Diagnostic } from "../program.js";
import { formatTime } from "./format.js";
import type { Texts } from "./texts.js";
import { VirtualList } from "./virtual-list.js";

interface ListProps<T> {
  readonly items: readonly T[];
  readonly texts: Texts;
  /** Grows with every change of what is in `items`. */
  readonly tick: number;
}

export function Calls({ items, texts, tick }: ListProps<WxCall>): JSX.Element {
  return (
    <Filtered
      items={items}
      tick={tick}
      texts={texts}
      label={texts.calls}
      empty={texts.noCalls}
      search={(call) => `${call.api} ${call.errMsg ?? ""} ${JSON.stringify(call.options)}`}
      detail={(call) => JSON.stringify({ ...(call.options as object), errMsg: call.errMsg }, undefined, 2)}
    >
      {(call) => (
        <div class="call" data-failed={call.errMsg !== undefined && !call.errMsg.endsWith(":ok")}>
          <span class="frame-time">{formatTime(call.at)}</span>
          <span class="call-api">wx.{call.api}</span>
          <span class="call-result">{call.errMsg ?? texts.pending}</span>
          <span class="frame-text weak">{JSON.stringify(call.options) ?? ""}</span>
        </div>
      )}
    </Filtered>
  );
}

export function Console({ items, texts, tick }: ListProps<LogLine>): JSX.Element {
  return (
    <Filtered
      items={items}
      tick={tick}
      texts={texts}
      label={texts.console}
      empty={texts.noLogs}
      search={(line) => `${line.level} ${line.parts.join(" ")} ${line.source ?? ""}`}
      detail={(line) => line.parts.join("\n")}
    >
      {(line) => (
        <div class="log" data-level={line.level}>
          <span class="frame-time">{formatTime(line.at)}</span>
          <span class="frame-text">{line.parts.join(" ").slice(0, 500)}</span>
          <span class="weak log-source">{line.source ?? ""}</span>
        </div>
      )}
    </Filtered>
  );
}

export function Problems({
  items,
  texts,
}: {
  readonly items: readonly Diagnostic[];
  readonly texts: Texts;
}): JSX.Element {
  if (items.length === 0) return <p class="empty">{texts.noProblems}</p>;
  return (
    <ul class="problems">
      {items.map((each, index) => (
        <li key={index} data-severity={each.severity}>
          <code>
            {each.file}
            {each.line > 0 && `:${each.line}`}
            {each.column > 0 && `:${each.column}`}
          </code>
          <span>{each.message}</span>
          {each.hint !== undefined && <span class="weak">{each.hint}</span>}
        </li>
      ))}
    </ul>
  );
}

interface FilteredProps<T> extends ListProps<T> {
  readonly label: string;
  readonly empty: string;
  readonly search: (item: T) => string;
  readonly detail: (item: T) => string;
  readonly children: (item: T) => JSX.Element;
}

function Filtered<T>({
  items,
  tick,
  texts,
  label,
  empty,
  search,
  detail,
  children,
}: FilteredProps<T>): JSX.Element {
  const [query, setQuery] = useState("");
  const [selected, select] = useState(-1);
  const shown = useMemo(() => {
    const wanted = query.toLowerCase();
    return items.filter((item) => wanted === "" || search(item).toLowerCase().includes(wanted));
    // The list is the simulator's own and grows in place.
  }, [items, query, tick]);
  const item = shown[selected];
  return (
    <div class="frames">
      <div class="tools">
        <input
          class="search"
          type="search"
          data-search
          placeholder={texts.search}
          aria-label={texts.search}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            select(-1);
          }}
        />
      </div>
      {shown.length === 0 ? (
        <p class="empty">{items.length === 0 ? empty : texts.noMatch}</p>
      ) : (
        <VirtualList items={shown} rowHeight={26} label={label} selected={selected} onSelect={select}>
          {(each) => children(each)}
        </VirtualList>
      )}
      {item !== undefined && (
        <div class="detail">
          <pre tabIndex={0}>{detail(item)}</pre>
        </div>
      )}
    </div>
  );
}

/** The data of the visible page, as a tree that opens by the level. */
export function Data({
  path,
  data,
  texts,
}: {
  readonly path: string;
  readonly data: unknown;
  readonly texts: Texts;
}): JSX.Element {
  if (path === "") return <p class="empty">{texts.noPage}</p>;
  return (
    <div class="data">
      <div class="weak">{path}</div>
      <Branch name="data" value={data} depth={0} />
    </div>
  );
}

/** Entries of one array or object that are drawn. */
const MAX_ENTRIES = 500;

function Branch({
  name,
  value,
  depth,
}: {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
}): JSX.Element {
  if (typeof value !== "object" || value === null) {
    return (
      <div class="leaf">
        <span class="name">{name}</span>
        <span class={`value ${value === null ? "null" : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  return (
    <details open={depth < 1}>
      <summary>
        <span class="name">{name}</span>
        <span class="weak">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      <div class="branch">
        {entries.slice(0, MAX_ENTRIES).map(([key, child]) => (
          <Branch key={key} name={key} value={child} depth={depth + 1} />
        ))}
        {entries.length > MAX_ENTRIES && <div class="weak">… {entries.length - MAX_ENTRIES}</div>}
      </div>
    </details>
  );
}
