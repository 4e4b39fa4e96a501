import { openRelay, type Relay } from "../relay/page/relay.js";
import type { SessionInfo } from "../host/session-info.js";
import type { Program } from "../program.js";
import { BUILT_IN_TAGS } from "../compiler/built-in-tags.js";
import type { ModuleSource } from "../view/module-loader.js";
import type { TemplateGroups } from "../view/easel/framework.js";
import { createDomSurface } from "../view/easel/backend.js";
import { passDomEvents } from "../view/easel/dom-events.js";
import { textOf } from "../wx/text.js";
import { createSimulator, type Simulator } from "../view/simulator.js";
import { createBrowserClock, createBrowserTransport } from "@weapp-socket/runtime";
import { createChrome, pageUnits } from "./chrome.js";
import { tapConsole } from "./console.js";
import { createOverlays } from "./overlays.js";
import { createPhone } from "./phone.js";
import { withWishes } from "./wishes.js";
import "./chrome.css";
import "./status-bar.css";
import "./builtin.css";
import "./overlays.css";

const clock = createBrowserClock();

async function loadJson<T>(name: string): Promise<T> {
  const response = await fetch(`../program/${name}`);
  if (!response.ok) throw new Error(`${name}: expected 200, got ${response.status}`);
  return (await response.json()) as T;
}

function loadScript(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `../program/${name}`;
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${name} could not be loaded`)));
    document.head.append(script);
  });
}

async function boot(): Promise<void> {
  const modules: Array<readonly [string, ModuleSource]> = [];
  let templates: TemplateGroups = {};
  Object.assign(window, {
    __weappDefine: (path: string, source: ModuleSource) => modules.push([path, source]),
    __weappTemplates: (groups: TemplateGroups) => {
      templates = groups;
    },
  });
  const [session, program, styles] = await Promise.all([
    loadJson<SessionInfo>("session.json").then((started) => withWishes(started, location.search)),
    loadJson<Program>("program.json"),
    loadJson<Record<string, string>>("styles.json"),
    loadScript("modules.js"),
    loadScript("templates.js"),
  ]);
  const relay =
    session.token === null ? undefined : await openRelay(new URL("../", location.href).href, session.token);
  const root = document.querySelector<HTMLElement>("#weapp-phone")!;
  root.dataset["ready"] = "";
  const simulator = launch(root, { session, program, styles, relay, modules, templates });
  if (relay !== undefined) reloadOnChange(relay, simulator);
  window.simulator = simulator;
  tapConsole(simulator);
  // The inspector sets up phone and network before the program runs.
  dispatchEvent(new Event("simulator"));
  simulator.start();
}

interface Parts {
  readonly session: SessionInfo;
  readonly program: Program;
  readonly styles: Readonly<Record<string, string>>;
  /** Undefined: there is no host, the program was exported. */
  readonly relay: Relay | undefined;
  readonly modules: ReadonlyArray<readonly [string, ModuleSource]>;
  readonly templates: TemplateGroups;
}

function launch(root: HTMLElement, parts: Parts): Simulator {
  const { session, program, styles, relay } = parts;
  addStyles(program, styles);
  const phone = createPhone(root);
  const theme = (): "light" | "dark" =>
    document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
  const color = (value: unknown, fallback: string): string => {
    if (typeof value !== "string") return fallback;
    return value.startsWith("@") ? textOf(program.theme[theme()][value.slice(1)], fallback) : value;
  };
  const surface = createDomSurface((tag) => BUILT_IN_TAGS.has(tag));
  const chrome = createChrome(root, styles, color, () => {
    (window as unknown as { wx: { navigateBack(options: object): void } }).wx.navigateBack({});
  });
  passDomEvents(chrome.container, surface, (ms, act) => clock.setTimer(ms, act));
  const prefix = `weapp-socket ${program.appId} `;
  const timeouts = program.appJson["networkTimeout"] as { connectSocket?: number } | undefined;
  const modes = program.appJson["requiredBackgroundModes"];
  return createSimulator(parts, {
    surface,
    clock,
    transport: relay?.transport ?? createBrowserTransport(),
    runtimeOptions: {
      profile: session.profile,
      appId: program.appId,
      map: session.map,
      ...(typeof timeouts?.connectSocket === "number"
        ? { networkTimeout: { connectSocket: timeouts.connectSocket } }
        : {}),
      ...(Array.isArray(modes) ? { requiredBackgroundModes: modes.map(String) } : {}),
      urlCheck: session.urlCheck,
      socketDomains: session.domains.socket,
    },
    host: async (method, params, options) => {
      if (relay === undefined)
        throw new Error(`${method} needs the simulator's host, and this program was exported`);
      return relay.call(method, params, options);
    },
    domains: session.urlCheck ? session.domains : null,
    scenario: session.scenario,
    store: {
      get: (key) => localStorage.getItem(prefix + key),
      set: (key, value) => localStorage.setItem(prefix + key, value),
      remove: (key) => localStorage.removeItem(prefix + key),
      keys: () =>
        Object.keys(localStorage)
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length)),
    },
    overlays: createOverlays(root),
    device: () => ({
      model: "weapp-socket",
      width: innerWidth,
      height: innerHeight,
      pixelRatio: devicePixelRatio,
      statusBarHeight: phone.statusBarHeight(),
      theme: theme(),
    }),
    stage: (options) => chrome.stage(options),
    bar: chrome.bar,
    setPhone: (changes) => phone.change(changes),
    scrollPage: (top, durationMs) => chrome.scrollPage(top, durationMs),
    globals: window as unknown as Record<string, unknown>,
    afterDraw: (act) => requestAnimationFrame(() => clock.defer(act)),
    reload: () => location.reload(),
  });
}

/** The app's styles and those of components; a page's own come and go with it. */
function addStyles(program: Program, styles: Readonly<Record<string, string>>): void {
  const sheet = document.createElement("style");
  sheet.textContent = Object.entries(styles)
    .filter(([path]) => program.units[path]?.kind !== "page")
    .map(([, css]) => pageUnits(css))
    .join("\n");
  document.head.append(sheet);
}

function reloadOnChange(relay: Relay, simulator: Simulator): void {
  relay.listen((event) => {
    if (event.type === "lost") {
      simulator.log("error", ["the simulator's host has gone; start it again and reload"]);
      return;
    }
    if (event.version !== simulator.program.version) location.reload();
  });
}

function showFailure(error: unknown): void {
  const box = document.createElement("pre");
  box.className = "weapp-boot-failure";
  box.textContent = error instanceof Error ? error.message : String(error);
  document.body.append(box);
}

boot().catch(showFailure);
