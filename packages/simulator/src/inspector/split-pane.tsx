import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import type { Settings } from "./settings.js";
import { Splitter } from "./splitter.js";

/** From this width on, in pixels, an entry is shown beside the list; else below it. */
const WIDE = 720;

interface SplitPaneProps {
  readonly settings: Settings;
  readonly list: ComponentChildren;
  readonly detail: ComponentChildren;
}

/** A list and, beside or below it, the entry that was chosen. */
export function SplitPane({ settings, list, detail }: SplitPaneProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [[width, height], setSize] = useState<readonly [width: number, height: number]>([1_000, 600]);
  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setSize([element.clientWidth, element.clientHeight]));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { texts, preferences, change } = settings;
  const isWide = width >= WIDE;
  const max = isWide ? width - 280 : Math.max(80, height - 110);
  const size = Math.min(isWide ? preferences.detailWidth : preferences.detailHeight, max);
  return (
    <div class={`split ${isWide ? "wide" : "tall"}`} ref={box}>
      <div class="split-list">{list}</div>
      <Splitter
        label={texts.detailSize}
        orientation={isWide ? "vertical" : "horizontal"}
        size={size}
        min={isWide ? 220 : 64}
        max={max}
        isBefore={false}
        onResize={(to) => change(isWide ? { detailWidth: to } : { detailHeight: to })}
      />
      <section
        class="split-detail"
        aria-label={texts.details}
        style={isWide ? { width: `${size}px` } : { height: `${size}px` }}
      >
        {detail}
      </section>
    </div>
  );
}
