import * as glassEasel from "glass-easel";
import type { Rect, Surface } from "./surface.js";

const NOWHERE: Rect = { left: 0, top: 0, width: 0, height: 0 };

/**
 * A surface without pixels: trees, data, events and selectors are all there, sizes are 0, and all that is observed is
 * in view.
 *
 * @param afterDraw runs what waits for the next drawing
 */
export function createEmptySurface(afterDraw: (act: () => void) => void): Surface {
  class EmptyContext extends glassEasel.EmptyBackendContext {
    override render(done: (error: Error | null) => void): void {
      afterDraw(() => done(null));
    }
  }
  return {
    context: new EmptyContext(),
    change: (act) => act(),
    settle() {},
    elementOf: () => null,
    nodeOf: () => null,
    rectOf: () => NOWHERE,
    scrollOf: () => ({ scrollLeft: 0, scrollTop: 0, scrollWidth: 0, scrollHeight: 0 }),
    styleOf: () => "",
    observe(_, seen) {
      let isOver = false;
      afterDraw(() => {
        if (isOver) return;
        seen({
          intersectionRatio: 1,
          intersectionRect: NOWHERE,
          boundingClientRect: NOWHERE,
          relativeRect: NOWHERE,
          time: 0,
        });
      });
      return () => {
        isOver = true;
      };
    },
  };
}
