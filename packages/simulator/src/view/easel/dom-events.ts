import * as glassEasel from "glass-easel";
import { builtinOf } from "./builtin-definer.js";
import type { Surface } from "./backend.js";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** How long a finger rests for a long press (WeChat's longpress event). */
const LONG_PRESS_MS = 350;

/** A tap, from a finger or from a test: the author's handlers bubble, then the built-in component does its own. */
export function fireTap(node: glassEasel.Element, { x, y }: Point): void {
  const touch = { identifier: 0, pageX: x, pageY: y, clientX: x, clientY: y };
  node.triggerEvent(
    "tap",
    { x, y },
    {
      bubbles: true,
      composed: true,
      extraFields: { touches: [touch], changedTouches: [touch] },
    },
  );
  for (let at: glassEasel.Element | null = node; at !== null; at = at.getComposedParent()) {
    const instance = builtinOf(at)?.instance;
    if (instance?.tapped === undefined) continue;
    instance.tapped();
    return;
  }
}

const passed = ["transitionend", "animationstart", "animationiteration", "animationend"] as const;

/** Listens on the element that holds all pages and passes on what authors may hear of the DOM: touches, taps, transitions. */
export function passDomEvents(
  container: HTMLElement,
  surface: Surface,
  after: (ms: number, act: () => void) => () => void,
): void {
  let cancelPress: (() => void) | undefined;

  const nodeAt = (event: Event): glassEasel.Element | null =>
    surface.nodeOf(event.target instanceof Element ? event.target : null);

  container.addEventListener("click", (event) => {
    const node = nodeAt(event);
    if (node === null) return;
    fireTap(node, { x: event.clientX, y: event.clientY });
  });

  container.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    const node = nodeAt(event);
    if (node === null || builtinOf(node)?.tag !== "button") return;
    event.preventDefault();
    fireTap(node, { x: 0, y: 0 });
  });

  const touch = (name: string, event: PointerEvent): void => {
    const node = nodeAt(event);
    if (node === null) return;
    const at = {
      identifier: event.pointerId,
      pageX: event.pageX,
      pageY: event.pageY,
      clientX: event.clientX,
      clientY: event.clientY,
    };
    node.triggerEvent(
      name,
      {},
      {
        bubbles: true,
        composed: true,
        extraFields: { touches: name === "touchend" ? [] : [at], changedTouches: [at] },
      },
    );
  };
  container.addEventListener("pointerdown", (event) => {
    const node = nodeAt(event);
    hold(surface, node, true, after);
    touch("touchstart", event);
    cancelPress = after(LONG_PRESS_MS, () => {
      if (node === null) return;
      const detail = { x: event.clientX, y: event.clientY };
      for (const name of ["longpress", "longtap"])
        node.triggerEvent(name, detail, { bubbles: true, composed: true });
    });
  });
  container.addEventListener("pointermove", (event) => {
    if (event.buttons === 0) return;
    if (Math.abs(event.movementX) + Math.abs(event.movementY) > 2) cancelPress?.();
    touch("touchmove", event);
  });
  for (const [dom, name] of [
    ["pointerup", "touchend"],
    ["pointercancel", "touchcancel"],
  ] as const) {
    container.addEventListener(dom, (event) => {
      cancelPress?.();
      hold(surface, nodeAt(event), false, after);
      touch(name, event);
    });
  }
  for (const name of passed) {
    container.addEventListener(name, (event) => {
      nodeAt(event)?.triggerEvent(name, {}, { bubbles: true, composed: true });
    });
  }
}

/** Puts the hover-class on while a component is held, and takes it off a while later. */
function hold(
  surface: Surface,
  node: glassEasel.Element | null,
  isHeld: boolean,
  after: (ms: number, act: () => void) => () => void,
): void {
  for (let at = node; at !== null; at = at.getComposedParent()) {
    const host = builtinOf(at);
    const name = host?.get("hoverClass");
    if (host === undefined || typeof name !== "string" || name === "none" || name === "") continue;
    if (host.get("disabled") === true) return;
    const element = surface.elementOf(at);
    const toggle = (): void => name.split(" ").forEach((each) => element?.classList.toggle(each, isHeld));
    after(Number(host.get(isHeld ? "hoverStartTime" : "hoverStayTime")), toggle);
    return;
  }
}
