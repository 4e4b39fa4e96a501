import * as glassEasel from "glass-easel";

/** What the view asks of the place that it draws into. In a browser, DOM elements; without one, nothing to see. */
export interface Surface {
  readonly context: glassEasel.GeneralBackendContext;
  /** The element behind a node, where there is one. */
  elementOf(node: glassEasel.Element): HTMLElement | null;
  /** The node behind an element, or behind the nearest of its parents that has one. */
  nodeOf(element: Element | null): glassEasel.Element | null;
}

/** Author tags become `wx-*` elements, `html-*` the real ones; everything else keeps its name. */
export function domTag(tag: string, isBuiltin: (tag: string) => boolean): string {
  if (tag.startsWith("html-")) return tag.slice("html-".length);
  return isBuiltin(tag) ? `wx-${tag}` : tag;
}

/**
 * The DOM, without its events: a native `input` or `tap` must not reach authors beside the component's own, which have
 * other details. `dom-events.ts` passes on what is to pass.
 */
export function createDomSurface(isBuiltin: (tag: string) => boolean): Surface {
  const nodes = new WeakMap<Element, glassEasel.Element>();

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

    override onEvent(): void {
      // See above.
    }

    override setListenerStats(): void {
      // See above.
    }
  }

  return {
    context: new DomContext(),
    elementOf: (node) => {
      const element: unknown = node.$$;
      return element instanceof HTMLElement ? element : null;
    },
    nodeOf(element) {
      for (let at = element; at !== null; at = at.parentElement) {
        const node = nodes.get(at);
        if (node !== undefined) return node;
      }
      return null;
    },
  };
}
