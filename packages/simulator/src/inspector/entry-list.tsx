import { useMemo, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { createFilteredView } from "./filtered-view.js";
import { Icon } from "./icons.js";
import { parseQuery, type Query } from "./query.js";
import type { Ring } from "./ring.js";
import type { Settings } from "./settings.js";
import { SplitPane } from "./split-pane.js";
import { VirtualList } from "./virtual-list.js";

/** Pixels of a row. */
const ROW_HEIGHT = 24;

interface EntryListProps<T> {
  readonly entries: Ring<T>;
  readonly settings: Settings;
  readonly label: string;
  /** Shown while there is no entry at all. */
  readonly empty: string;
  /** Beside the search field: what else narrows the list, and what can be done to it. */
  readonly tools: ComponentChildren;
  /** Grows, or changes, with whatever `matches` looks at beyond the query. */
  readonly filter: string;
  readonly matches: (entry: T, query: Query) => boolean;
  readonly row: (entry: T, query: Query) => JSX.Element;
  readonly detail: (entry: T | undefined, number: number, query: Query) => ComponentChildren;
}

/** A ring of entries with a search, of which one is chosen and shown at length. */
export function EntryList<T>(props: EntryListProps<T>): JSX.Element {
  const { entries, settings, filter } = props;
  const { texts } = settings;
  const [typed, setTyped] = useState("");
  const [chosen, choose] = useState(-1);
  const query = useMemo(() => parseQuery(typed), [typed]);
  const view = useMemo(
    () => createFilteredView(entries, (entry) => props.matches(entry, query)),
    [entries, query, filter],
  );
  view.refresh();
  const entry = entries.get(chosen);
  return (
    <div class="entries">
      <div class="tools">
        <SearchField typed={typed} texts={texts} onType={setTyped} />
        {props.tools}
      </div>
      <SplitPane
        settings={settings}
        list={
          view.length === 0 ? (
            <p class="empty">{entries.end === entries.first ? props.empty : texts.noMatch}</p>
          ) : (
            <VirtualList
              count={view.length}
              rowHeight={ROW_HEIGHT}
              label={props.label}
              toEnd={texts.toEnd}
              selected={view.indexOf(chosen)}
              dropped={view.dropped}
              keyAt={(index) => view.numberAt(index)}
              onSelect={(index) => choose(view.numberAt(index))}
            >
              {(index) => props.row(view.at(index)!, query)}
            </VirtualList>
          )
        }
        detail={props.detail(entry, chosen, query)}
      />
    </div>
  );
}

function SearchField({
  typed,
  texts,
  onType,
}: {
  readonly typed: string;
  readonly texts: Settings["texts"];
  readonly onType: (typed: string) => void;
}): JSX.Element {
  return (
    <label class="search">
      <Icon name="search" />
      <input
        type="search"
        data-search
        placeholder={texts.search}
        title={texts.searchHint}
        aria-label={texts.search}
        aria-keyshortcuts="/"
        spellcheck={false}
        value={typed}
        onInput={(event) => onType(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          // Chromium clears the field by itself, but not in every state of it.
          onType("");
          if (typed === "") event.currentTarget.blur();
        }}
      />
    </label>
  );
}
