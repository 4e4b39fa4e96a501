import * as glassEasel from "glass-easel";
import { builtinOf } from "./builtin-definer.js";

/** CSS pixels, from the top left of what the page shows. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Which finger. Default: 0. */
  readonly id?: number;
  /** How far the page is scrolled: what `pageX` and `pageY` have more. Default: not at all. */
  readonly scrolled?: { readonly x: number; readonly y: number };
  /** From the top left of a canvas; for events of one. */
  readonly inCanvas?: { readonly x: number; readonly y: number };
}

/** What came of an event. */
export interface Fired {
  /** Whether any listener was called. */
  readonly isHeard: boolean;
  /** Whether a `catch` listener took it. */
  readonly isCaught: boolean;
}

/** An event that goes through the whole page, as touches do. */
export function fire(
  node: glassEasel.Element,
  name: string,
  detail: object,
  extraFields: Readonly<Record<string, unknown>> = {},
): Fired {
  let isHeard = false;
  const event = new glassEasel.Event(name, detail, {
    bubbles: true,
    composed: true,
    capturePhase: true,
    extraFields: { ...extraFields },
    // What a handler returns means nothing, `false` neither.
    handleListenerReturn() {
      isHeard = true;
    },
  });
  event.dispatch(node);
  return { isHeard, isCaught: event.defaultPrevented() };
}

/** A tap, from a finger or from a test: the author's handlers, then what the built-in component does itself. */
export function fireTap(node: glassEasel.Element, point: Point): void {
  for (let at: glassEasel.Element | null = node; at !== null; at = at.getComposedParent()) {
    const host = builtinOf(at);
    if (host?.tag === "button" && host.get("disabled") === true) return;
  }
  fire(node, "tap", { x: point.x, y: point.y }, touches([point], [point]));
  for (let at: glassEasel.Element | null = node; at !== null; at = at.getComposedParent()) {
    const instance = builtinOf(at)?.instance;
    if (instance?.tapped === undefined) continue;
    instance.tapped();
    return;
  }
}

/** A long press, under both of its names. Says whether anybody cared: then no tap follows. */
export function fireLongPress(node: glassEasel.Element, point: Point): boolean {
  const detail = { x: point.x, y: point.y };
  const heard = ["longpress", "longtap"].map(
    (name) => fire(node, name, detail, touches([point], [point])).isHeard,
  );
  return heard.includes(true);
}

/** @param changed the fingers that this event is about */
export function fireTouch(
  node: glassEasel.Element,
  name: string,
  changed: readonly Point[],
  all: readonly Point[] = name === "touchend" || name === "touchcancel" ? [] : changed,
): Fired {
  return fire(node, name, {}, touches(all, changed));
}

function touches(all: readonly Point[], changed: readonly Point[]): Readonly<Record<string, unknown>> {
  return { touches: all.map(touchOf), changedTouches: changed.map(touchOf) };
}

function touchOf({ x, y, id = 0, scrolled, inCanvas }: Point): object {
  return {
    identifier: id,
    pageX: x + (scrolled?.x ?? 0),
    pageY: y + (scrolled?.y ?? 0),
    clientX: x,
    clientY: y,
    force: 1,
    ...inCanvas,
  };
}
