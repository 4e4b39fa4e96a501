import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icons.js";

export interface VirtualListProps {
  readonly count: number;
  /** Pixels, of every row. */
  readonly rowHeight: number;
  readonly label: string;
  /** What the button is called that leads to the newest row. */
  readonly toEnd: string;
  /** Place of the chosen row; -1: none. */
  readonly selected: number;
  /** Rows that have ever left at the front. */
  readonly dropped: number;
  /** Whether it shows its end first and follows it. Default: true. */
  readonly isLive?: boolean;
  /** Of a row, its own while rows leave at the front. */
  readonly keyAt: (index: number) => number;
  readonly onSelect: (index: number) => void;
  readonly children: (index: number) => ComponentChildren;
}

/** Rows drawn beyond what is seen. */
const OVERSCAN = 8;

const moves: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
};

/**
 * A list of which only the visible rows exist. It follows its end until the reader scrolls away or chooses a row, and
 * again when the reader goes to the end; rows that leave at the front do not move what is looked at.
 */
export function VirtualList(props: VirtualListProps): JSX.Element {
  const { count, rowHeight, selected, dropped, isLive = true } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [scrolledTo, setScrolledTo] = useState(0);
  const [height, setHeight] = useState(400);
  const [isFollowing, follow] = useState(isLive);
  // What follows the end knows where it is before it has scrolled there: it is drawn once, and not again for the scroll.
  const top = isFollowing ? Math.max(0, count * rowHeight - height) : scrolledTo;
  const droppedBefore = useRef(dropped);

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current!;
    if (isFollowing) element.scrollTop = count * rowHeight;
    else if (dropped > droppedBefore.current) {
      element.scrollTop -= (dropped - droppedBefore.current) * rowHeight;
    }
    droppedBefore.current = dropped;
  });

  function scrolled(): void {
    const element = box.current!;
    const isAtEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 2;
    if (isFollowing && isAtEnd) return;
    setScrolledTo(element.scrollTop);
    // A list that fits has no end to go away from.
    if (element.scrollHeight > element.clientHeight) follow(isLive && isAtEnd);
  }

  function choose(index: number): void {
    const element = box.current!;
    setScrolledTo(element.scrollTop);
    follow(false);
    props.onSelect(index);
    const y = index * rowHeight;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = y + rowHeight - element.clientHeight;
    }
  }

  function pressed(event: KeyboardEvent): void {
    const move = moves[event.key];
    if (move === undefined || count === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const from = selected >= 0 ? selected : move > 0 ? -1 : count;
    choose(Math.max(0, Math.min(count - 1, from + move)));
    if (event.key === "End") follow(isLive);
  }

  // Who follows the end does not scroll: what comes in is drawn and nothing beyond it.
  const before = isFollowing ? 1 : OVERSCAN;
  const first = Math.max(0, Math.floor(top / rowHeight) - before);
  const last = Math.min(count, Math.ceil((top + height) / rowHeight) + OVERSCAN);
  // A row that comes in is drawn where one has left: less to do than another element, and its place alone moves.
  const slots = Math.ceil(height / rowHeight) + 2 * OVERSCAN + 2;
  const rows: JSX.Element[] = [];
  for (let index = first; index < last; index += 1) {
    rows.push(
      <div
        key={(index + dropped) % slots}
        id={`${id}-${props.keyAt(index)}`}
        class="row"
        role="option"
        aria-selected={index === selected}
        aria-posinset={index + 1}
        aria-setsize={count}
        style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
        onClick={() => choose(index)}
      >
        {props.children(index)}
      </div>,
    );
  }
  return (
    <div class="list">
      <div
        class="list-box"
        ref={box}
        role="listbox"
        aria-label={props.label}
        tabIndex={0}
        aria-activedescendant={
          selected >= first && selected < last ? `${id}-${props.keyAt(selected)}` : undefined
        }
        onScroll={scrolled}
        onKeyDown={pressed}
      >
        <div class="list-rows" style={{ height: `${count * rowHeight}px` }}>
          {rows}
        </div>
      </div>
      {isLive && !isFollowing && count * rowHeight > height + top + 2 * rowHeight && (
        <button type="button" class="to-end" onClick={() => follow(true)}>
          <Icon name="down" />
          {props.toEnd}
        </button>
      )}
    </div>
  );
}
