import * as glassEasel from "glass-easel";
import type { IntersectionRequest, Rect, Surface } from "./surface.js";

/** The element that is a page's window: what is in it is measured from its top left. */
export const PAGE_TAG = "wx-page-window";
/** The element inside it that scrolls: what an author fixes stays in the page's window, as on a phone. */
export const SCROLLER_TAG = "wx-page-scroller";

/** Longest that a drawing lets changes and `setData` callbacks wait: a page in a hidden tab is never drawn. */
const MAX_DRAW_MS = 100;

/** Author tags become `wx-*` elements, `html-*` the real ones; everything else keeps its name. */
function domTag(tag: string, isBuiltin: (tag: string) => boolean): string {
  if (tag.startsWith("html-")) return tag.slice("html-".length);
  return isBuiltin(tag) ? `wx-${tag}` : tag;
}

/**
 * The DOM, without its events: a native `input` or `tap` must not reach authors beside the component's own, which have
 * other details. `dom-events.ts` passes on what is to pass.
 */
export function createDomSurface(isBuiltin: (tag: string) => boolean): Surface {
  const nodes = new WeakMap<Element, glassEasel.Element>();
  let changes: (() => void)[] = [];

  function settle(): void {
    while (changes.length > 0) {
      const waiting = changes;
      changes = [];
      for (const change of waiting) change();
    }
  }

  class DomContext extends glassEasel.CurrentWindowBackendContext {
    constructor() {
      super();
      const { document } = this;
      this.document = {
        createElement: (tag: string) => document.createElement(domTag(tag, isBuiltin)),
        createTextNode: (text: string) => document.createTextNode(text),
        createDocumentFragment: () => document.createDocumentFragment(),
      };
    }

    override associateValue(element: glassEasel.domlikeBackend.Element, node: glassEasel.Element): void {
      super.associateValue(element, node);
      nodes.set(element as unknown as Element, node);
    }

    override render(done: (error: Error | null) => void): void {
      atFrame(() => {
        settle();
        done(null);
      });
    }

    override onEvent(): void {
      // See above.
    }

    override setListenerStats(): void {
      // See above.
    }
  }

  function elementOf(node: glassEasel.Element): HTMLElement | null {
    const element: unknown = node.$$;
    return element instanceof HTMLElement ? element : null;
  }

  return {
    context: new DomContext(),
    change(act) {
      if (changes.length === 0) atFrame(settle);
      changes.push(act);
    },
    settle,
    elementOf,
    nodeOf(element) {
      for (let at = element; at !== null; at = at.parentElement) {
        const node = nodes.get(at);
        if (node !== undefined) return node;
      }
      return null;
    },
    rectOf(node) {
      const element = elementOf(node) ?? firstElement(node, elementOf);
      return element === null ? { left: 0, top: 0, width: 0, height: 0 } : rectInPage(element);
    },
    scrollOf(node) {
      const element = elementOf(node);
      if (element === null) return { scrollLeft: 0, scrollTop: 0, scrollWidth: 0, scrollHeight: 0 };
      const { scrollLeft, scrollTop, scrollWidth, scrollHeight } = element;
      return { scrollLeft, scrollTop, scrollWidth, scrollHeight };
    },
    styleOf(node, property) {
      const element = elementOf(node);
      const name = property.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
      return element === null ? "" : getComputedStyle(element).getPropertyValue(name);
    },
    observe: (request, seen) => observe(request, elementOf, seen),
  };
}

/** Before the next frame, or soon where there is none. */
function atFrame(act: () => void): void {
  let isDone = false;
  const once = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    if (isDone) return;
    isDone = true;
    act();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, MAX_DRAW_MS);
}

/** Of a component without an element of its own (virtualHost): that of the first thing in it. */
function firstElement(
  node: glassEasel.Element,
  elementOf: (node: glassEasel.Element) => HTMLElement | null,
): HTMLElement | null {
  for (const child of node.getComposedChildren()) {
    if (glassEasel.TextNode.isTextNode(child)) continue;
    const found = elementOf(child) ?? firstElement(child, elementOf);
    if (found !== null) return found;
  }
  return null;
}

/** Where an element is in its page. */
export function rectInPage(element: Element): Rect {
  const { left, top, width, height } = element.getBoundingClientRect();
  const page = pageOrigin(element);
  return { left: left - page.x, top: top - page.y, width, height };
}

/** The top left of an element's page in the browser's window. */
export function pageOrigin(element: Element | null): { readonly x: number; readonly y: number } {
  const page = element?.closest(PAGE_TAG);
  if (page === null || page === undefined) return { x: 0, y: 0 };
  const { left, top } = page.getBoundingClientRect();
  return { x: left, y: top };
}

function observe(
  { target, relativeTo, margin, thresholds }: IntersectionRequest,
  elementOf: (node: glassEasel.Element) => HTMLElement | null,
  seen: Parameters<Surface["observe"]>[1],
): () => void {
  const element = elementOf(target);
  if (element === null) return () => {};
  const root = relativeTo === null ? element.closest(PAGE_TAG) : elementOf(relativeTo);
  const page = pageOrigin(element);
  const rect = (box: DOMRectReadOnly | null): Rect => ({
    left: (box?.left ?? 0) - page.x,
    top: (box?.top ?? 0) - page.y,
    width: box?.width ?? 0,
    height: box?.height ?? 0,
  });
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        seen({
          intersectionRatio: entry.intersectionRatio,
          intersectionRect: rect(entry.intersectionRect),
          boundingClientRect: rect(entry.boundingClientRect),
          relativeRect: rect(entry.rootBounds),
          time: entry.time,
        });
      }
    },
    { root, rootMargin: margin, threshold: [...thresholds] },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
