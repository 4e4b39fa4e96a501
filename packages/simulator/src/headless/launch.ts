import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createNodeClock, createNodeTransport, type Clock } from "@weapp-socket/runtime";
import { createCompiler } from "../compiler/compiler.js";
import type { OwnSettings } from "../compiler/own-settings.js";
import type { Scenario } from "../faults/scenario.js";
import type { Answer, SimulatorHandle } from "../handle.js";
import { createHttpCalls } from "../host/http-calls.js";
import type { Diagnostic, Program } from "../program.js";
import type { UrlMapping } from "../url-rule.js";
import { createEmptySurface } from "../view/easel/empty-surface.js";
import { takeStack } from "../view/call-stack.js";
import type { Platform } from "../view/platform.js";
import { programOptions } from "../view/program-options.js";
import { createSimulator } from "../view/simulator.js";
import { createSilentPlayer } from "../wx/audio.js";
import { PhoneFiles } from "../wx/phone-files.js";
import { createMemoryStore } from "../wx/memory-store.js";
import { STANDARD_FONT_SIZE, type Device } from "../wx/system.js";
import { createEndingClock } from "./ending-clock.js";
import { createHeadlessScreen } from "./headless-screen.js";
import { createHostCall } from "./host-call.js";
import { hearRejections } from "./rejections.js";
import { addTimers, clockDate, createGlobals, loadProgram } from "./realm.js";

export interface LaunchOptions {
  /** "pages/chat/chat?room=1". Default: the program's entry. */
  readonly page?: string;
  /** WeChat's number for where the user came from. Default: 1001. */
  readonly scene?: number;
  /** Addresses that begin with `from` lead to `to`, for sockets and requests, before those of weapp-socket.json. Default: none. */
  readonly map?: readonly UrlMapping[];
  /** How sockets behave: as on phones, or as in WeChat DevTools. Default: "device". */
  readonly profile?: "device" | "devtools";
  /**
   * Time for the program: its timers, its `Date`, and everything that waits. `createVirtualClock()` stands still until
   * `advance`. Default: real time.
   */
  readonly clock?: Clock;
  /** Refuse addresses that are not in the lists of weapp-socket.json; without lists: all. Default: false. */
  readonly urlCheck?: boolean;
  /** Faults to play from the start. Default: none. */
  readonly scenario?: Scenario;
  /** As `answers.set`, before the program starts. Default: none. */
  readonly answers?: Readonly<Record<string, Answer>>;
  /** What the program's storage holds at the start. Default: nothing. */
  readonly storage?: Readonly<Record<string, unknown>>;
  /** Default: 390 x 844 CSS pixels, light, letters of 16 pixels. */
  readonly phone?: Partial<PhoneSize>;
}

/** The phone that is played, in CSS pixels. */
export type PhoneSize = Omit<Device, "window" | "safeBottom">;

/** A program that runs in this process, without a browser. */
export interface LaunchedProgram extends SimulatorHandle {
  /** Lets the clock's time pass and waits for what comes of it. Throws where the clock is real. */
  advance(ms: number): Promise<void>;
  /** Pages and sockets end. */
  close(): Promise<void>;
}

/** The folder holds no program that could run. */
export class LaunchError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const wrong = diagnostics.filter(({ severity }) => severity === "error");
    super(
      `the program cannot be launched: ${wrong.map(({ file, line, message }) => `${file}:${line} ${message}`).join("; ")}`,
    );
    this.name = "LaunchError";
    this.diagnostics = diagnostics;
  }
}

/** Height of the navigation bar below the status bar, in CSS pixels. */
const BAR_HEIGHT = 44;
const PHONE: PhoneSize = {
  model: "weapp-socket",
  width: 390,
  height: 844,
  pixelRatio: 3,
  statusBarHeight: 47,
  theme: "light",
  fontSize: STANDARD_FONT_SIZE,
};

/**
 * Compiles a mini program's folder and runs it in this process: no browser, no DOM. What a person could do in the
 * simulator, the result can.
 *
 * @param dir folder of a mini program, or of a project whose project.config.json names its `miniprogramRoot`
 * @returns once the first page has been opened. Rejects with a `LaunchError`
 */
export async function launch(dir: string, options: LaunchOptions = {}): Promise<LaunchedProgram> {
  const compiler = createCompiler(resolve(dir));
  const files = await compiler.compile();
  const { program } = files;
  if (program.pages.length === 0) throw new LaunchError(program.diagnostics);

  const time = options.clock ?? createNodeClock();
  const clock = createEndingClock(time);
  const globals = createGlobals();
  const say =
    (level: "log" | "info" | "warn" | "error" | "debug") =>
    (...parts: readonly unknown[]) =>
      simulator.log(level, parts, undefined, takeStack());
  globals["console"] = {
    log: say("log"),
    info: say("info"),
    warn: say("warn"),
    error: say("error"),
    debug: say("debug"),
    group() {},
    groupEnd() {},
    time() {},
    timeEnd() {},
  };
  addTimers(globals, clock, (callback) => simulator.run("timer", callback));
  if (options.clock !== undefined) globals["Date"] = clockDate(clock);

  const origin = `weapp://${randomUUID().slice(0, 8)}/`;
  const simulator = createSimulator(
    loadProgram(files, globals, origin),
    createPlatform(
      program,
      compiler.settings,
      { ...options, clock },
      globals,
      (path) => {
        const file = compiler.locate(path);
        return file === null ? null : new Uint8Array(readFileSync(file)).buffer;
      },
      () => simulator.themeChanged(),
    ),
  );
  const stopHearing = hearRejections(
    origin,
    (reason) => simulator.isTold(reason),
    (reason, promise) => simulator.unhandled(reason, promise),
  );
  for (const [api, answer] of Object.entries(options.answers ?? {})) simulator.answers.set(api, answer);
  for (const [key, value] of Object.entries(options.storage ?? {})) simulator.storage.set(key, value);
  for (const { severity, file, line, message } of program.diagnostics) {
    simulator.log(severity === "error" ? "error" : "warn", [message], `${file}:${line}`);
  }
  simulator.start({
    ...(options.page === undefined ? {} : { url: options.page }),
    ...(options.scene === undefined ? {} : { scene: options.scene }),
  });
  await simulator.idle();
  return Object.assign(simulator, {
    async advance(ms: number) {
      const { advance } = time as { readonly advance?: (ms: number) => Promise<void> };
      if (advance === undefined)
        throw new Error("advance: expected a clock that can, as createVirtualClock() gives, got real time");
      await advance(ms);
      await simulator.idle();
    },
    async close() {
      simulator.destroy();
      stopHearing();
      clock.end();
    },
  });
}

function createPlatform(
  program: Program,
  settings: OwnSettings,
  options: LaunchOptions & { readonly clock: Clock },
  globals: Record<string, unknown>,
  readPackageFile: (path: string) => ArrayBuffer | null,
  themeChanged: () => void,
): Platform {
  const { clock, map = [], profile = "device", urlCheck = false } = options;
  const domains = settings.domains ?? { request: [], socket: [], uploadFile: [], downloadFile: [] };
  let size = { ...PHONE, ...options.phone };
  const canBeDark = program.appJson["darkmode"] === true;
  let theme: "light" | "dark" = canBeDark ? size.theme : "light";
  const device = (): Device => ({
    ...size,
    theme,
    safeBottom: 34,
    window: {
      top: size.statusBarHeight + BAR_HEIGHT,
      height: size.height - size.statusBarHeight - BAR_HEIGHT,
    },
  });
  const screen = createHeadlessScreen(device);
  return {
    surface: createEmptySurface((act) => clock.defer(act)),
    screen,
    clock,
    transport: createNodeTransport(),
    runtimeOptions: programOptions(program, {
      profile,
      map: [...map, ...settings.map],
      urlCheck,
      socketDomains: domains.socket,
    }),
    host: createHostCall(createHttpCalls()),
    domains: urlCheck ? domains : null,
    scenario: options.scenario ?? null,
    store: createMemoryStore(),
    files: new PhoneFiles(
      () => clock.now(),
      () => {},
    ),
    readPackageFile,
    assetUrl: (src) => src,
    drawOverlay: () => ({ update() {}, remove() {} }),
    createPlayer: createSilentPlayer,
    createOffscreenCanvas: () => ({ getContext: () => null }),
    loadFont: async () => {},
    hideKeyboard: () => false,
    device,
    setPhone(changes) {
      const { statusBarHeight = size.statusBarHeight, fontSize = size.fontSize } = changes;
      size = { ...size, fontSize };
      if (statusBarHeight !== size.statusBarHeight) {
        size = { ...size, statusBarHeight };
        screen.resized();
      }
      const wanted = changes.theme ?? "auto";
      if (wanted === "auto" || wanted === theme || !canBeDark) return;
      theme = wanted;
      themeChanged();
    },
    extConfig: {},
    random: Math.random,
    globals,
    phoneGlobals: globals,
    afterDraw: (act) => clock.defer(act),
    pause: (ms) => new Promise((done) => setTimeout(done, ms)),
    reload() {},
  };
}
