import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";
import { cssLength, followDrag, pinStyles, type Drag } from "./dom.js";

/** An area, and views in it that a finger moves. */
export function createMovables({ after }: BuiltinServices): readonly BuiltinComponent[] {
  return [
    { tag: "movable-area", properties: { scaleArea: false } },
    {
      tag: "movable-view",
      properties: {
        direction: "none",
        inertia: false,
        outOfBounds: false,
        x: null,
        y: null,
        damping: DAMPING,
        friction: FRICTION,
        disabled: false,
        scale: false,
        scaleMin: 0.5,
        scaleMax: 10,
        scaleValue: 1,
        animation: true,
      },
      create: (host) => createMovable(host, after),
    },
  ];
}

interface Place {
  readonly x: number;
  readonly y: number;
}

type Source = "" | "touch" | "touch-out-of-bounds" | "out-of-bounds" | "friction";

/** How long a view glides at the default friction, or goes where it is told at the default damping, in milliseconds. */
const GLIDE_MS = 300;
const FRICTION = 2;
const DAMPING = 20;
/** How far a fling of 1 px a millisecond carries at the default friction, in CSS pixels. */
const GLIDE_PX = 240;

function createMovable(host: BuiltinHost, after: BuiltinServices["after"]): BuiltinInstance {
  const { element, get } = host;
  const pin = element === undefined ? undefined : pinStyles(element);
  let at: Place = { x: 0, y: 0 };
  let scale = 1;
  let settle: (() => void) | undefined;

  /** Where the view may be, as far as there is something to see. */
  function bounded({ x, y }: Place): Place {
    const area = host.closest("movable-area")?.element;
    if (area === undefined || element === undefined) return { x, y };
    const within = (value: number, room: number): number =>
      Math.max(Math.min(0, room), Math.min(Math.max(0, room), value));
    return {
      x: within(x, area.clientWidth - element.offsetWidth * scale),
      y: within(y, area.clientHeight - element.offsetHeight * scale),
    };
  }

  const friction = (): number => Math.max(0.1, Number(get("friction")) || FRICTION);

  const springMs = (): number => (GLIDE_MS * DAMPING) / Math.max(1, Number(get("damping")) || DAMPING);

  /** @param durationMs 0: at once */
  function draw(durationMs: number): void {
    if (element === undefined || pin === undefined) return;
    const transform = `translate(${at.x}px, ${at.y}px) scale(${scale})`;
    if (durationMs > 0 && get("animation") === true) {
      const before = getComputedStyle(element).transform;
      element.animate([{ transform: before }, { transform }], { duration: durationMs, easing: "ease-out" });
    }
    pin({ transform, transformOrigin: "0 0" });
  }

  function go(wanted: Place, source: Source, durationMs: number): void {
    const isSame = wanted.x === at.x && wanted.y === at.y;
    at = wanted;
    draw(durationMs);
    if (!isSame) host.trigger("change", { ...at, source });
  }

  function rescale(wanted: number): void {
    const next = Math.max(Number(get("scaleMin")), Math.min(Number(get("scaleMax")), wanted));
    if (next === scale || get("scale") !== true) return;
    scale = next;
    at = bounded(at);
    draw(0);
    host.trigger("scale", { ...at, scale });
  }

  /** The part of a movement that the view's direction lets through. */
  function along({ dx, dy }: Drag): Drag {
    const direction = get("direction");
    return {
      dx: direction === "all" || direction === "horizontal" ? dx : 0,
      dy: direction === "all" || direction === "vertical" ? dy : 0,
    };
  }

  function release(speed: Drag): void {
    const carried = along(speed);
    const reach = get("inertia") === true ? (GLIDE_PX * FRICTION) / friction() : 0;
    const end = bounded({ x: at.x + carried.dx * reach, y: at.y + carried.dy * reach });
    const isBack = bounded(at).x !== at.x || bounded(at).y !== at.y;
    if (isBack) go(end, "out-of-bounds", springMs());
    else go(end, "friction", (GLIDE_MS * FRICTION) / friction());
  }

  function listen(shown: HTMLElement): void {
    let from = at;
    const direction = get("direction");
    followDrag(shown, direction === "horizontal" ? "x" : direction === "vertical" ? "y" : "both", {
      start() {
        from = at;
        return get("disabled") !== true && get("direction") !== "none";
      },
      move(drag) {
        const { dx, dy } = along(drag);
        const wanted = { x: from.x + dx, y: from.y + dy };
        const held = bounded(wanted);
        const isOut = held.x !== wanted.x || held.y !== wanted.y;
        if (isOut && get("outOfBounds") === true) {
          const given = { x: held.x + (wanted.x - held.x) / 3, y: held.y + (wanted.y - held.y) / 3 };
          go(given, "touch-out-of-bounds", 0);
        } else go(held, "touch", 0);
      },
      end: (_, speed) => release(speed),
    });
    // Where two fingers scale it: on itself, or anywhere in its area.
    const area = host.closest("movable-area");
    const zone = (area?.get("scaleArea") === true ? area.element : undefined) ?? shown;
    zone.addEventListener(
      "wheel",
      (event) => {
        if (get("scale") !== true) return;
        event.preventDefault();
        rescale(scale * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
      },
      { passive: false },
    );
    followPinch(zone, () => scale, rescale);
  }

  const given = (): Place => ({ x: lengthOf(get("x")), y: lengthOf(get("y")) });
  return {
    attached() {
      scale = get("scale") === true ? Number(get("scaleValue")) : 1;
      at = given();
      draw(0);
      if (element !== undefined) listen(element);
    },
    changed(name, value) {
      if (name === "scaleValue") rescale(Number(value));
      if (name !== "x" && name !== "y") return;
      // Both coordinates of one setData come one after the other.
      settle ??= after(0, () => {
        settle = undefined;
        go(bounded(given()), "", springMs());
      });
    },
    detached: () => settle?.(),
    chosen(value) {
      const {
        x,
        y,
        scale: wanted,
      } = value as { readonly x?: number; readonly y?: number; readonly scale?: number };
      if (get("disabled") === true) return;
      if (wanted !== undefined) rescale(wanted);
      if (x === undefined && y === undefined) return;
      const { dx, dy } = along({ dx: (x ?? at.x) - at.x, dy: (y ?? at.y) - at.y });
      go(bounded({ x: at.x + dx, y: at.y + dy }), "touch", 0);
    },
  };
}

/** CSS pixels of a number, or of a length in "px" or "rpx". */
function lengthOf(value: unknown): number {
  const text = cssLength(value);
  const number = Number.parseFloat(text) || 0;
  return text.endsWith("vw") ? (number * (typeof innerWidth === "number" ? innerWidth : 375)) / 100 : number;
}

/** Two fingers that go apart. */
function followPinch(element: HTMLElement, current: () => number, rescale: (scale: number) => void): void {
  let start: { readonly distance: number; readonly scale: number } | undefined;
  const distanceOf = ({ touches }: TouchEvent): number => {
    const [one, other] = [touches[0], touches[1]];
    if (one === undefined || other === undefined) return 0;
    return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  };
  element.addEventListener(
    "touchstart",
    (event) => {
      const distance = distanceOf(event);
      start = distance > 0 ? { distance, scale: current() } : undefined;
    },
    { passive: true },
  );
  element.addEventListener(
    "touchmove",
    (event) => {
      const distance = distanceOf(event);
      if (start !== undefined && distance > 0) rescale((start.scale * distance) / start.distance);
    },
    { passive: true },
  );
}
