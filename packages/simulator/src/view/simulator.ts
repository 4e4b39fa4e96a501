import { createRuntime, type Clock, type RuntimeOptions, type Transport } from "@weapp-socket/runtime/core";
import { createBuiltins } from "../builtin/index.js";
import type { DomainLists } from "../domain-list.js";
import { createFaults } from "../faults/faults.js";
import { createRandom } from "../faults/random.js";
import type { Scenario } from "../faults/scenario.js";
import { playScenario } from "../faults/scenario-player.js";
import type { PageHandle, PhoneLook, RunSettings, SimulatorHandle } from "../handle.js";
import { PHONE_GLOBALS } from "../module-scope.js";
import type { Program } from "../program.js";
import type { Overlays } from "../wx/interface.js";
import type { HostCall } from "../wx/request.js";
import type { Store } from "../wx/storage.js";
import type { Device } from "../wx/system.js";
import { textOf } from "../wx/text.js";
import { createAppHolder } from "./app.js";
import type { Surface } from "./easel/backend.js";
import { createFramework, type Definers, type TemplateGroups } from "./easel/framework.js";
import { findAll } from "./easel/inspection.js";
import { createHostGate } from "./host-gate.js";
import { createModuleLoader, type ModuleSource } from "./module-loader.js";
import { createPageStack, type OpenPage, type PageStage, type StageOptions } from "./page-stack.js";
import { createRecorder, plain } from "./recorder.js";
import { createWxObject, type NavigationBar } from "./wx.js";

/** What a program runs on: a browser's page, or nothing that can be seen. */
export interface Platform {
  readonly surface: Surface;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly runtimeOptions: RuntimeOptions;
  readonly host: HostCall;
  /** Where requests may go; null: anywhere. */
  readonly domains: DomainLists | null;
  /** Faults to play from the start; null: none. */
  readonly scenario: Scenario | null;
  readonly store: Store;
  readonly overlays: Overlays;
  readonly device: () => Device;
  readonly stage: (options: StageOptions) => PageStage;
  readonly bar: NavigationBar;
  readonly setPhone: (changes: Partial<PhoneLook>) => void;
  readonly scrollPage: (top: number, durationMs: number) => void;
  /** Where the author's code finds `wx`, `Page` and the others. */
  readonly globals: Record<string, unknown>;
  /** Runs once what was set has been drawn. */
  readonly afterDraw: (act: () => void) => void;
  readonly reload: () => void;
}

/** A compiled program as it was loaded. */
export interface LoadedProgram {
  readonly program: Program;
  readonly modules: ReadonlyArray<readonly [path: string, source: ModuleSource]>;
  readonly templates: TemplateGroups;
}

export interface Simulator extends SimulatorHandle {
  /** Launches the app and opens its first page. */
  start(): void;
}

/** Runs one mini program. Nothing happens before `start`. */
export function createSimulator(
  { program, modules, templates }: LoadedProgram,
  platform: Platform,
): Simulator {
  const { clock, globals } = platform;
  const recorder = createRecorder(() => clock.now());
  const report = (error: unknown, where: string): void => {
    recorder.log("error", [error], where);
    app.tell("onError", error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error));
  };
  const guard = (where: string, act: () => unknown): void => {
    try {
      const result = act();
      if (result instanceof Promise) result.catch((error: unknown) => report(error, where));
    } catch (error) {
      report(error, where);
    }
  };
  const app = createAppHolder((where, act) => {
    try {
      act();
    } catch (error) {
      recorder.log("error", [error], where);
    }
  });
  let isVisible = true;

  const faults = createFaults(platform.transport, clock, createRandom(platform.scenario?.seed ?? 1));
  const runtime = createRuntime({
    ...platform.runtimeOptions,
    transport: faults.transport,
    clock,
    onUncaught: (error) => report(error, "socket listener"),
    onSocketTrace: (trace) => recorder.trace(trace),
  });
  const wx = createWxObject({
    program,
    runtime,
    recorder,
    pages: () => pages,
    overlays: platform.overlays,
    bar: platform.bar,
    store: platform.store,
    host: createHostGate({
      host: platform.host,
      faults,
      map: platform.runtimeOptions.map ?? [],
      domains: platform.domains,
    }),
    device: platform.device,
    after: (ms, act) => clock.setTimer(ms, act),
    nextTick: (act) => clock.defer(act),
    scrollPage: platform.scrollPage,
    selectorQuery: () => {
      const page = pages.pages.at(-1)?.mounted.caller as { createSelectorQuery?(): unknown } | undefined;
      return page?.createSelectorQuery?.();
    },
  });

  const builtins = createBuiltins((api, options) => (wx[api] as (options: object) => unknown)(options));
  const framework = createFramework(program, templates, builtins, platform.surface, report);
  const loader = createModuleLoader(
    Object.fromEntries(PHONE_GLOBALS.map((name) => [name, phoneGlobal(name, globals)])),
  );
  for (const [path, source] of modules) loader.define(path, source);

  let definers: Definers | undefined;
  const define =
    (name: "Page" | "Component" | "Behavior") =>
    (...args: readonly unknown[]): unknown => {
      if (definers === undefined) {
        if (name === "Behavior")
          return framework.behaviors
            .behavior()
            .definition(args[0] as never)
            .register();
        throw new Error(`${name}: expected to be called while a page's or component's script runs`);
      }
      return (definers[name] as (...given: readonly unknown[]) => unknown)(...args);
    };
  Object.assign(globals, {
    wx,
    App: (options: Readonly<Record<string, unknown>>) => app.define(options),
    getApp: () => app.get(),
    getCurrentPages: () => pages.pages.map(({ mounted }) => mounted.caller),
    Page: define("Page"),
    Component: define("Component"),
    Behavior: define("Behavior"),
  });

  const loaded = new Set<string>();
  function load(path: string): void {
    const unit = program.units[path];
    if (unit === undefined || loaded.has(path)) return;
    loaded.add(path);
    for (const used of Object.values(unit.usingComponents)) load(used);
    for (const used of Object.values(unit.generics)) if (used !== null) load(used);
    framework.define(path, (given) => {
      const outer = definers;
      let isDefined = false;
      const note = (real: unknown) => (options: unknown) => {
        isDefined = true;
        return (real as (options: unknown) => unknown)(options ?? {});
      };
      definers = { ...given, Page: note(given.Page), Component: note(given.Component) } as Definers;
      if (unit.script !== null) guard(unit.script, () => loader.run(unit.script as string));
      // A unit whose script failed, or is not there, is still shown: its template may say what is wrong.
      if (!isDefined) (unit.kind === "page" ? given.Page : given.Component)({} as never);
      definers = outer;
    });
  }

  const pages = createPageStack({
    program,
    framework,
    stage: platform.stage,
    load,
    guard,
    changed: () => recorder.emit({ type: "pages" }),
    afterMount: platform.afterDraw,
  });

  const handle: Simulator = {
    program,
    start() {
      recorder.emit({ type: "program", program });
      if (loader.has("app.js")) guard("app.js", () => loader.run("app.js"));
      const entry = textOf(program.appJson["entryPagePath"], program.pages[0]);
      const launch = { path: entry, query: {}, scene: 1001, referrerInfo: {} };
      app.tell("onLaunch", launch);
      app.tell("onShow", launch);
      const result = pages.reLaunch(`/${entry}`);
      if (!result.endsWith(":ok")) recorder.log("error", [result], "app.json");
      if (platform.scenario !== null) {
        playScenario(platform.scenario, {
          clock,
          faults,
          hide: () => handle.hide(),
          show: () => handle.show(),
          setNetworkType: (type) => handle.setNetworkType(type),
          onStep: (action, undo) =>
            recorder.log("info", [undo ? `${action.do} is over` : action.do], "scenario"),
        });
      }
    },
    pages: () => pages.pages.map(pageHandle),
    page() {
      const top = pages.pages.at(-1);
      if (top === undefined) throw new Error("page: expected the program to have opened a page");
      return pageHandle(top);
    },
    async idle() {
      for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => clock.defer(resolve));
      await new Promise<void>((resolve) => platform.afterDraw(resolve));
    },
    hide() {
      if (!isVisible) return;
      isVisible = false;
      pages.tellTop("onHide");
      app.tell("onHide");
      runtime.hide();
      recorder.emit({ type: "visibility", visible: false });
    },
    show() {
      if (isVisible) return;
      isVisible = true;
      runtime.show();
      app.tell("onShow", { path: pages.pages[0]?.path ?? "", query: {}, scene: 1001 });
      pages.tellTop("onShow");
      recorder.emit({ type: "visibility", visible: true });
    },
    setNetworkType: (type) => runtime.setNetworkType(type),
    setPhone: platform.setPhone,
    settings: runSettings(platform.runtimeOptions),
    faults,
    calls: recorder.calls,
    sockets: recorder.sockets,
    logs: recorder.logs,
    listen: (listener) => recorder.listen(listener),
    log: (level, parts, source) => recorder.log(level, parts, source),
    reload: platform.reload,
  };

  function pageHandle(page: OpenPage): PageHandle {
    return {
      path: page.path,
      query: page.query,
      data: (path) => plain(valueAt(page.mounted.caller.data, path)),
      setData: (changes) => page.mounted.caller.setData(changes),
      find: (selector) => findAll(page.mounted.component, selector)[0] ?? null,
      findAll: (selector) => findAll(page.mounted.component, selector),
    };
  }

  return handle;
}

function runSettings({
  profile = "device",
  urlCheck = false,
  requiredBackgroundModes,
}: RuntimeOptions): RunSettings {
  const runsHidden =
    requiredBackgroundModes?.some((mode) => mode === "audio" || mode === "location") ?? false;
  return { profile, urlCheck, suspends: profile === "device" && !runsHidden };
}

/** What libraries find when they look for the global object. */
function phoneGlobal(name: string, globals: Record<string, unknown>): unknown {
  if (name !== "Function") return globals;
  const phoneFunction = function (this: unknown, ...args: string[]) {
    const [body = ""] = args;
    if (args.length === 1 && /^\s*return\s+this\s*;?\s*$/.test(body)) return () => globals;
    throw new EvalError("Function: mini programs cannot make code from strings");
  };
  phoneFunction.prototype = Function.prototype;
  return phoneFunction;
}

/** "list[0].content" of a value. */
function valueAt(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return value;
  let at = value;
  for (const name of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
