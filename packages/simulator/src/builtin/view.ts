import type { BuiltinComponent } from "./definition.js";
import { mark } from "./dom.js";
import { TEXT_ENTITIES } from "./entities.js";

/** Classes that an element wears while it is held down (`hover-class`), after a delay and for a while longer. */
export const HOVER = {
  hoverClass: "none",
  hoverStopPropagation: false,
  hoverStartTime: 50,
  hoverStayTime: 400,
} as const;

export const view: BuiltinComponent = { tag: "view", properties: HOVER };

/** Fields that a label can be for. */
const LABELLED = ["checkbox", "radio", "switch", "button", "input", "textarea"];

export const label: BuiltinComponent = {
  tag: "label",
  properties: { for: "" },
  create: (host) => ({
    tapped() {
      const wanted = host.get("for");
      const target =
        wanted === "" ? host.all(...LABELLED)[0] : host.siblings(...LABELLED).find(({ id }) => id === wanted);
      target?.instance.tapped?.();
    },
  }),
};

export const text: BuiltinComponent = {
  tag: "text",
  properties: { selectable: false, userSelect: false, space: "", decode: false, maxLines: 0, overflow: "" },
  create(host) {
    const { element } = host;
    if (element === undefined) return {};
    const observer = new MutationObserver(show);

    function show(): void {
      const { get } = host;
      mark(element, "selectable", get("selectable") === true || get("userSelect") === true);
      observer.disconnect();
      const walker = document.createTreeWalker(element!, NodeFilter.SHOW_TEXT);
      while (walker.nextNode() !== null) {
        const node = walker.currentNode as Text;
        const shown = displayed(node.data, String(get("space")), get("decode") === true);
        if (shown !== node.data) node.data = shown;
      }
      observer.observe(element!, { characterData: true, childList: true, subtree: true });
    }

    return { attached: show, changed: show, detached: () => observer.disconnect() };
  },
};

/** What a text shows: written line breaks, wide spaces, and entities where they are asked for. */
export function displayed(source: string, space: string, decode: boolean): string {
  let shown = source.replaceAll(String.raw`\n`, "\n");
  const wide = TEXT_ENTITIES.get(space);
  if (wide !== undefined) shown = shown.replaceAll(" ", wide);
  if (decode)
    shown = shown.replaceAll(/&(\w+);/gu, (entity, name: string) => TEXT_ENTITIES.get(name) ?? entity);
  return shown;
}
