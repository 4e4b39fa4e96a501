import * as glassEasel from "glass-easel";
import type { Program } from "../../program.js";
import { createSetDataRules } from "./set-data.js";

export interface CommonParts {
  readonly program: Program;
  /** Methods of every page and component, beside the framework's own. */
  readonly methods: Readonly<Record<string, (this: object, ...args: readonly unknown[]) => unknown>>;
  readonly warn: (message: string, where: string) => void;
  readonly now: () => number;
  /** The data of a page or component is another. */
  readonly dataChanged: (path: string) => void;
}

/** `this` of the author's code; the framework's own component is behind it. */
interface Caller {
  readonly _$: glassEasel.GeneralComponent;
  readonly is: string;
  setData: (changes: unknown, done?: () => void) => void;
}

/** What every page and component has. */
export function commonBehavior(
  space: glassEasel.ComponentSpace,
  { program, methods, warn, now, dataChanged }: CommonParts,
): glassEasel.GeneralBehavior {
  const rules = createSetDataRules({ now, warn, isPage: (path) => program.units[path]?.kind === "page" });
  const gone = new WeakSet();
  let attached: glassEasel.GeneralComponent[] = [];

  function watchSetData(caller: Caller): void {
    const inner = caller.setData.bind(caller);
    const setData = (changes: object, done: (() => void) | undefined): void => {
      try {
        inner(changes, done);
      } catch (error) {
        // What is gone keeps its data and draws nothing: the framework has given its nodes away.
        if (!gone.has(caller)) throw error;
      }
    };
    const { is } = caller;
    Object.defineProperty(caller, "setData", {
      configurable: true,
      writable: true,
      value(changes: unknown, done?: () => void) {
        rules.run(caller, is, () => setData(rules.taken(is, changes), done));
        dataChanged(is);
      },
    });
  }

  return (
    space
      .define()
      .methods(methods as never)
      .init((context) => watchSetData((context as unknown as { readonly self: Caller }).self))
      // The framework never says `ready`: it is due once what is attached together has been drawn.
      .lifetime("attached", function attach() {
        gone.delete(this);
        attached.push((this as unknown as Caller)._$);
        if (attached.length > 1) return;
        queueMicrotask(() => {
          const waiting = attached;
          attached = [];
          for (const each of insideOut(waiting)) {
            if (glassEasel.Element.isAttached(each)) each.triggerLifetime("ready", []);
          }
        });
      })
      .lifetime("detached", function leave() {
        gone.add(this);
      })
      .registerBehavior()
  );
}

/**
 * Components in the order in which they are ready; given in that of `attached`, outside in. COMMUNITY, as page-stack.ts
 * has it: they are ready after their page's `onShow` and before its `onReady`, and what is inside of a component before
 * it (星河小程序, "生命周期说明", which has the outer one first itself and names this as WeChat's order).
 */
function insideOut(attached: readonly glassEasel.GeneralComponent[]): glassEasel.GeneralComponent[] {
  const ordered: glassEasel.GeneralComponent[] = [];
  const open: glassEasel.GeneralComponent[] = [];
  for (const component of attached) {
    for (let last = open.at(-1); last !== undefined && !isInside(component, last); last = open.at(-1)) {
      ordered.push(last);
      open.pop();
    }
    open.push(component);
  }
  return [...ordered, ...open.toReversed()];
}

function isInside(node: glassEasel.Element, outer: glassEasel.Element): boolean {
  for (let at = node.getComposedParent(); at !== null; at = at.getComposedParent()) {
    if (at === outer) return true;
  }
  return false;
}
