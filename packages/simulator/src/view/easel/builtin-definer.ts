import * as glassEasel from "glass-easel";
import type { BuiltinComponent, BuiltinHost, FormField, PropertyDefault } from "../../builtin/definition.js";
import { textOf } from "../../wx/text.js";
import { playAnimation } from "./animation-player.js";
import type { Surface } from "./surface.js";

const hosts = new WeakMap<object, BuiltinHost>();

/** Behaviors by which a custom component says that it is a field, or has fields inside. */
export interface FormBehaviors {
  readonly field: glassEasel.GeneralBehavior | undefined;
  readonly group: glassEasel.GeneralBehavior | undefined;
}

/** The built-in component behind a node, if it is one. */
export function builtinOf(node: glassEasel.Element): BuiltinHost | undefined {
  return hosts.get(node);
}

/** Registers the built-in components: authors use their tags without declaring them. */
export function defineBuiltins(
  space: glassEasel.ComponentSpace,
  builtins: readonly BuiltinComponent[],
  surface: Surface,
  forms: FormBehaviors,
): void {
  for (const builtin of builtins) {
    const properties = { ...COMMON, ...builtin.properties };
    const definition = space.defineComponent({
      is: `builtin/${builtin.tag}`,
      options: { multipleSlots: false, virtualHost: false },
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, property(name, value)]),
      ),
      lifetimes: {
        created() {
          const component = this as unknown as glassEasel.GeneralComponent;
          const host = createHost(component, builtin, surface, forms);
          hosts.set(component, host);
          host.instance = builtin.create?.(host) ?? {};
        },
        attached() {
          const host = hosts.get(this as object);
          if (host === undefined) return;
          for (const name of Object.keys(COMMON)) showCommon(host, name);
          host.instance.attached?.();
        },
        detached() {
          hosts.get(this as object)?.instance.detached?.();
        },
      },
    });
    space.setGlobalUsingComponent(builtin.tag, definition as never);
  }
}

/** What every component takes. */
const COMMON: Readonly<Record<string, PropertyDefault>> = {
  animation: null,
  hidden: false,
  ariaLabel: "",
  ariaRole: "",
  ariaHidden: false,
};

function showCommon({ element, get }: BuiltinHost, name: string): void {
  if (element === undefined) return;
  const value = get(name);
  if (name === "animation") playAnimation(element, value);
  else if (name === "hidden") element.toggleAttribute("hidden", value === true);
  else if (value !== "" && value !== false) {
    const attribute = name === "ariaRole" ? "role" : name === "ariaLabel" ? "aria-label" : "aria-hidden";
    element.setAttribute(attribute, String(value));
  }
}

function property(name: string, value: PropertyDefault): object {
  return {
    type: typeOf(value),
    ...(value === null ? {} : { value }),
    observer(this: object, next: unknown) {
      const host = hosts.get(this);
      if (host === undefined) return;
      if (name in COMMON) showCommon(host, name);
      // What is set before it is attached, `attached` finds.
      else if (glassEasel.Element.isAttached(this as glassEasel.GeneralComponent))
        duringChange(this, () => host.instance.changed?.(name, next));
    },
  };
}

/** Components whose property is being set right now, by an update of the author's. */
const changing = new WeakSet<object>();

function duringChange(component: object, act: () => void): void {
  changing.add(component);
  act();
  changing.delete(component);
}

function typeOf(value: PropertyDefault): unknown {
  if (value === null) return null;
  if (typeof value === "string") return String;
  if (typeof value === "number") return Number;
  if (typeof value === "boolean") return Boolean;
  return Array.isArray(value) ? Array : Object;
}

function createHost(
  component: glassEasel.GeneralComponent,
  builtin: BuiltinComponent,
  surface: Surface,
  forms: FormBehaviors,
): BuiltinHost {
  return {
    tag: builtin.tag,
    element: surface.elementOf(component) ?? undefined,
    get: (name) => (component.data as Record<string, unknown>)[name],
    defaultOf: (name) => builtin.properties[name] ?? COMMON[name] ?? null,
    put(name, value) {
      // What the author set before comes before it.
      surface.settle();
      component.setData({ [name]: value } as never);
    },
    trigger(name, detail, options) {
      const fire = (): void =>
        component.triggerEvent(name, detail, {
          bubbles: options?.bubbles === true,
          composed: options?.bubbles === true,
          capturePhase: true,
        });
      // What comes of the author's own update is heard when that is done: the handler may update again.
      if (changing.has(component)) queueMicrotask(fire);
      else fire();
    },
    ask(name, detail) {
      let answer: unknown;
      const event = new glassEasel.Event(name, detail, {
        handleListenerReturn: (returned) => {
          answer = returned;
        },
      });
      event.dispatch(component);
      // What the handler set comes before what it returned.
      surface.settle();
      return answer;
    },
    get id() {
      return component.id;
    },
    classNames: (names) => scopedNames(component, names),
    closest(...tags) {
      for (let at = component.getComposedParent(); at !== null; at = at.getComposedParent()) {
        const host = hosts.get(at);
        if (host !== undefined && tags.includes(host.tag)) return host;
      }
      return undefined;
    },
    all: (...tags) => hostsBelow(component, tags),
    fields: () => fieldsBelow(component, forms),
    siblings(...tags) {
      const owner = component.ownerShadowRoot;
      return owner === null ? [] : hostsBelow(owner, tags);
    },
    instance: {},
  };
}

/** The author's class names as they are in the DOM: with the prefixes of the template's own styles. */
function scopedNames(component: glassEasel.GeneralComponent, names: string): readonly string[] {
  const owner = component.ownerShadowRoot?.getHostNode();
  const options = owner?.getComponentOptions();
  const manager = owner?.getRootBehavior().ownerSpace.styleScopeManager;
  const prefixes = [options?.styleScope, options?.extraStyleScope].flatMap((scope) =>
    scope === null || scope === undefined ? [] : [manager?.queryName(scope) ?? ""],
  );
  return names
    .split(/\s+/u)
    .filter((name) => name !== "")
    .flatMap((name) =>
      (prefixes.length === 0 ? [""] : prefixes).map((prefix) =>
        prefix === "" ? name : `${prefix}--${name}`,
      ),
    );
}

function hostsBelow(node: glassEasel.Element, tags: readonly string[]): BuiltinHost[] {
  const found: BuiltinHost[] = [];
  const visit = (at: glassEasel.Element): void => {
    for (const child of at.getComposedChildren()) {
      if (glassEasel.TextNode.isTextNode(child)) continue;
      const host = hosts.get(child);
      if (host !== undefined && tags.includes(host.tag)) found.push(host);
      visit(child);
    }
  };
  visit(node);
  return found;
}

/** Fields of the node's own template: what components have inside is theirs, unless they say that they are a group. */
function fieldsBelow(node: glassEasel.Element, forms: FormBehaviors): FormField[] {
  const found: FormField[] = [];
  const visit = (at: glassEasel.Element): void => {
    for (const child of at.childNodes) {
      if (!glassEasel.Element.isElement(child)) continue;
      const host = hosts.get(child);
      if (host === undefined && glassEasel.Component.isComponent(child)) {
        if (isA(child, forms.field)) found.push(customField(child));
        const shadow = child.getShadowRoot();
        if (shadow !== null && isA(child, forms.group)) visit(shadow);
      }
      const name = host?.get("name");
      const field = host?.instance;
      if (typeof name === "string" && name !== "" && field?.value !== undefined) {
        found.push({ name, value: () => field.value?.(), reset: () => field.reset?.() });
      }
      visit(child);
    }
  };
  visit(node);
  return found;
}

function isA(
  component: glassEasel.GeneralComponent,
  behavior: glassEasel.GeneralBehavior | undefined,
): boolean {
  return behavior !== undefined && component.hasBehavior(behavior);
}

/** A custom component's `name` and `value` are those of a field. */
function customField(component: glassEasel.GeneralComponent): FormField {
  const data = component.data as Record<string, unknown>;
  return { name: textOf(data["name"]), value: () => data["value"], reset: () => {} };
}
