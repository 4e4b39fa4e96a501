import type * as glassEasel from "glass-easel";
import { builtinOf } from "./builtin-definer.js";
import { pageOrigin, SCROLLER_TAG } from "./dom-surface.js";
import { fire, fireLongPress, fireTap, fireTouch, type Point } from "./gestures.js";
import type { Surface } from "./surface.js";

/** How long a finger rests for a long press (WeChat's longpress event). */
const LONG_PRESS_MS = 350;
/** How far a finger may stray and still tap. */
const TAP_PX = 10;

const PASSED = ["transitionend", "animationstart", "animationiteration", "animationend"] as const;

type After = (ms: number, act: () => void) => () => void;

/** Listens on the element that holds all pages and passes on what authors may hear of the DOM: touches, taps, transitions. */
export function passDomEvents(container: HTMLElement, surface: Surface, after: After): void {
  const press = createPress(surface, after);
  passTaps(container, surface, press);
  passMouse(container, surface, press);
  passTouches(container, surface, press);
  for (const name of PASSED) {
    container.addEventListener(name, (event) => {
      const node = nodeAt(surface, event);
      const detail =
        "propertyName" in event ? { propertyName: event.propertyName, elapsedTime: event.elapsedTime } : {};
      if (node !== null) fire(node, name, detail);
    });
  }
}

function nodeAt(surface: Surface, event: Event): glassEasel.Element | null {
  return surface.nodeOf(event.target instanceof Element ? event.target : null);
}

/** Where a pointer is in its page, as authors see it. */
function pointOf(target: EventTarget | null, at: { clientX: number; clientY: number }, id: number): Point {
  const element = target instanceof Element ? target : null;
  const origin = pageOrigin(element);
  const page = element?.closest(SCROLLER_TAG);
  const canvas = element?.closest("wx-canvas")?.getBoundingClientRect();
  return {
    x: at.clientX - origin.x,
    y: at.clientY - origin.y,
    id,
    scrolled: { x: page?.scrollLeft ?? 0, y: page?.scrollTop ?? 0 },
    ...(canvas === undefined
      ? {}
      : { inCanvas: { x: at.clientX - canvas.left, y: at.clientY - canvas.top } }),
  };
}

/** A finger or button that is down: what it holds, and whether it rests long enough. */
interface Press {
  down(node: glassEasel.Element | null, point: Point): void;
  moved(point: Point): void;
  up(): void;
  /** Whether a tap may follow: it did not stray, and nobody wanted the long press. Asked once. */
  taps(): boolean;
}

function createPress(surface: Surface, after: After): Press {
  let cancelLong: (() => void) | undefined;
  let release: (() => void) | undefined;
  let from: Point | undefined;
  let isSpent = false;
  return {
    down(node, point) {
      from = point;
      isSpent = false;
      release = hold(surface, node, after);
      cancelLong = after(LONG_PRESS_MS, () => {
        if (node !== null && fireLongPress(node, point)) isSpent = true;
      });
    },
    moved({ x, y }) {
      if (from === undefined || Math.hypot(x - from.x, y - from.y) <= TAP_PX) return;
      cancelLong?.();
      isSpent = true;
    },
    up() {
      cancelLong?.();
      release?.();
      release = undefined;
    },
    taps() {
      const may = !isSpent;
      isSpent = false;
      return may;
    },
  };
}

function passTaps(container: HTMLElement, surface: Surface, press: Press): void {
  container.addEventListener("click", (event) => {
    const node = nodeAt(surface, event);
    // A click without a pointer is a script's or the keyboard's: it did not stray.
    if (node !== null && (press.taps() || event.detail === 0)) fireTap(node, pointOf(event.target, event, 0));
  });
  container.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    const node = nodeAt(surface, event);
    const host = node === null ? undefined : builtinOf(node);
    if (node === null || host?.element !== event.target) return;
    event.preventDefault();
    fireTap(node, { x: 0, y: 0 });
  });
}

/** A mouse plays a finger while its button is down. */
function passMouse(container: HTMLElement, surface: Surface, press: Press): void {
  let held: glassEasel.Element | null = null;
  const pass = (name: string, event: PointerEvent): void => {
    if (held !== null) fireTouch(held, name, [pointOf(event.target, event, 0)]);
  };
  container.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    held = nodeAt(surface, event);
    press.down(held, pointOf(event.target, event, 0));
    pass("touchstart", event);
  });
  container.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || held === null) return;
    press.moved(pointOf(event.target, event, 0));
    pass("touchmove", event);
  });
  for (const [dom, name] of [
    ["pointerup", "touchend"],
    ["pointercancel", "touchcancel"],
  ] as const) {
    container.addEventListener(dom, (event) => {
      if (event.pointerType === "touch" || held === null) return;
      press.up();
      pass(name, event);
      held = null;
    });
  }
}

function passTouches(container: HTMLElement, surface: Surface, press: Press): void {
  for (const name of ["touchstart", "touchmove", "touchend", "touchcancel"] as const) {
    container.addEventListener(
      name,
      (event) => {
        // A touch belongs to where it began, wherever it goes.
        const node = nodeAt(surface, event);
        const points = (list: TouchList): Point[] =>
          Array.from(list, (touch) => pointOf(event.target, touch, touch.identifier));
        const changed = points(event.changedTouches);
        const first = changed[0];
        if (node === null || first === undefined) return;
        if (name === "touchstart") press.down(node, first);
        else if (name === "touchmove") press.moved(first);
        else press.up();
        const { isCaught } = fireTouch(node, name, changed, points(event.touches));
        // catchtouchmove keeps what is below from scrolling.
        if (isCaught && name === "touchmove" && event.cancelable) event.preventDefault();
      },
      { passive: false },
    );
  }
}

/** Puts the hover-class on while a component is held; the returned function takes it off a while later. */
function hold(surface: Surface, node: glassEasel.Element | null, after: After): (() => void) | undefined {
  for (let at = node; at !== null; at = at.getComposedParent()) {
    const host = builtinOf(at);
    const name = host?.get("hoverClass");
    if (host === undefined || typeof name !== "string" || name === "none" || name === "") continue;
    if (host.get("disabled") === true) return undefined;
    const element = surface.elementOf(at);
    const classes = host.classNames(name);
    const own = name === host.defaultOf("hoverClass") ? [name] : classes;
    const cancel = after(Number(host.get("hoverStartTime")), () => element?.classList.add(...own));
    return () => {
      cancel();
      element?.classList.add(...own);
      after(Number(host.get("hoverStayTime")), () => element?.classList.remove(...own));
    };
  }
  return undefined;
}
