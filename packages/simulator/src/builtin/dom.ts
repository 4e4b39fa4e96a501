import { textOf } from "../wx/text.js";

/** Sets an attribute that is there or not: `disabled`, `scroll-y`. */
export function mark(element: HTMLElement | undefined, name: string, isOn: boolean): void {
  element?.toggleAttribute(name, isOn);
}

/** A new element of the component's own, which no author's style names. */
export function part(className: string, tag: "div" | "span" = "div"): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

/** "12px" of 12, "12rpx" as part of the page's width, "50%" as it is. */
export function cssLength(value: unknown): string {
  const text = textOf(value).trim();
  if (/^-?[\d.]+$/u.test(text)) return `${text}px`;
  return text.replaceAll(/(-?[\d.]+)rpx/gu, (_, number: string) => `${(Number(number) * 100) / 750}vw`);
}

/** Names what `pinStyles` makes, among an element's animations. */
export const PINNED = "weapp-pinned";

/**
 * Gives an element styles that the author's own `style` attribute, which is written anew whenever it changes, cannot
 * take away.
 */
export function pinStyles(element: HTMLElement): (styles: Readonly<Record<string, string>>) => void {
  let pinned: Animation | undefined;
  return (styles) => {
    const frames = [{ ...styles }, { ...styles }];
    const effect = pinned?.effect;
    if (effect instanceof KeyframeEffect && pinned?.playState !== "idle") {
      effect.setKeyframes(frames);
      return;
    }
    pinned = element.animate(frames, { id: PINNED, duration: 1, fill: "both" });
    pinned.pause();
  };
}

/** How far a pointer has gone since it came down. */
export interface Drag {
  readonly dx: number;
  readonly dy: number;
}

export interface DragEvents {
  /** Whether a pointer here begins a drag. */
  start(event: PointerEvent): boolean;
  move(drag: Drag): void;
  /** @param speed CSS pixels a millisecond at the end */
  end(drag: Drag, speed: Drag): void;
}

/** Distance from which on a movement is a drag. */
const SLOP_PX = 3;

/**
 * Follows one pointer at a time. A drag keeps the pointer: what is below hears no click of it.
 *
 * @param axis the direction that counts; the other one is left to the browser's scrolling
 */
export function followDrag(element: HTMLElement, axis: "x" | "y" | "both", events: DragEvents): void {
  let from: { id: number; x: number; y: number } | undefined;
  let last = { dx: 0, dy: 0, at: 0 };
  let speed: Drag = { dx: 0, dy: 0 };
  let isDragging = false;
  element.style.touchAction = axis === "both" ? "none" : axis === "x" ? "pan-y" : "pan-x";

  const dragOf = (event: PointerEvent): Drag => ({
    dx: event.clientX - (from?.x ?? 0),
    dy: event.clientY - (from?.y ?? 0),
  });
  element.addEventListener("pointerdown", (event) => {
    if (from !== undefined || event.button !== 0 || !events.start(event)) return;
    from = { id: event.pointerId, x: event.clientX, y: event.clientY };
    last = { dx: 0, dy: 0, at: event.timeStamp };
    speed = { dx: 0, dy: 0 };
    isDragging = false;
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== from?.id) return;
    // What is nearer to the finger has it.
    if (event.defaultPrevented) {
      from = undefined;
      return;
    }
    const drag = dragOf(event);
    const along =
      axis === "x" ? drag.dx : axis === "y" ? drag.dy : Math.max(Math.abs(drag.dx), Math.abs(drag.dy));
    if (!isDragging) {
      if (Math.abs(along) < SLOP_PX) return;
      isDragging = true;
      element.setPointerCapture(event.pointerId);
    }
    event.preventDefault();
    const elapsed = Math.max(1, event.timeStamp - last.at);
    speed = { dx: (drag.dx - last.dx) / elapsed, dy: (drag.dy - last.dy) / elapsed };
    last = { ...drag, at: event.timeStamp };
    events.move(drag);
  });
  const finish = (event: PointerEvent): void => {
    if (event.pointerId !== from?.id) return;
    const drag = dragOf(event);
    const wasDragging = isDragging;
    from = undefined;
    isDragging = false;
    if (!wasDragging) return;
    // The click that follows belongs to the drag.
    element.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => element.removeEventListener("click", stop, { capture: true }), 0);
    events.end(drag, event.timeStamp - last.at > 100 ? { dx: 0, dy: 0 } : speed);
  };
  element.addEventListener("pointerup", finish);
  element.addEventListener("pointercancel", finish);
}

/** Lets a mouse pull what a finger scrolls by itself: a column of lines that snap. */
export function pullByMouse(element: HTMLElement): void {
  let from = 0;
  followDrag(element, "y", {
    start({ pointerType }) {
      from = element.scrollTop;
      return pointerType === "mouse";
    },
    move({ dy }) {
      element.style.scrollSnapType = "none";
      element.scrollTop = from - dy;
    },
    end() {
      element.style.scrollSnapType = "";
    },
  });
  element.style.touchAction = "";
}

export interface PullEvents {
  /** Whether what is touched here may be pulled down. */
  readonly canStart: () => boolean;
  /** @param distance CSS pixels, at least 0 */
  readonly move: (distance: number) => void;
  readonly end: (distance: number) => void;
}

/** Follows a finger, or a mouse with its button down, that pulls something down which could otherwise scroll. */
export function followPull(element: HTMLElement, { canStart, move, end }: PullEvents): void {
  let from: number | undefined;
  let distance = 0;

  const begin = (y: number): void => {
    from = canStart() ? y : undefined;
    distance = 0;
  };
  /** Says whether it is a pull: then nothing else may come of the movement. */
  const follow = (y: number): boolean => {
    if (from === undefined) return false;
    const pulled = y - from;
    // Whoever goes up first wants to scroll.
    if (pulled < -SLOP_PX && distance === 0) from = undefined;
    if (pulled < SLOP_PX && distance === 0) return false;
    distance = Math.max(0, pulled);
    move(distance);
    return true;
  };
  const finish = (): void => {
    if (from !== undefined && distance > 0) end(distance);
    from = undefined;
    distance = 0;
  };

  element.addEventListener("touchstart", ({ touches }) => begin(touches[0]?.clientY ?? 0), { passive: true });
  element.addEventListener(
    "touchmove",
    (event) => {
      if (follow(event.touches[0]?.clientY ?? 0) && event.cancelable) event.preventDefault();
    },
    { passive: false },
  );
  for (const name of ["touchend", "touchcancel"]) element.addEventListener(name, finish);
  element.addEventListener("pointerdown", ({ pointerType, button, clientY }) => {
    if (pointerType === "mouse" && button === 0) begin(clientY);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" && follow(event.clientY) && !element.hasPointerCapture(event.pointerId))
      element.setPointerCapture(event.pointerId);
  });
  for (const name of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(name, ({ pointerType }) => {
      if (pointerType === "mouse") finish();
    });
  }
}

function stop(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}
