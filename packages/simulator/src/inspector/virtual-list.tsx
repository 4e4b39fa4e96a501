import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";

export interface VirtualListProps<T> {
  readonly items: readonly T[];
  readonly rowHeight: number;
  readonly label: string;
  readonly selected: number;
  readonly onSelect: (index: number) => void;
  readonly children: (item: T, index: number) => ComponentChildren;
}

/** Rows drawn beyond what is seen. */
const OVERSCAN = 8;

/** A list of which only the visible rows exist. It stays at its end while its end is looked at. */
export function VirtualList<T>(props: VirtualListProps<T>): JSX.Element {
  const { items, rowHeight, selected, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const isAtEnd = useRef(true);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (box.current !== null && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [items.length]);

  function scrolled(): void {
    const element = box.current!;
    isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
    setTop(element.scrollTop);
  }

  function pressed(event: KeyboardEvent): void {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[
      event.key
    ];
    if (move === undefined || items.length === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(items.length - 1, (selected < 0 ? 0 : selected) + move));
    onSelect(next);
    const element = box.current!;
    const y = next * rowHeight;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = y + rowHeight - element.clientHeight;
  }

  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const last = Math.min(items.length, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  return (
    <div
      class="list"
      ref={box}
      role="listbox"
      aria-label={props.label}
      tabIndex={0}
      aria-activedescendant={selected >= first && selected < last ? `row-${selected}` : undefined}
      onScroll={scrolled}
      onKeyDown={pressed}
    >
      <div style={{ height: `${items.length * rowHeight}px`, position: "relative" }}>
        {items.slice(first, last).map((item, at) => {
          const index = first + at;
          return (
            <div
              key={index}
              id={`row-${index}`}
              class="row"
              role="option"
              aria-selected={index === selected}
              style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
              onClick={() => onSelect(index)}
            >
              {props.children(item, index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
