import type { JSX } from "preact";
import { formatCount } from "./format.js";
import { Icon, type IconName } from "./icons.js";

export interface Tab<T extends string> {
  readonly id: T;
  readonly name: string;
  /** Shown beside the name unless it is 0. */
  readonly count: number;
  readonly isAlarming: boolean;
}

interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: ReadonlyArray<Tab<T>>;
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
}

/** The tabs over `#panel`. Arrow keys go from one to the next. */
export function Tabs<T extends string>({ label, tabs, chosen, onChoose }: TabsProps<T>): JSX.Element {
  function pressed(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs.at(to % tabs.length)!;
    onChoose(next.id);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  }

  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={pressed}>
      {tabs.map(({ id, name, count, isAlarming }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`tab-${id}`}
          aria-selected={id === chosen}
          aria-controls="panel"
          tabIndex={id === chosen ? 0 : -1}
          data-alarm={isAlarming}
          onClick={() => onChoose(id)}
        >
          {name}
          {count > 0 && <span class="count">{formatCount(count)}</span>}
        </button>
      ))}
    </div>
  );
}

interface ViewsProps<T extends string> {
  readonly label: string;
  readonly views: ReadonlyArray<{ readonly id: T; readonly name: string; readonly icon: IconName }>;
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
}

/** On a narrow window: which part of the page is seen. */
export function Views<T extends string>({ label, views, chosen, onChoose }: ViewsProps<T>): JSX.Element {
  return (
    <nav class="views" aria-label={label}>
      {views.map(({ id, name, icon }) => (
        <button
          key={id}
          type="button"
          aria-current={id === chosen ? "page" : undefined}
          onClick={() => onChoose(id)}
        >
          <Icon name={icon} />
          {name}
        </button>
      ))}
    </nav>
  );
}
