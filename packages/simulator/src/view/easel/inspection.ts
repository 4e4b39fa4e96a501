import * as glassEasel from "glass-easel";
import type { ElementHandle } from "../../handle.js";
import { builtinOf } from "./builtin-definer.js";
import { fireTap } from "./dom-events.js";

/** Finds elements of a page as a test or a person would name them, in the page itself and in its components. */
export function findAll(root: glassEasel.GeneralComponent, selector: string): ElementHandle[] {
  return search(root, selector).map(handleOf);
}

function search(component: glassEasel.GeneralComponent, selector: string): glassEasel.Element[] {
  const shadow = component.getShadowRoot();
  if (shadow === null) return [];
  const found = shadow.querySelectorAll(tagAsClass(selector));
  const inside = components(shadow).flatMap((child) =>
    builtinOf(child) === undefined ? search(child, selector) : [],
  );
  const byTag = /^[a-z][a-z-]*$/.test(selector)
    ? elements(shadow).filter((node) => tagOf(node) === selector)
    : [];
  return [...new Set([...byTag, ...found, ...inside])];
}

/** The framework's selectors have no tags: a selector that is one is answered by walking. */
function tagAsClass(selector: string): string {
  return /^[a-z][a-z-]*$/.test(selector) ? `.\\0${selector}` : selector;
}

export function tagOf(node: glassEasel.Element): string {
  const builtin = builtinOf(node);
  if (builtin !== undefined) return builtin.tag;
  const { tagName, is } = node as unknown as { readonly tagName?: string; readonly is?: string };
  return tagName ?? is ?? "";
}

function handleOf(node: glassEasel.Element): ElementHandle {
  return {
    tag: tagOf(node),
    get id() {
      return node.id;
    },
    get dataset() {
      return { ...(node.dataset as Record<string, unknown>) };
    },
    text: () => textOf(node),
    tap: () => fireTap(node, { x: 0, y: 0 }),
    input(value) {
      const builtin = builtinOf(node);
      if (builtin?.instance.typed === undefined) {
        throw new Error(`input: expected an input or textarea, got <${tagOf(node)}>`);
      }
      builtin.instance.typed(value);
    },
    trigger: (name, detail) => node.triggerEvent(name, detail ?? {}, { bubbles: true, composed: true }),
  };
}

function textOf(node: glassEasel.Node): string {
  if (glassEasel.TextNode.isTextNode(node)) return node.textContent;
  return node.getComposedChildren().map(textOf).join("");
}

function elements(shadow: glassEasel.Element): glassEasel.Element[] {
  const found: glassEasel.Element[] = [];
  const visit = (node: glassEasel.Element): void => {
    for (const child of node.childNodes) {
      if (!glassEasel.Element.isElement(child)) continue;
      if (!glassEasel.VirtualNode.isVirtualNode(child)) found.push(child);
      visit(child);
    }
  };
  visit(shadow);
  return found;
}

function components(shadow: glassEasel.Element): glassEasel.GeneralComponent[] {
  return elements(shadow).flatMap((node) => (glassEasel.Component.isComponent(node) ? [node] : []));
}
