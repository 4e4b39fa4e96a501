import * as glassEasel from "glass-easel";
import type { BuiltinHost } from "../../builtin/definition.js";
import type { ElementHandle, TreeNode } from "../../handle.js";
import { contextOf } from "../../wx/contexts.js";
import { builtinOf } from "./builtin-definer.js";
import { fireLongPress, fireTap, fireTouch } from "./gestures.js";
import { parseSelector, type Matcher } from "./selector.js";
import type { Surface } from "./surface.js";
import { WXS_SEGMENT } from "./wxs.js";

type Node = glassEasel.Node;
type Element = glassEasel.Element;

/** Finds elements of a tree as a test or a person would name them, in the page itself and in its components. */
export function findAll(root: Element, selector: string, surface: Surface): ElementHandle[] {
  surface.settle();
  return search(root, parseSelector(selector)).map((node) => handleOf(node, surface));
}

function search(root: Element, matches: Matcher<Element>): Element[] {
  const found: Element[] = [];
  const path: Element[] = [];
  const visit = (node: Element): void => {
    for (const child of node.getComposedChildren()) {
      if (glassEasel.TextNode.isTextNode(child)) continue;
      const isReal = !glassEasel.VirtualNode.isVirtualNode(child);
      if (isReal && matches(child, path, describeNode)) found.push(child);
      if (isReal) path.push(child);
      visit(child);
      if (isReal) path.pop();
    }
  };
  visit(root);
  return found;
}

const describeNode = {
  tag: tagOf,
  id: (node: Element): string => node.id,
  hasClass: (node: Element, name: string): boolean => classesOf(node).includes(name),
  attribute: (node: Element, name: string): unknown => attributesOf(node)[name],
};

/** The classes that a node shows: external ones as the component's user gave them, and those that WXS added. */
function classesOf(node: Element): readonly string[] {
  const { classList } = node;
  if (classList === null) return [];
  const outer = node.ownerShadowRoot?.getHostNode();
  const external = outer?.getExternalClasses() ?? {};
  const names = [...wordsOf(classList.getClassNames()), ...wordsOf(classList.getClassNames(WXS_SEGMENT))];
  const resolved = names.flatMap((name) => {
    if (!(name in external) || outer === undefined) return [name];
    return externalClasses(outer, external[name] ?? []);
  });
  return [...new Set(resolved)];
}

/** Classes that a component was given by the template that it stands in: they may be external ones of that, too. */
function externalClasses(
  component: glassEasel.GeneralComponent,
  names: readonly string[],
): readonly string[] {
  const outer = component.ownerShadowRoot?.getHostNode();
  const external = outer?.getExternalClasses() ?? {};
  return names.flatMap((name) =>
    name in external && outer !== undefined ? externalClasses(outer, external[name] ?? []) : [name],
  );
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

export function tagOf(node: Element): string {
  const builtin = builtinOf(node);
  if (builtin !== undefined) return builtin.tag;
  const { tagName, is } = node as unknown as { readonly tagName?: string; readonly is?: string };
  return tagName ?? is ?? "";
}

/** What was set on a node: a component's properties, another one's attributes. */
function attributesOf(node: Element): Record<string, unknown> {
  if (glassEasel.Component.isComponent(node)) {
    const data = node.data as Record<string, unknown>;
    const names = node.getComponentDefinition().behavior.listProperties();
    return Object.fromEntries(names.map((name) => [name, data[name]]));
  }
  return Object.fromEntries(node.attributes.map(({ name, value }) => [name, value]));
}

export function handleOf(node: Element, surface: Surface): ElementHandle {
  /** The node as it is drawn with all that was set. */
  const drawn = (): Element => {
    surface.settle();
    return node;
  };
  const shown = (what: string): Element => {
    surface.settle();
    if (glassEasel.Element.isAttached(node)) return node;
    const id = node.id === "" ? "" : ` id="${node.id}"`;
    throw new Error(`${what}: expected an element of a page that is open, got <${tagOf(node)}${id}>`);
  };
  const builtin = (what: string): BuiltinHost => {
    shown(what);
    const host = builtinOf(node);
    if (host === undefined) throw new Error(`${what}: expected an input or textarea, got <${tagOf(node)}>`);
    return host;
  };
  return {
    tag: tagOf(node),
    get id() {
      return drawn().id;
    },
    get classes() {
      return classesOf(drawn());
    },
    get style() {
      return drawn().style;
    },
    get dataset() {
      return { ...(drawn().dataset as Record<string, unknown>) };
    },
    get attributes() {
      return attributesOf(drawn());
    },
    get isShown() {
      return glassEasel.Element.isAttached(drawn());
    },
    text: () => textOf(drawn()),
    find: (selector) => findAll(node, selector, surface)[0] ?? null,
    findAll: (selector) => findAll(node, selector, surface),
    rect: () => surface.rectOf(drawn()),
    tree: () => treeOf(drawn()),
    component: () => (glassEasel.Component.isComponent(node) ? node.getMethodCaller() : null),
    tap: () => fireTap(shown("tap"), { x: 0, y: 0 }),
    longPress: () => void fireLongPress(shown("longPress"), { x: 0, y: 0 }),
    touch(name, points = [{ x: 0, y: 0 }]) {
      const isCanvas = tagOf(node) === "canvas";
      const fingers = points.map((point) =>
        isCanvas ? { ...point, inCanvas: { x: point.x, y: point.y } } : point,
      );
      fireTouch(shown(`touch ${name}`), `touch${name}`, fingers);
    },
    input(value) {
      const { instance } = builtin("input");
      if (instance.typed === undefined)
        throw new Error(`input: expected an input or textarea, got <${tagOf(node)}>`);
      instance.typed(value);
    },
    confirm() {
      const { instance } = builtin("confirm");
      if (instance.confirmed === undefined)
        throw new Error(`confirm: expected an input or textarea, got <${tagOf(node)}>`);
      instance.confirmed();
    },
    choose(value) {
      const { instance } = builtin("choose");
      if (instance.chosen === undefined)
        throw new Error(`choose: expected a component that something is chosen in, got <${tagOf(node)}>`);
      instance.chosen(value);
    },
    trigger: (name, detail, options) =>
      shown("trigger").triggerEvent(name, detail ?? {}, {
        bubbles: options?.bubbles ?? false,
        composed: options?.bubbles ?? false,
        capturePhase: true,
      }),
  };
}

export function textOf(node: Node): string {
  if (glassEasel.TextNode.isTextNode(node)) return node.textContent;
  const own = glassEasel.VirtualNode.isVirtualNode(node) ? undefined : builtinOf(node)?.instance.text?.();
  return (own ?? "") + node.getComposedChildren().map(textOf).join("");
}

/** What a tree shows below a node: virtual nodes are looked through, blank text is left out. */
function shownBelow(node: Element): readonly Node[] {
  return node.getComposedChildren().flatMap((child) => {
    if (glassEasel.TextNode.isTextNode(child)) return child.textContent.trim() === "" ? [] : [child];
    return glassEasel.VirtualNode.isVirtualNode(child) ? shownBelow(child) : [child];
  });
}

/** The node at these child indices of `treeOf`. */
export function nodeAt(root: Element, path: readonly number[], surface: Surface): ElementHandle | null {
  let at: Element = root;
  for (const index of path) {
    const child = shownBelow(at)[index];
    if (child === undefined || glassEasel.TextNode.isTextNode(child)) return null;
    at = child;
  }
  return handleOf(at, surface);
}

/** A page as a test or a person reads it: tags, what was set on them, and text. */
export function treeOf(node: Element): TreeNode {
  const children = shownBelow(node).map((child): TreeNode =>
    glassEasel.TextNode.isTextNode(child)
      ? { tag: "#text", text: child.textContent, children: [] }
      : treeOf(child),
  );
  const isCustom = glassEasel.Component.isComponent(node) && builtinOf(node) === undefined;
  return {
    tag: tagOf(node),
    ...(node.id === "" ? {} : { id: node.id }),
    ...(classesOf(node).length === 0 ? {} : { class: classesOf(node).join(" ") }),
    ...(node.style === "" ? {} : { style: node.style }),
    ...(isCustom ? { component: node.is } : {}),
    attributes: given(node),
    dataset: { ...(node.dataset as Record<string, unknown>) },
    children,
  };
}

/** Attributes that are not what they are without being set. */
function given(node: Element): Record<string, unknown> {
  const attributes = attributesOf(node);
  const builtin = builtinOf(node);
  if (builtin === undefined) return attributes;
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name, value]) => value !== builtin.defaultOf(name) && value !== undefined,
    ),
  );
}

/** A built-in component of a page or component: by its id, else the first of its tag. */
export function findBuiltin(root: Element, tag: string, id: string | undefined): BuiltinHost | undefined {
  return search(root, parseSelector(tag))
    .map((node) => builtinOf(node))
    .find((host) => id === undefined || host?.id === id || host?.get("canvasId") === id);
}

/** What a selector query gives as a node's `node` or `context`. */
export function nodeHandle(node: Element, kind: "node" | "context"): unknown {
  const host = builtinOf(node);
  if (host === undefined) return null;
  if (kind === "node") return host.instance.node?.() ?? null;
  const { instance } = host;
  return instance.command === undefined
    ? null
    : contextOf(host.tag, { command: (name, options) => instance.command?.(name, options) });
}

/** A copy of data, whole and as deep as it is; functions in it stay what they are. */
export function copyOf(value: unknown): unknown {
  return glassEasel.dataUtils.deepCopy(value, true);
}
