import { createRuntime, programReferer, type RuntimeOptions } from "@weapp-socket/runtime/core";
import { createBuiltins } from "../builtin/index.js";
import { createFaults } from "../faults/faults.js";
import { createRandom } from "../faults/random.js";
import { playScenario, type ScenarioRun } from "../faults/scenario-player.js";
import type { RunSettings, SimulatorHandle } from "../handle.js";
import { urlRuleFault, urlRuleFaultText } from "../url-rule.js";
import { createAnswers } from "../wx/answers.js";
import { createEvents } from "../wx/events.js";
import { createStorage } from "../wx/storage.js";
import type { LaunchOptions } from "../wx/system.js";
import { textOf } from "../wx/text.js";
import { createAppHolder } from "./app.js";
import { createAuthorCode } from "./author-code.js";
import { componentMethods } from "./component-methods.js";
import { createFramework } from "./easel/framework.js";
import { findBuiltin } from "./easel/inspection.js";
import { createHostGate } from "./host-gate.js";
import { createModuleLoader } from "./module-loader.js";
import { createOpenTasks } from "./open-tasks.js";
import { createOverlays } from "./overlays.js";
import { createPageHandle } from "./page-handle.js";
import { createPageStack, tabItems, type OpenPage, type PageStack } from "./page-stack.js";
import type { LoadedProgram, Opening, Platform } from "./platform.js";
import { createRecorder } from "./recorder.js";
import { createSourcePlaces } from "./source-places.js";
import { createTabBar } from "./tab-bar.js";
import { parsePageUrl } from "./url.js";
import { createWxObject } from "./wx.js";
import { wxFunctions } from "./wx-functions.js";

export interface Simulator extends SimulatorHandle {
  /** Launches the app and opens its first page. */
  start(opening?: Opening): void;
  /** Something that nobody caught: the app's onError and the log hear of it. */
  uncaught(error: unknown, where: string): void;
  /** A promise of the author's that nobody waited for. */
  unhandled(reason: unknown, promise: unknown): void;
  /** Whether the app was told of an error, whose stack since then is one of the author's files. */
  isTold(error: unknown): boolean;
  /** Runs the author's code: what it throws is uncaught, what it rejects with unhandled. */
  run(where: string, act: () => unknown): void;
  /** The phone's theme is another. */
  themeChanged(): void;
  /** Pages end, sockets end, nothing is called afterwards. */
  destroy(): void;
}

/** Between two looks at a condition. */
const LOOK_MS = 5;
const DEFAULT_WAIT_MS = 4_000;

/** Runs one mini program. Nothing happens before `start`. */
export function createSimulator(
  { program, modules, templates, before }: LoadedProgram,
  platform: Platform,
): Simulator {
  const { clock, globals, surface } = platform;
  const maps = new Map(modules.flatMap(([path, , map]) => (map === undefined ? [] : [[path, map] as const])));
  const places = createSourcePlaces(maps, before);
  const recorder = createRecorder(() => clock.now(), places);
  const tasks = createOpenTasks(recorder);
  const note = (error: unknown, where: string): void => recorder.log("error", [error], where);
  const report = (error: unknown, where: string): void => {
    note(error, where);
    const text = toldText(error);
    app.tell("onError", text);
    // OFFICIAL: the message has the stack in it; earlier documentation has `stack` as well.
    events.emit("onError", { message: text, stack: error instanceof Error ? (error.stack ?? text) : text });
  };
  /** OBSERVED: what DevTools says before it; phones say the message and the stack. */
  const toldText = (error: unknown): string => {
    places.adopt(error);
    const head = platform.runtimeOptions.profile === "devtools" ? "MiniProgramError\n" : "";
    return head + (error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error));
  };
  const unhandled = (reason: unknown, promise: unknown): void => {
    note(reason, "unhandled rejection");
    places.adopt(reason);
    app.tell("onUnhandledRejection", { reason, promise });
    events.emit("onUnhandledRejection", { reason, promise });
  };
  const watch = (result: unknown): void => {
    if (result instanceof Promise) result.catch((reason: unknown) => unhandled(reason, result));
  };
  const guard = <T>(where: string, act: () => T): T | undefined => {
    try {
      const result = act();
      watch(result);
      return result;
    } catch (error) {
      report(error, where);
      return undefined;
    }
  };
  // What fails in onError must not call it again.
  const app = createAppHolder((where, act) => {
    try {
      const result = act();
      // What onUnhandledRejection itself rejects with must not call it again.
      if (where !== "App onUnhandledRejection") watch(result);
      else if (result instanceof Promise) result.catch((error: unknown) => note(error, where));
    } catch (error) {
      note(error, where);
      if (where !== "App onError") app.tell("onError", toldText(error));
    }
  });
  const events = createEvents(report);
  const overlays = createOverlays(platform.drawOverlay, () => recorder.emit({ type: "overlays" }));
  const answers = createAnswers((api) => typeof wx[api] === "function");
  const storage = createStorage(platform.store);
  let map = platform.runtimeOptions.map ?? [];
  let isVisible = true;
  let launched: LaunchOptions = { path: "", query: {}, scene: 1001, referrerInfo: {} };

  // A scenario's seed decides about jitter as well.
  let random = createRandom(1);
  let scenario: ScenarioRun | null = null;
  let { networkType = "wifi" } = platform.runtimeOptions;
  const faults = createFaults(platform.transport, clock, () => random());
  const runtime = createRuntime({
    ...platform.runtimeOptions,
    transport: faults.transport,
    clock,
    onUncaught: (error) => report(error, "socket listener"),
    onSocketTrace: (trace) => recorder.trace(trace),
  });
  const pages = (): PageStack => stack;
  const tabPaths = tabItems(program).map((item) => textOf(item["pagePath"]).replace(/^\//u, ""));
  const topPage = (): OpenPage | undefined => stack.pages.at(-1);
  const tabBar = createTabBar(
    program,
    () => tabPaths.indexOf(topPage()?.path ?? ""),
    (look) => platform.screen.drawTabBar(look),
  );
  const builtins = createBuiltins({
    wx: (api, options) => void (wx[api] as (options: object) => unknown)(options),
    assetUrl: platform.assetUrl,
    overlays,
    after: (ms, act) => clock.setTimer(ms, act),
    now: () => clock.now(),
    windowSize() {
      const { width, window } = platform.device();
      return { width, height: window.height };
    },
    keepFile(bytes, extension) {
      const path = platform.files.temporaryPath(extension);
      platform.files.write(path, bytes);
      return path;
    },
    answer: (api) => answers.answer(api, {}),
    share: () => void handle.share(),
    page: {
      setTitle: (title) => topPage()?.stage.setTitle(title),
      setBarColor: (front, background) => topPage()?.stage.setBarColor(front, background),
      setBarLoading: (isLoading) => topPage()?.stage.setBarLoading(isLoading),
      setBackground: (color) => topPage()?.stage.setBackground(color),
      setRootFontSize: (size) => topPage()?.stage.setRootFontSize(size),
      scrollTo: (top, durationMs) => topPage()?.stage.scrollTo(top, durationMs),
      holdBack: (instead) => stack.holdBack(instead),
    },
  });
  const wx = createWxObject(
    {
      runtime,
      recorder,
      tasks,
      answers,
      events,
      report,
      components: new Map(
        builtins.map(({ tag, properties }) => [tag, new Set(Object.keys(properties))] as const),
      ),
    },
    wxFunctions({
      program,
      platform,
      recorder,
      answers,
      events,
      overlays,
      storage,
      tabBar,
      pages,
      report,
      launched: () => launched,
      host: createHostGate({
        host: platform.host,
        faults,
        map: () => map,
        domains: platform.domains,
        referer: programReferer(platform.runtimeOptions),
      }),
    }),
  );

  // The framework says a thing each time that it meets it: once is enough.
  const warned = new Set<string>();
  const warn = (message: string, where: string): void => {
    const key = `${where} ${message}`;
    if (!warned.has(key)) recorder.log("warn", [message], where);
    warned.add(key);
  };
  const framework = createFramework({
    program,
    templates,
    builtins,
    surface,
    methods: componentMethods({ platform, pages, tabPaths, report }),
    after: (ms, act) => clock.setTimer(ms, act),
    afterDraw: platform.afterDraw,
    report,
    watch,
    warn,
    now: () => clock.now(),
    dataChanged: (path) => recorder.emit({ type: "data", path }),
  });
  const loader = createModuleLoader(platform.phoneGlobals);
  for (const [path, source] of modules) loader.define(path, source);
  const code = createAuthorCode({
    program,
    framework,
    loader,
    app,
    currentPages: () => stack.pages.map(({ mounted }) => mounted.caller),
    guard,
  });
  Object.assign(globals, { wx, ...code.globals });

  const entry = textOf(program.appJson["entryPagePath"], program.pages[0]).replace(/^\//u, "");
  const hasCustomTabBar = (program.appJson["tabBar"] as { custom?: unknown } | undefined)?.custom === true;
  const stack = createPageStack({
    program,
    framework,
    screen: platform.screen,
    tabPaths,
    entry,
    customTabBar: hasCustomTabBar ? "custom-tab-bar/index" : undefined,
    load: (path) => code.load(path),
    guard,
    changed() {
      tabBar.redraw();
      recorder.emit({ type: "pages" });
    },
    afterDraw: platform.afterDraw,
  });
  const handles = new WeakMap<OpenPage, ReturnType<typeof createPageHandle>>();
  const pageHandle = (page: OpenPage) => {
    const known = handles.get(page) ?? createPageHandle(page, stack, surface);
    handles.set(page, known);
    return known;
  };

  function open({ url = entry, scene = 1001 }: Opening): void {
    const found = parsePageUrl(`/${url.replace(/^\//u, "")}`, "");
    const path = found?.path ?? url;
    launched = { path, query: found?.query ?? {}, scene, referrerInfo: {} };
    app.tell("onLaunch", { ...launched });
    app.tell("onShow", { ...launched });
    const { errMsg } = stack.reLaunch(`/${url.replace(/^\//u, "")}`);
    if (errMsg.endsWith(":ok")) return;
    const missing = { path, query: launched.query, isEntryPage: true };
    const isHandled = app.tell("onPageNotFound", missing);
    events.emit("onPageNotFound", missing);
    if (!isHandled) recorder.log("error", [errMsg], "app.json");
  }

  const handle: Simulator = {
    program,
    wx,
    start(opening = {}) {
      recorder.emit({ type: "program", program });
      // The diagnostics say why there is nothing to run.
      if (program.pages.length === 0) return;
      code.start();
      open(opening);
      if (platform.scenario !== null) handle.playScenario(platform.scenario);
    },
    uncaught: report,
    unhandled,
    isTold: (error) => places.isAdopted(error),
    run: (where, act) => void guard(where, act),
    themeChanged() {
      const { theme } = platform.device();
      app.tell("onThemeChange", { theme });
      events.emit("onThemeChange", { theme });
      tabBar.redraw();
    },
    destroy() {
      scenario?.stop();
      stack.closeAll();
      runtime.destroy();
      framework.destroy();
    },
    app: () => app.get(),
    pages: () => stack.pages.map(pageHandle),
    page() {
      const top = topPage();
      if (top === undefined) throw new Error("page: expected the program to have opened a page");
      return pageHandle(top);
    },
    async idle() {
      for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => clock.defer(resolve));
      await new Promise<void>((resolve) => platform.afterDraw(resolve));
    },
    async waitFor(condition, { timeoutMs = DEFAULT_WAIT_MS } = {}) {
      let problem: unknown;
      for (let waited = 0; ; waited += LOOK_MS) {
        try {
          const value = condition();
          if (value !== undefined && value !== null && value !== false) return value;
          problem = undefined;
        } catch (error) {
          problem = error;
        }
        if (waited >= timeoutMs) break;
        await platform.pause(LOOK_MS);
      }
      const page = topPage()?.path ?? "no page";
      throw new Error(`waitFor: expected ${condition.toString()} within ${timeoutMs} ms, on ${page}`, {
        cause: problem,
      });
    },
    back: () => void stack.navigateBack(1),
    home: () => void stack.reLaunch(`/${entry}`),
    switchTab(index) {
      if (tabPaths[index] === undefined)
        throw new RangeError(
          `switchTab: expected the index of a tab, got ${index}: the program has ${tabPaths.length}`,
        );
      stack.touchTab(index);
    },
    overlays: overlays.shown,
    answers,
    storage,
    emit(event, payload) {
      if (!events.has(event))
        throw new Error(`emit: expected the name of an event, as "onThemeChange", got "${event}"`);
      events.emit(event, payload);
    },
    async share() {
      const page = topPage();
      const webView =
        page === undefined ? undefined : findBuiltin(page.mounted.component, "web-view", undefined);
      webView?.instance.command?.("tell", {});
      const asked = {
        from: "menu",
        ...(webView === undefined ? {} : { webViewUrl: textOf(webView.get("src")) }),
      };
      const given = page === undefined ? undefined : stack.tell(page, "onShareAppMessage", asked);
      const later = (await (given as { readonly promise?: unknown } | undefined)?.promise) as
        | object
        | undefined;
      const { title, path, imageUrl } = { ...(given as object | undefined), ...later } as Record<
        string,
        unknown
      >;
      return {
        title: textOf(title, textOf(page?.window["navigationBarTitleText"])),
        path: textOf(path, page?.path),
        imageUrl: textOf(imageUrl),
      };
    },
    hide() {
      if (!isVisible) return;
      isVisible = false;
      stack.tellTop("onHide");
      app.tell("onHide");
      runtime.hide();
      recorder.emit({ type: "visibility", visible: false });
    },
    show() {
      if (isVisible) return;
      isVisible = true;
      runtime.show();
      app.tell("onShow", { ...launched, path: stack.pages[0]?.path ?? "" });
      stack.tellTop("onShow");
      recorder.emit({ type: "visibility", visible: true });
    },
    get networkType() {
      return networkType;
    },
    setNetworkType(type) {
      runtime.setNetworkType(type);
      networkType = type;
      recorder.emit({ type: "network", networkType });
    },
    setPhone(changes) {
      const { fontSize } = changes;
      if (fontSize !== undefined && !(fontSize > 0))
        throw new RangeError(
          `setPhone: expected fontSize to be a number of CSS pixels above 0, got ${fontSize}`,
        );
      platform.setPhone(changes);
    },
    get map() {
      return map;
    },
    setMap(rules) {
      for (const [index, rule] of rules.entries()) {
        const fault = urlRuleFault(rule);
        if (fault !== null)
          throw new RangeError(`setMap: rule ${index + 1}: ${urlRuleFaultText(fault, rule)}`);
      }
      map = rules.map(({ from, to }) => ({ from, to }));
      runtime.setMap(map);
    },
    settings: runSettings(platform.runtimeOptions),
    faults,
    get scenario() {
      return scenario;
    },
    playScenario(wanted) {
      scenario?.stop();
      random = createRandom(wanted.seed);
      const run = playScenario(wanted, {
        clock,
        faults,
        hide: () => handle.hide(),
        show: () => handle.show(),
        setNetworkType: (type) => handle.setNetworkType(type),
        onStep: (action, undo) =>
          recorder.log("info", [undo ? `${action.do} is over` : action.do], "scenario"),
        onChange: () => recorder.emit({ type: "scenario" }),
      });
      scenario = run;
      recorder.emit({ type: "scenario" });
      return run;
    },
    calls: recorder.calls,
    sockets: recorder.sockets,
    sendOn: (id, data) => tasks.send(id, data),
    logs: recorder.logs,
    listen: (listener) => recorder.listen(listener),
    log: (...line) => recorder.log(...line),
    reload: platform.reload,
  };
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
