import type { Element as EaselElement, GeneralBackendContext } from "glass-easel";

/** CSS pixels, from the top left of the page that it is in. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface ScrollState {
  readonly scrollLeft: number;
  readonly scrollTop: number;
  readonly scrollWidth: number;
  readonly scrollHeight: number;
}

/** How much of a node is to be seen, as WeChat's IntersectionObserver says it. */
export interface Intersection {
  readonly intersectionRatio: number;
  readonly intersectionRect: Rect;
  readonly boundingClientRect: Rect;
  readonly relativeRect: Rect;
  readonly time: number;
}

export interface IntersectionRequest {
  readonly target: EaselElement;
  /** Null: the page's window. */
  readonly relativeTo: EaselElement | null;
  /** As CSS has it: "0px 0px -20px 0px". */
  readonly margin: string;
  readonly thresholds: readonly number[];
}

/** What the view asks of the place that it draws into. In a browser, DOM elements; without one, nothing to see. */
export interface Surface {
  readonly context: GeneralBackendContext;
  /** Runs a change of what is drawn: with the others before the next frame; at once where nothing is drawn. */
  change(act: () => void): void;
  /** Runs the changes that wait for a frame: whoever looks at the tree sees what was set. */
  settle(): void;
  /** The element behind a node, where there is one. */
  elementOf(node: EaselElement): HTMLElement | null;
  /** The node behind an element, or behind the nearest of its parents that has one. */
  nodeOf(element: Element | null): EaselElement | null;
  rectOf(node: EaselElement): Rect;
  scrollOf(node: EaselElement): ScrollState;
  /** The value of a CSS property as it is drawn; "" where nothing is. */
  styleOf(node: EaselElement, property: string): string;
  /** Calls `seen` at once and at every crossing of a threshold; returns the end of it. */
  observe(request: IntersectionRequest, seen: (intersection: Intersection) => void): () => void;
}
