import * as glassEasel from "glass-easel";
import {
  MiniProgramEnv,
  type CodeSpace,
  type ComponentEnv,
  type Root,
} from "glass-easel-miniprogram-adapter";
import type { Program, Unit } from "../../program.js";
import type { BuiltinComponent } from "../../builtin/definition.js";
import { defineBuiltins } from "./builtin-definer.js";
import { givePlainEvents } from "./plain-events.js";
import type { Surface } from "./backend.js";

/** glass-easel's generated template groups by unit path, as the compiled program hands them over. */
export type TemplateGroups = Readonly<Record<string, (name: string) => unknown>>;

/** The `Page`, `Component` and `Behavior` of the module that is being run. */
export type Definers = ComponentEnv;

/** What an author's page or component is to the rest of the view. */
export interface Mounted {
  readonly root: Root;
  readonly component: glassEasel.GeneralComponent;
  /** `this` of the author's methods. */
  readonly caller: Record<string, unknown> & {
    setData(changes: object, done?: () => void): void;
    data: unknown;
  };
  release(): void;
}

export interface Framework {
  /** Runs `act` with the definers of a unit; what it defines is that unit. */
  define(path: string, act: (definers: Definers) => void): void;
  /** A behavior outside of any unit's script. */
  readonly behaviors: CodeSpace;
  create(path: string): Mounted;
  /** Puts a page into an element. */
  attach(mounted: Mounted, parent: HTMLElement | null): void;
}

/** All that is known of glass-easel and its mini program adapter is in this folder. */
export function createFramework(
  program: Program,
  groups: TemplateGroups,
  builtins: readonly BuiltinComponent[],
  surface: Surface,
  onError: (error: unknown, where: string) => void,
): Framework {
  givePlainEvents();
  glassEasel.addGlobalErrorListener((error, method, related) => {
    const where = typeof related === "string" ? related : (related?.is ?? "");
    onError(error, `${where} ${method ?? ""}`.trim());
    return false;
  });
  const env = new MiniProgramEnv();
  const backend = env.associateBackend(surface.context);
  const space = env.createCodeSpace("program", true);
  keepIds(space);
  const components = space.getComponentSpace();
  components.updateComponentOptions({
    writeIdToDOM: true,
    writeFieldsToNode: false,
  });
  defineBuiltins(components, builtins, surface);
  space.setOverallBehavior(readiness(components));

  for (const unit of Object.values(program.units)) addUnit(space, unit, groups);

  return {
    behaviors: space,
    define(path, act) {
      space.componentEnv(path, (definers) => act(definers));
    },
    create(path) {
      const root = backend.createRoot("body", space, path);
      const component = root.getComponent();
      return {
        root,
        component,
        caller: root.get() as unknown as Mounted["caller"],
        release: () => root.release(),
      };
    },
    attach({ root }, parent) {
      if (parent === null) {
        glassEasel.Element.pretendAttached(root.getComponent());
        return;
      }
      const placeholder = document.createElement("div");
      parent.append(placeholder);
      root.attach(parent as never, placeholder as never);
    },
  };
}

/** The adapter prefixes every id that it writes to the DOM; `#id` in WXSS, and scroll-into-view, need it as it is. */
function keepIds(space: CodeSpace): void {
  const internal = space as unknown as {
    prepareComponentOptions(...args: unknown[]): [options: object, styleIsolation: unknown];
  };
  const prepare = internal.prepareComponentOptions.bind(space);
  internal.prepareComponentOptions = (...args) => {
    const [options, styleIsolation] = prepare(...args);
    return [{ ...options, idPrefixGenerator: null }, styleIsolation];
  };
}

function addUnit(space: CodeSpace, unit: Unit, groups: TemplateGroups): void {
  const usingComponents: Record<string, string> = {};
  for (const [tag, path] of Object.entries(unit.usingComponents)) usingComponents[tag] = `/${path}`;
  const componentGenerics: Record<string, true | { default: string }> = {};
  for (const [tag, path] of Object.entries(unit.generics)) {
    componentGenerics[tag] = path === null ? true : { default: `/${path}` };
  }
  space.addComponentStaticConfig(unit.path, {
    component: unit.kind === "component",
    usingComponents,
    componentGenerics,
    styleIsolation: unit.styleIsolation as never,
  });
  if (unit.stylePrefix !== "") space.addStyleSheet(unit.path, undefined, unit.stylePrefix);
  const content = groups[unit.path];
  if (content !== undefined) {
    space.addCompiledTemplate(unit.path, {
      groupList: groups as never,
      content: content as never,
      fallbackListenerOnNativeNode: true,
    });
  }
}

/** The framework never says `ready`: it is due once what is attached together has been drawn. */
function readiness(space: glassEasel.ComponentSpace): glassEasel.GeneralBehavior {
  return space.defineBehavior({
    lifetimes: {
      attached() {
        // `this` is the author's; the framework's own component is behind it.
        const { _$: component } = this as unknown as { readonly _$: glassEasel.GeneralComponent };
        queueMicrotask(() => component.triggerLifetime("ready", []));
      },
    },
  });
}
