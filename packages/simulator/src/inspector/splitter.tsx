import type { JSX } from "preact";

interface SplitterProps {
  readonly label: string;
  /** "horizontal": a line that lies, and moves up and down. */
  readonly orientation: "horizontal" | "vertical";
  /** Pixels of the pane that it sizes. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** Whether the pane is before the line; else after. */
  readonly isBefore: boolean;
  readonly onResize: (size: number) => void;
}

/** Pixels for one press of an arrow key. */
const STEP = 16;

/** A line between two panes that is dragged, or moved with the arrow keys. */
export function Splitter(props: SplitterProps): JSX.Element {
  const { orientation, size, min, max, isBefore } = props;
  const sign = isBefore ? 1 : -1;
  const resize = (wanted: number): void => props.onResize(Math.round(Math.max(min, Math.min(max, wanted))));

  function dragged(event: PointerEvent & { readonly currentTarget: HTMLElement }): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const bar = event.currentTarget;
    bar.focus();
    bar.setPointerCapture(event.pointerId);
    const at = (moved: PointerEvent): number => (orientation === "vertical" ? moved.clientX : moved.clientY);
    const from = at(event);
    const move = (moved: PointerEvent): void => resize(size + (at(moved) - from) * sign);
    const end = (): void => {
      bar.removeEventListener("pointermove", move);
      bar.removeEventListener("lostpointercapture", end);
    };
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", end);
  }

  function pressed(event: KeyboardEvent): void {
    const [less, more] = orientation === "vertical" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key !== less && event.key !== more) return;
    event.preventDefault();
    resize(size + (event.key === more ? STEP : -STEP) * sign);
  }

  return (
    <div
      class={`splitter ${orientation}`}
      role="separator"
      tabIndex={0}
      aria-label={props.label}
      aria-orientation={orientation}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={dragged}
      onKeyDown={pressed}
    />
  );
}
