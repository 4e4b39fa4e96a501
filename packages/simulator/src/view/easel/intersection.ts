import type * as glassEasel from "glass-easel";
import type { Intersection, Surface } from "./surface.js";

interface ObserverOptions {
  readonly thresholds?: readonly number[];
  readonly initialRatio?: number;
  readonly observeAll?: boolean;
}

type Margins = Readonly<Partial<Record<"left" | "right" | "top" | "bottom", number>>>;

/** `createIntersectionObserver`: how much of a node stands in another one, or in the page's window. */
export function createIntersectionObserver(
  surface: Surface,
  scope: () => glassEasel.GeneralComponent | undefined,
  options: ObserverOptions = {},
): object {
  const { thresholds = [0], initialRatio = 0, observeAll = false } = options;
  const ends: (() => void)[] = [];
  let relativeTo: string | null = null;
  let margins: Margins = {};

  const observer = {
    relativeTo(selector: string, given: Margins = {}) {
      relativeTo = selector;
      margins = given;
      return observer;
    },
    relativeToViewport(given: Margins = {}) {
      relativeTo = null;
      margins = given;
      return observer;
    },
    observe(selector: string, listener: (result: object) => void) {
      surface.settle();
      const shadow = scope()?.getShadowRoot();
      const all = shadow?.querySelectorAll(selector) ?? [];
      const root = relativeTo === null ? null : (shadow?.querySelector(relativeTo) ?? null);
      const { top = 0, right = 0, bottom = 0, left = 0 } = margins;
      for (const target of observeAll ? all : all.slice(0, 1)) {
        let lastRatio = initialRatio;
        const seen = (intersection: Intersection): void => {
          const { intersectionRatio: ratio } = intersection;
          const isCrossed = thresholds.some(
            (threshold) => lastRatio !== ratio && (lastRatio - threshold) * (ratio - threshold) <= 0,
          );
          lastRatio = ratio;
          if (isCrossed)
            listener({ ...withEdges(intersection), id: target.id, dataset: { ...target.dataset } });
        };
        const margin = `${top}px ${right}px ${bottom}px ${left}px`;
        ends.push(surface.observe({ target, relativeTo: root, margin, thresholds }, seen));
      }
    },
    disconnect() {
      for (const end of ends.splice(0)) end();
    },
  };
  return observer;
}

function withEdges(intersection: Intersection): object {
  const edges = ({ left, top, width, height }: Intersection["relativeRect"]): object => ({
    left,
    top,
    right: left + width,
    bottom: top + height,
    width,
    height,
  });
  return {
    intersectionRatio: intersection.intersectionRatio,
    intersectionRect: edges(intersection.intersectionRect),
    boundingClientRect: edges(intersection.boundingClientRect),
    relativeRect: edges(intersection.relativeRect),
    time: intersection.time,
  };
}
