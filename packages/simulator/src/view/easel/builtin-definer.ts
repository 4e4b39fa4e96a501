import * as glassEasel from "glass-easel";
import type { BuiltinComponent, BuiltinHost, PropertyDefault } from "../../builtin/definition.js";
import type { Surface } from "./backend.js";

const hosts = new WeakMap<object, BuiltinHost>();

/** The built-in component behind a node, if it is one. */
export function builtinOf(node: glassEasel.Element): BuiltinHost | undefined {
  return hosts.get(node);
}

/** Registers the built-in components: authors use their tags without declaring them. */
export function defineBuiltins(
  space: glassEasel.ComponentSpace,
  builtins: readonly BuiltinComponent[],
  surface: Surface,
): void {
  for (const builtin of builtins) {
    const definition = space.defineComponent({
      is: `builtin/${builtin.tag}`,
      options: { multipleSlots: false, virtualHost: false },
      properties: Object.fromEntries(
        Object.entries(builtin.properties).map(([name, value]) => [name, property(name, value)]),
      ),
      lifetimes: {
        created() {
          const component = this as unknown as glassEasel.GeneralComponent;
          const host = createHost(component, builtin, surface);
          hosts.set(component, host);
          host.instance = builtin.create?.(host) ?? {};
        },
        attached() {
          hosts.get(this as object)?.instance.attached?.();
        },
        detached() {
          hosts.get(this as object)?.instance.detached?.();
        },
      },
    });
    space.setGlobalUsingComponent(builtin.tag, definition as never);
  }
}

function property(name: string, value: PropertyDefault): object {
  return {
    type: typeOf(value),
    ...(value === null ? {} : { value }),
    observer(this: object, next: unknown) {
      hosts.get(this)?.instance.changed?.(name, next);
    },
  };
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
): BuiltinHost {
  return {
    tag: builtin.tag,
    element: surface.elementOf(component) ?? undefined,
    get: (name) => (component.data as Record<string, unknown>)[name],
    put: (name, value) => component.setData({ [name]: value } as never),
    trigger: (name, detail, options) =>
      component.triggerEvent(name, detail, {
        bubbles: options?.bubbles === true,
        composed: options?.bubbles === true,
      }),
    ask(name, detail) {
      let answer: unknown;
      const event = new glassEasel.Event(name, detail, {
        handleListenerReturn: (returned) => {
          answer = returned;
        },
      });
      event.dispatch(component);
      return answer;
    },
    get id() {
      return component.id;
    },
    closest(...tags) {
      for (let at = parentOf(component); at !== null; at = parentOf(at)) {
        const host = hosts.get(at);
        if (host !== undefined && tags.includes(host.tag)) return host;
      }
      return undefined;
    },
    all: (...tags) => hostsBelow(component, tags),
    root() {
      let top: glassEasel.Element = component;
      for (let at = parentOf(top); at !== null; at = parentOf(at)) top = at;
      return { all: (...tags) => hostsBelow(top, tags) };
    },
    instance: {},
  };
}

function hostsBelow(node: glassEasel.Element, tags: readonly string[]): BuiltinHost[] {
  const found: BuiltinHost[] = [];
  walk(node, (child) => {
    const host = hosts.get(child);
    if (host !== undefined && tags.includes(host.tag)) found.push(host);
  });
  return found;
}

function parentOf(node: glassEasel.Element): glassEasel.Element | null {
  return node.getComposedParent();
}

function walk(node: glassEasel.Element, visit: (node: glassEasel.Element) => void): void {
  for (const child of node.getComposedChildren()) {
    if (glassEasel.TextNode.isTextNode(child)) continue;
    visit(child);
    walk(child, visit);
  }
}
