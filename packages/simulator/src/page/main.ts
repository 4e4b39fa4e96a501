import { createBrowserClock, createBrowserTransport } from "@weapp-socket/runtime";
import { BUILT_IN_TAGS } from "../compiler/built-in-tags.js";
import type { SessionInfo } from "../host/session-info.js";
import type { Program } from "../program.js";
import { openRelay, type Relay } from "../relay/page/relay.js";
import { passDomEvents } from "../view/easel/dom-events.js";
import { createDomSurface } from "../view/easel/dom-surface.js";
import type { TemplateGroups } from "../view/easel/framework.js";
import type { TemplateFilters } from "../view/easel/wxs.js";
import type { DefinedModule, LoadedProgram } from "../view/platform.js";
import { programOptions } from "../view/program-options.js";
import { createSimulator, type Simulator } from "../view/simulator.js";
import { PhoneFiles } from "../wx/phone-files.js";
import type { Store } from "../wx/storage.js";
import { textOf } from "../wx/text.js";
import { createAssetUrls, readPackageFile } from "./assets.js";
import { tapConsole } from "./console.js";
import { openKeptFiles } from "./kept-files.js";
import { createOverlayDrawer } from "./overlays.js";
import { pageUnits } from "./page-units.js";
import { createPhone } from "./phone.js";
import { createScreen } from "./screen.js";
import { withWishes } from "./wishes.js";
import "./screen.css";
import "./status-bar.css";
import "./builtin.css";
import "./components.css";
import "./media.css";
import "./button.css";
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
  const modules: DefinedModule[] = [];
  let groups: TemplateGroups = {};
  let filters: TemplateFilters = { A: (listener) => listener };
  Object.assign(window, {
    __weappDefine: (...module: DefinedModule) => modules.push(module),
    __weappTemplates: (given: TemplateGroups, bridges: TemplateFilters) => {
      groups = given;
      filters = bridges;
    },
  });
  const [session, program, styles] = await Promise.all([
    loadJson<SessionInfo>("session.json").then((started) => withWishes(started, location.search)),
    loadJson<Program>("program.json"),
    loadJson<Record<string, string>>("styles.json"),
    loadScript("modules.js"),
    loadScript("templates.js"),
  ]);
  const [relay, kept] = await Promise.all([
    session.token === null ? undefined : openRelay(new URL("../", location.href).href, session.token),
    openKeptFiles(keyPrefix(program), () => clock.now()),
  ]);
  const files = new PhoneFiles(() => clock.now(), kept.keep);
  await kept.restore(files);
  const root = document.querySelector<HTMLElement>("#weapp-phone")!;
  root.dataset["ready"] = "";
  root.toggleAttribute("data-style-v2", program.appJson["style"] === "v2");
  const loaded = { program, modules, templates: { groups, filters }, before: 0 };
  const simulator = launch(root, loaded, { session, styles, relay, files });
  if (relay !== undefined) reloadOnChange(relay, simulator);
  window.simulator = simulator;
  tapConsole(simulator);
  // The inspector sets up phone and network before the program runs.
  dispatchEvent(new Event("simulator"));
  simulator.start();
}

interface Surroundings {
  readonly session: SessionInfo;
  readonly styles: Readonly<Record<string, string>>;
  /** Undefined: there is no host, the program was exported. */
  readonly relay: Relay | undefined;
  readonly files: PhoneFiles;
}

/** The part at the bottom that a phone without a home button needs for itself, in CSS pixels. */
const HOME_INDICATOR_PX = 34;
/** Status bars of phones that have a home button end here, in CSS pixels. */
const SMALL_STATUS_BAR_PX = 24;

function launch(
  root: HTMLElement,
  loaded: LoadedProgram,
  { session, styles, relay, files }: Surroundings,
): Simulator {
  const { program } = loaded;
  addStyles(program, styles);
  const phone = createPhone(root, program.appJson["darkmode"] === true, () => {
    screen.repaint();
    simulator.themeChanged();
  });
  const color = (value: unknown, fallback: string): string => {
    if (typeof value !== "string" || value === "") return fallback;
    return value.startsWith("@") ? textOf(program.theme[phone.theme()][value.slice(1)], fallback) : value;
  };
  const assetUrl = createAssetUrls(files);
  const surface = createDomSurface((tag) => BUILT_IN_TAGS.has(tag));
  const screen = createScreen({
    root,
    styles,
    theme: () => phone.theme(),
    color,
    assetUrl,
    back: () => simulator.back(),
    home: () => simulator.home(),
    touchTab: (index) => simulator.switchTab(index),
  });
  passDomEvents(screen.container, surface, (ms, act) => clock.setTimer(ms, act));
  const globals = window as unknown as Record<string, unknown>;
  const simulator = createSimulator(loaded, {
    surface,
    screen,
    clock,
    transport: relay?.transport ?? createBrowserTransport(),
    runtimeOptions: programOptions(program, { ...session, socketDomains: session.domains.socket }),
    host: async (method, params, options) => {
      if (relay === undefined)
        throw new Error(`${method} needs the simulator's host, and this program was exported`);
      return relay.call(method, params, options);
    },
    domains: session.urlCheck ? session.domains : null,
    scenario: session.scenario,
    store: createStore(`${keyPrefix(program)} `),
    files,
    readPackageFile,
    assetUrl,
    drawOverlay: createOverlayDrawer(root, assetUrl),
    createPlayer: () => new Audio(),
    createOffscreenCanvas: (options) =>
      Object.assign(document.createElement("canvas"), sizeOf(options as Readonly<Record<string, unknown>>)),
    async loadFont(family, source) {
      const font = new FontFace(family, source);
      document.fonts.add(await font.load());
    },
    hideKeyboard() {
      const { activeElement } = document;
      if (!(activeElement instanceof HTMLInputElement || activeElement instanceof HTMLTextAreaElement))
        return false;
      activeElement.blur();
      return true;
    },
    device: () => ({
      model: "weapp-socket",
      width: innerWidth,
      height: innerHeight,
      pixelRatio: devicePixelRatio,
      statusBarHeight: phone.statusBarHeight(),
      theme: phone.theme(),
      fontSize: phone.fontSize(),
      window: screen.window(),
      safeBottom: phone.statusBarHeight() > SMALL_STATUS_BAR_PX ? HOME_INDICATOR_PX : 0,
    }),
    setPhone: (changes) => phone.change(changes),
    extConfig: {},
    random: Math.random,
    globals,
    phoneGlobals: globals,
    afterDraw: (act) => requestAnimationFrame(() => clock.defer(act)),
    pause: (ms) => new Promise((done) => setTimeout(done, ms)),
    reload: () => location.reload(),
  });
  return simulator;
}

function keyPrefix({ appId }: Program): string {
  return `weapp-socket ${appId}`;
}

function createStore(prefix: string): Store {
  return {
    get: (key) => localStorage.getItem(prefix + key),
    set: (key, value) => localStorage.setItem(prefix + key, value),
    remove: (key) => localStorage.removeItem(prefix + key),
    keys: () =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
  };
}

function sizeOf({ width, height }: Readonly<Record<string, unknown>> = {}): object {
  return { width: Number(width ?? 300), height: Number(height ?? 150) };
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
