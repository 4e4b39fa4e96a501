import * as glassEasel from "glass-easel";
import { textOf } from "../../wx/text.js";
import type { Surface } from "./surface.js";

/** What templates.js lets the view put between WXS and the framework (program.ts). */
export interface TemplateFilters {
  A: (listener: ChangeListener) => ChangeListener;
  C?: EventCaller;
}

type ChangeListener = (
  next: unknown,
  before: unknown,
  owner: glassEasel.GeneralComponent,
  node: glassEasel.Element,
) => void;

/** `path` begins with 1 or 2 where the listener is a function of WXS, and not a method of the component. */
type EventCaller = (
  caller: object,
  event: object,
  listener: (event: object, owner?: object) => unknown,
  path?: readonly (string | number)[] | null,
) => unknown;

export interface WxsParts {
  readonly surface: Surface;
  readonly afterDraw: (act: () => void) => void;
  readonly after: (ms: number, act: () => void) => () => void;
  readonly report: (error: unknown, where: string) => void;
  /** Is told what event handlers return: a promise of theirs may be rejected. */
  readonly watch: (result: unknown) => void;
}

/** Styles and classes that WXS sets stand beside those of the template. */
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- a const enum cannot be imported: ANIMATION_EXTRA
export const WXS_SEGMENT: glassEasel.StyleSegmentIndex = 2;

/** Gives WXS what WeChat gives it: component descriptors, and change listeners that find their tree. */
export function bridgeWxs(filters: TemplateFilters, parts: WxsParts): void {
  const descriptors = new WeakMap<glassEasel.Element, object>();
  const describe = (node: glassEasel.Element): object => {
    const known = descriptors.get(node);
    if (known !== undefined) return known;
    const made = createDescriptor(node, parts, describe);
    descriptors.set(node, made);
    return made;
  };

  filters.A = (listener) => (next, before, owner, node) => {
    const tell = (): void =>
      (listener as unknown as (...args: readonly unknown[]) => void)(
        next,
        before,
        describe(owner),
        describe(node),
      );
    if (glassEasel.Element.isAttached(owner)) {
      tell();
      return;
    }
    // The first call comes while the tree is being made: what WXS looks for is there after that.
    parts.afterDraw(() => {
      try {
        tell();
      } catch (error) {
        parts.report(error, "wxs");
      }
    });
  };
  filters.C = (caller, event, listener, path) => {
    const kind = path?.[0];
    if (kind !== 1 && kind !== 2) {
      const returned = listener.call(caller, event);
      parts.watch(returned);
      return returned;
    }
    const owner = (caller as { readonly _$?: glassEasel.Element })._$ ?? (caller as glassEasel.Element);
    const { currentNode } = event as { readonly currentNode?: glassEasel.Element };
    const wrapped = { ...event, instance: currentNode === undefined ? undefined : describe(currentNode) };
    const returned = listener(wrapped, describe(owner));
    // A handler of WXS that returns false has stopped the event (documentation of WXS events).
    if (returned === false) (event as { stopPropagation(): void }).stopPropagation();
    return returned;
  };
}

function createDescriptor(
  node: glassEasel.Element,
  { surface, afterDraw, after }: WxsParts,
  describe: (node: glassEasel.Element) => object,
): object {
  const state = {};
  const component = glassEasel.Component.isComponent(node) ? node : undefined;
  const timers = new Map<number, () => void>();
  let lastTimer = 0;
  const find = (selector: string): glassEasel.Element[] =>
    component?.getShadowRoot()?.querySelectorAll(selector) ?? [];
  const toggle = (isOn: boolean) => (names: unknown) => {
    for (const name of String(names).split(/\s+/u)) {
      if (name !== "") node.classList?.toggle(name, isOn, WXS_SEGMENT);
    }
    return descriptor;
  };
  const descriptor = {
    selectComponent(selector: string) {
      const found = find(selector)[0];
      return found === undefined ? null : describe(found);
    },
    selectAllComponents: (selector: string) => find(selector).map(describe),
    setStyle(style: unknown) {
      node.setNodeStyle(styleText(style), WXS_SEGMENT);
      return descriptor;
    },
    addClass: toggle(true),
    removeClass: toggle(false),
    hasClass: (name: string) => node.classList?.contains(name) === true,
    getDataset: () => ({ ...node.dataset }),
    getState: () => state,
    callMethod(name: string, args: unknown) {
      const caller = component?.getMethodCaller() as unknown as Record<string, unknown> | undefined;
      const method = caller?.[name];
      if (typeof method === "function") (method as (args: unknown) => void).call(caller, args);
    },
    triggerEvent: (name: string, detail?: unknown, options?: object) =>
      node.triggerEvent(name, detail ?? {}, options),
    getComputedStyle: (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, surface.styleOf(node, name)])),
    getBoundingClientRect() {
      const { left, top, width, height } = surface.rectOf(node);
      return { left, top, width, height, right: left + width, bottom: top + height };
    },
    requestAnimationFrame: (act: () => void) => afterDraw(act),
    setTimeout(act: () => void, ms: number) {
      lastTimer += 1;
      timers.set(lastTimer, after(ms, act));
      return lastTimer;
    },
    clearTimeout: (id: number) => timers.get(id)?.(),
  };
  return descriptor;
}

function styleText(style: unknown): string {
  if (typeof style !== "object" || style === null) return textOf(style);
  return Object.entries(style)
    .map(
      ([name, value]) =>
        `${name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}:${String(value)}`,
    )
    .join(";");
}
