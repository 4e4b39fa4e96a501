import * as glassEasel from "glass-easel";
import {
  MiniProgramEnv,
  type CodeSpace,
  type ComponentEnv,
  type Root,
} from "glass-easel-miniprogram-adapter";
import type { BuiltinComponent } from "../../builtin/definition.js";
import type { Program, Unit } from "../../program.js";
import { builtinOf, defineBuiltins } from "./builtin-definer.js";
import { commonBehavior } from "./overall-behavior.js";
import { adaptDefinition, instanceFields, type Definition } from "./definition.js";
import { passOverItems, trackItems, type ItemTracker } from "./list-items.js";
import { createLateDrawing } from "./late-drawing.js";
import { createNesting, type Nesting } from "./nesting.js";
import { warnOfMissingMethods } from "./missing-methods.js";
import { givePlainEvents } from "./plain-events.js";
import type { Surface } from "./surface.js";
import { bridgeWxs, type TemplateFilters, type WxsParts } from "./wxs.js";

/** glass-easel's generated template groups by unit path, as the compiled program hands them over. */
export type TemplateGroups = Readonly<Record<string, TemplateGroup>>;

/** What the compiler makes of a template: a function that gives those that make and update what is in it. */
export type TemplateGroup = (name: string) => (...args: readonly unknown[]) => TemplateContent;

interface TemplateContent {
  /** Makes the children; those of components that are among them as well. */
  readonly C: (...args: readonly unknown[]) => void;
}

export interface Templates {
  readonly groups: TemplateGroups;
  readonly filters: TemplateFilters;
}

/** The `Page`, `Component` and `Behavior` of the unit whose script runs. */
export interface Definers {
  Page(definition: Definition): void;
  /** Without a definition: the framework's builder. */
  Component(definition?: Definition): unknown;
  readonly Behavior: BehaviorDefiner;
}

export interface BehaviorDefiner {
  (definition?: Definition): unknown;
  trait(...args: readonly unknown[]): unknown;
}

/** What an author's page is to the rest of the view. */
export interface Mounted {
  readonly component: glassEasel.GeneralComponent;
  /** `this` of the author's methods. */
  readonly caller: Record<string, unknown> & {
    setData(changes: object, done?: () => void): void;
    data: unknown;
  };
  /** Puts the page into an element; null: where nothing is drawn. */
  attach(parent: HTMLElement | null): void;
  /** Tells the page's components of a page life-cycle: "show", "hide", "resize". */
  tellComponents(name: string, ...args: readonly unknown[]): void;
  release(): void;
}

export interface FrameworkParts extends WxsParts {
  readonly program: Program;
  readonly templates: Templates;
  readonly builtins: readonly BuiltinComponent[];
  readonly surface: Surface;
  /** Methods of every page and component, beside the framework's own. */
  readonly methods: Readonly<Record<string, (this: object, ...args: readonly unknown[]) => unknown>>;
  readonly warn: (message: string, where: string) => void;
  readonly now: () => number;
  /** The data of a page or component is another. */
  readonly dataChanged: (path: string) => void;
}

export interface Framework {
  /** Runs `act` with the definers of a unit; what it defines is that unit. */
  define(path: string, act: (definers: Definers) => void): void;
  /** A behavior outside of any unit's script. */
  readonly Behavior: BehaviorDefiner;
  /** Whether a unit has been defined. */
  isDefined(path: string): boolean;
  create(path: string, query: Readonly<Record<string, string>>): Mounted;
  /** Leaves the framework's own listeners. */
  destroy(): void;
}

/** Behaviors that WeChat knows by name. */
const KNOWN_BEHAVIORS: Readonly<Record<string, Definition>> = {
  "wx://form-field": { properties: { name: String, value: null } },
  "wx://form-field-group": {},
  "wx://form-field-button": { properties: { formType: String } },
  "wx://component-export": {},
  "wx://proxy-scroll-view": {},
};

/** All that is known of glass-easel and its mini program adapter is in this folder. */
export function createFramework(parts: FrameworkParts): Framework {
  const { program, templates, surface } = parts;
  givePlainEvents();
  bridgeWxs(templates.filters, parts);
  const env = new MiniProgramEnv();
  const backend = env.associateBackend(surface.context);
  const space = env.createCodeSpace("program", true);
  const stopListening = listenToErrors(space.getComponentSpace(), parts);
  keepIds(space);
  const components = space.getComponentSpace();
  warnOfMissingMethods(components, parts.warn);
  components.updateComponentOptions({
    writeIdToDOM: true,
    writeFieldsToNode: false,
    useMethodCallerListeners: true,
    templateEngine: createLateDrawing(parts),
  });
  const known = new Map(
    Object.entries(KNOWN_BEHAVIORS).map(
      ([name, definition]) =>
        [
          name,
          space
            .behavior()
            .definition(definition as never)
            .register(),
        ] as const,
    ),
  );
  defineBuiltins(components, parts.builtins, surface, {
    field: innerBehavior(known.get("wx://form-field")),
    group: innerBehavior(known.get("wx://form-field-group")),
  });
  space.setOverallBehavior(commonBehavior(components, parts));

  const adapt = (definition: Definition, where: string): Definition =>
    adaptDefinition(definition, {
      behavior: (name) => known.get(name),
      inner: (behavior) => innerBehavior(behavior) ?? behavior,
      warn: (message) => parts.warn(message, where),
    });
  const defineBehavior = Object.assign(
    (definition?: Definition) =>
      definition === undefined
        ? space.behavior()
        : space
            .behavior()
            .definition(adapt(definition, "Behavior") as never)
            .register(),
    {
      trait: (...args: readonly unknown[]) =>
        (space.traitBehavior as (...given: readonly unknown[]) => unknown)(...args),
    },
  );
  /** What pages have that cannot be copied, by unit. */
  const instances = new Map<string, Definition>();
  const defined = new Set<string>();

  const nesting = createNesting();
  passOverItems(components);
  for (const unit of Object.values(program.units)) addUnit(space, unit, templates.groups, nesting);
  space.addComponentStaticConfig(BLANK, { component: false, usingComponents: {} });
  space.componentEnv(BLANK, (definers: ComponentEnv) => definers.Page({}));

  function mount(path: string, search: string): Mounted {
    const root = backend.createRoot(ROOT_TAG, space, search === "" ? path : `${path}?${search}`);
    const caller = root.get() as unknown as Mounted["caller"];
    Object.assign(caller, instances.get(path));
    return mountedOf(root, caller);
  }

  return {
    Behavior: defineBehavior,
    isDefined: (path) => defined.has(path),
    define(path, act) {
      space.componentEnv(path, (definers: ComponentEnv) =>
        act({
          Page(definition) {
            defined.add(path);
            const fields = instanceFields(definition);
            instances.set(path, fields);
            const rest = Object.fromEntries(
              Object.entries(definition).filter(([name]) => !Object.hasOwn(fields, name)),
            );
            definers.Page(adapt(rest, path) as never);
          },
          Component(definition) {
            defined.add(path);
            if (definition === undefined) return definers.Component();
            definers.Component(adapt(definition, path) as never);
            return undefined;
          },
          Behavior: defineBehavior,
        }),
      );
    },
    create(path, query) {
      try {
        return mount(path, new URLSearchParams(query).toString());
      } catch (error) {
        parts.report(isOverflow(error) ? new Error(ENDLESS, { cause: error }) : error, path);
        return mount(BLANK, "");
      }
    },
    destroy: stopListening,
  };
}

/** The framework's own behavior behind the adapter's. */
function innerBehavior(behavior: unknown): glassEasel.GeneralBehavior | undefined {
  return (behavior as { readonly _$?: glassEasel.GeneralBehavior } | null | undefined)?._$;
}

const ENDLESS = "what the page draws does not end: does a template use itself, or a value contain itself?";

/** Whether the stack was full. */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack|recursion/u.test(error.message);
}

/** What stands where a page cannot be made. */
const BLANK = "weapp-socket/blank";

/** The element of a page's root component; it lays out as if it were not there. */
const ROOT_TAG = "wx-page-body";

function mountedOf(root: Root, caller: Mounted["caller"]): Mounted {
  const component = root.getComponent();
  return {
    component,
    caller,
    attach(parent) {
      if (parent === null) {
        glassEasel.Element.pretendAttached(component);
        return;
      }
      const placeholder = document.createElement("div");
      parent.append(placeholder);
      root.attach(parent as never, placeholder as never);
    },
    tellComponents: (name, ...args) => component.triggerPageLifetime(name, [...args]),
    release: () => root.release(),
  };
}

/** What the framework warns of and a phone takes without a word. */
const SILENT: readonly RegExp[] = [
  /is not a valid property$/u,
  /is not a valid event binding or slot value$/u,
  /^Use number as for-list/u,
  // wx:key="index": no item has it, its place is the key.
  /^Some keys are not unique while list updates: ""\.$/u,
  // A package's relation to one of its components that the program does not use.
  /^the target of relation .* \(when preparing behavior "miniprogram_npm\//u,
];
/** Of a built-in component, which has no path, this is nothing either: the default takes its place. */
const WRONG_TYPE = /received type-incompatible value/u;

/** Errors that the framework caught, as far as they are this program's. */
function listenToErrors(
  space: glassEasel.ComponentSpace,
  { report, warn }: Pick<FrameworkParts, "report" | "warn">,
): () => void {
  const isOurs = (related: unknown): boolean =>
    !glassEasel.Component.isComponent(related) || related.getRootBehavior().ownerSpace === space;
  const heard = (error: unknown, method?: string, related?: unknown): boolean => {
    if (!isOurs(related)) return true;
    const where =
      typeof related === "string" ? related : ((related as { is?: string } | undefined)?.is ?? "");
    tellOwner(related, error);
    report(error, `${where} ${method ?? ""}`.trim());
    return false;
  };
  const warned = (message: string, related?: unknown): boolean => {
    if (!isOurs(related)) return true;
    const where =
      typeof related === "string" ? related : ((related as { is?: string } | undefined)?.is ?? "");
    const isNothing =
      SILENT.some((pattern) => pattern.test(message)) || (where === "" && WRONG_TYPE.test(message));
    if (!isNothing) warn(message, where);
    return false;
  };
  glassEasel.addGlobalErrorListener(heard as never);
  glassEasel.addGlobalWarningListener(warned as never);
  return () => {
    glassEasel.removeGlobalErrorListener(heard as never);
    glassEasel.removeGlobalWarningListener(warned as never);
  };
}

/** What a listener on a built-in component throws is of the component that wrote the listener. */
function tellOwner(related: unknown, error: unknown): void {
  if (!glassEasel.Component.isComponent(related) || builtinOf(related) === undefined) return;
  related.ownerShadowRoot?.getHostNode().triggerLifetime("error", [error]);
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

function addUnit(space: CodeSpace, unit: Unit, groups: TemplateGroups, nesting: Nesting): void {
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
      groupList: groups,
      content: tracked(nested(content, unit.path, nesting), unit),
      fallbackListenerOnNativeNode: true,
    });
  }
}

type Data = Readonly<Record<string, unknown>>;

/** The template, aware of which items of its lists a change concerns. */
function tracked(group: TemplateGroup, { updates }: Unit): TemplateGroup {
  if (!updates.byItem) return group;
  const trackers = new WeakMap<object, ItemTracker>();
  return (name) => {
    const make = group(name);
    if (name !== "") return make;
    return (wrapper, isCreation, data, changed) => {
      if (isCreation === true) return make(wrapper, isCreation, data, changed);
      const { shadowRoot } = wrapper as { readonly shadowRoot: glassEasel.ShadowRoot };
      const component = shadowRoot.getHostNode();
      const tracker = trackers.get(component) ?? trackItems(component);
      trackers.set(component, tracker);
      const [watchedData, watchedChanges] = tracker.watch(data as Data, changed as Data);
      return make(wrapper, isCreation, watchedData, watchedChanges);
    };
  };
}

/** The template, aware of how deep it stands. */
function nested(group: TemplateGroup, path: string, nesting: Nesting): TemplateGroup {
  return (name) => {
    const make = group(name);
    if (name !== "") return make;
    return (...args) => {
      const content = make(...args);
      return { ...content, C: (...given) => nesting(path, () => content.C(...given)) };
    };
  };
}
