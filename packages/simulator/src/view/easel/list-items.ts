import * as glassEasel from "glass-easel";

/** By field: the data, or what of it changed, as generated templates ask for it. */
type Fields = Readonly<Record<string, unknown>>;

/** Knows which items of a template's lists have nothing to do with what changed. */
export interface ItemTracker {
  /** What to hand to the template instead: what is asked of these is noted. */
  watch(data: Fields, changed: Fields): readonly [data: Fields, changed: Fields];
}

interface Tracker extends ItemTracker {
  isInside: boolean;
  forget(node: object): void;
  /** @param update updates the item as if nothing had changed */
  isUntouched(node: object, update: () => void): boolean;
}

/** What the framework keeps of a `wx:for`. */
interface ListManager {
  diff: (
    this: ListManager,
    list: unknown,
    changed: unknown,
    element: glassEasel.Element,
    create: (item: unknown, index: unknown) => unknown,
    update: UpdateItem,
  ) => void;
}

type UpdateItem = (
  item: unknown,
  index: unknown,
  changed: unknown,
  isIndexChanged: boolean,
  node: object | undefined,
) => void;

const trackers = new WeakMap<object, Tracker>();
const patched = new WeakSet<object>();

/**
 * Of a list the framework looks at every item whenever anything changes. What an item asks about the rest of the data
 * is found once, by an update in which nothing has changed; after that it is passed over until it, its index or
 * something that it asks for is another.
 */
export function trackItems(component: object): ItemTracker {
  const asked = new WeakMap<object, ReadonlySet<string>>();
  let last: ReadonlySet<string> = new Set();
  let now: ReadonlySet<string> = last;
  let noting: Set<string> | undefined;

  const tracker: Tracker = {
    isInside: false,
    watch(data, changed) {
      now = new Set(Object.keys(changed));
      const watched = (fields: Fields, none: (name: string) => unknown): Fields =>
        new Proxy(fields, {
          get(target, name: string) {
            if (noting === undefined) return target[name];
            noting.add(name);
            return none(name);
          },
        });
      return [watched(data, (name) => data[name]), watched(changed, () => undefined)];
    },
    forget: (node) => void asked.delete(node),
    isUntouched(node, update) {
      let names = asked.get(node);
      if (names === undefined) {
        noting = new Set();
        try {
          update();
          names = noting;
        } finally {
          noting = undefined;
        }
        // Items of a list mostly ask the same.
        if (names.size === last.size && [...names].every((name) => last.has(name))) names = last;
        else last = names;
        asked.set(node, names);
      }
      for (const name of names) if (now.has(name)) return false;
      return true;
    },
  };
  trackers.set(component, tracker);
  return tracker;
}

/** The parameters of `ListManager.diff`, which reaches into the framework: with others it is another, and so may be what it does. */
const DIFF_PARAMETERS = 5;

/** Teaches the framework's lists to ask the trackers. Throws where they are none that it knows. */
export function passOverItems(space: glassEasel.ComponentSpace): void {
  const prototype = listPrototype(space);
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const { diff } = prototype;
  prototype.diff = function passing(list, changed, element, create, update) {
    const owner = element.ownerShadowRoot?.getHostNode();
    const tracker = owner === undefined ? undefined : trackers.get(owner);
    // Of a list in a list, items also ask about the outer item.
    if (tracker === undefined || tracker.isInside) {
      diff.call(this, list, changed, element, create, update);
      return;
    }
    tracker.isInside = true;
    try {
      diff.call(this, list, changed, element, create, (item, index, part, isIndexChanged, node) => {
        const isOther = part !== undefined || isIndexChanged || node === undefined;
        if (!isOther && tracker.isUntouched(node, () => update(item, index, undefined, false, node))) return;
        if (node !== undefined) tracker.forget(node);
        update(item, index, part, isIndexChanged, node);
      });
    } finally {
      tracker.isInside = false;
    }
  };
}

/** Only a list has it: one is made, where nothing is drawn. */
function listPrototype(space: glassEasel.ComponentSpace): ListManager {
  const content = () => () => ({
    C(...given: readonly unknown[]) {
      const list = given[4] as (...args: readonly unknown[]) => void;
      list([], null, undefined, null, () => {});
    },
    B: {},
  });
  const definition = space.define().template({ content }).registerComponent();
  const component = glassEasel.Component.createWithContext(
    "list",
    definition.general(),
    new glassEasel.EmptyBackendContext(),
  );
  const [node] = component.getShadowRoot()?.childNodes ?? [];
  const { keyList } = (node as { readonly _$wxTmplArgs?: { readonly keyList?: object } })?._$wxTmplArgs ?? {};
  const prototype = (keyList === undefined ? undefined : Object.getPrototypeOf(keyList)) as
    | Partial<ListManager>
    | undefined;
  if (prototype?.diff?.length !== DIFF_PARAMETERS)
    throw new Error(
      "glass-easel: expected the lists of version 0.12.1, got others; list-items.ts has to learn them first",
    );
  return prototype as ListManager;
}
