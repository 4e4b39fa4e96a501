/**
 * What a person can do in the simulator, a test can do through this handle: `window.simulator` in the page, the result
 * of `launch()` in Node. Types only.
 */
import type { NetworkType } from "@weapp-socket/runtime/core";
import type { Faults } from "./faults/faults.js";
import type { Scenario } from "./faults/scenario.js";
import type { ScenarioRun } from "./faults/scenario-player.js";
import type { Diagnostic, Program } from "./program.js";
import type { SourcePlace } from "./source-map.js";
import type { UrlMapping } from "./url-rule.js";
import type { Rect } from "./view/easel/surface.js";
import type { Overlay } from "./view/overlays.js";
import type { Answers } from "./wx/answers.js";
import type { Storage } from "./wx/storage.js";

export type { Answer, Answers } from "./wx/answers.js";
export type { Storage } from "./wx/storage.js";
export type { Rect } from "./view/easel/surface.js";
export type * from "./view/overlays.js";

export interface SimulatorHandle {
  readonly program: Program;
  /** The page stack, bottom first. */
  pages(): readonly PageHandle[];
  /** The visible page. */
  page(): PageHandle;
  /** The program's `wx`: what is called here is called as the author would. */
  readonly wx: Readonly<Record<string, unknown>>;
  /** What `getApp()` gives. */
  app(): Readonly<Record<string, unknown>> | undefined;
  /** Resolves once every queued setData, timer-free task and navigation has settled. */
  idle(): Promise<void>;
  /**
   * Resolves with what `condition` gives as soon as that is neither false, null nor undefined; rejects after
   * `timeoutMs` (default 4000, a little less than test runners give a test) of real time. What it throws counts as "not yet".
   */
  waitFor<T>(condition: () => T, options?: { readonly timeoutMs?: number }): Promise<NonNullable<T>>;
  /** A finger on the back button of the navigation bar. */
  back(): void;
  /** A finger on the home button, which a page has that is first and not the program's entry. */
  home(): void;
  /** A finger on a tab of the tab bar, from 0. */
  switchTab(index: number): void;
  /** Toasts, dialogs, pickers and pictures over the page, from the lowest. */
  readonly overlays: readonly Overlay[];
  /** What functions answer that ask the phone's owner, its hardware or WeChat's servers; and any other, where a test says so. */
  readonly answers: Answers;
  /** What the program keeps. */
  readonly storage: Storage;
  /**
   * Calls the listeners of a `wx.onX`: `emit("onCompassChange", { direction: 90 })`. Throws where there is no such event;
   * those of sockets and of the network come of sockets and of `setNetworkType`.
   */
  emit(event: string, payload?: unknown): void;
  /** What the page's onShareAppMessage gives, as WeChat would take it. */
  share(): Promise<{ readonly title: string; readonly path: string; readonly imageUrl: string }>;
  hide(): void;
  show(): void;
  readonly networkType: NetworkType;
  setNetworkType(type: NetworkType): void;
  /** How the phone itself looks; takes effect at once. */
  setPhone(changes: Partial<PhoneLook>): void;
  /** Addresses that begin with `from` lead to `to`, for sockets and requests; the first rule that fits. */
  readonly map: readonly UrlMapping[];
  /**
   * Other rules, for what is opened from now on: they apply to the address as the page wrote it, before any check.
   * Throws a RangeError that names a rule that is none.
   */
  setMap(rules: readonly UrlMapping[]): void;
  /** How the program is run. Another choice is another start of the frame page: "frame/?profile=devtools&urlCheck=on". */
  readonly settings: RunSettings;
  /** What can go wrong between the page and its servers, on demand. */
  readonly faults: Faults;
  /** The scenario that was played last, and how far it is; null: none was. */
  readonly scenario: ScenarioRun | null;
  /** Plays a timeline of faults from now on (`parseScenario` reads a file of them); one that is playing stops. */
  playScenario(scenario: Scenario): ScenarioRun;
  /** Every call of a wx function, oldest first (bounded). */
  readonly calls: readonly WxCall[];
  /** Every SocketTask since start, oldest first (bounded). */
  readonly sockets: readonly SocketRecord[];
  /**
   * Sends on one of `sockets`, as the author's SocketTask would.
   *
   * @param id of its record
   * @throws Error where it is not open
   */
  sendOn(id: number, data: string | ArrayBuffer): void;
  /** What the author's code and the framework printed (bounded). */
  readonly logs: readonly LogLine[];
  /** Hears everything above as it happens; returns the undo. */
  listen(listener: (event: SimulatorEvent) => void): () => void;
  /**
   * Adds a line to `logs`, as the author's console does.
   *
   * @param source where it comes from, in words. Default: the author's place in `stack`
   * @param stack lines of an engine's stack, nearest first
   */
  log(level: LogLine["level"], parts: readonly unknown[], source?: string, stack?: readonly string[]): void;
  /** Reloads the program, as a file change does. */
  reload(): void;
}

export interface PhoneLook {
  /** "auto": as the system has it. */
  readonly theme: "auto" | "light" | "dark";
  /** CSS pixels at the top that clock and battery cover; 0: there is no status bar. */
  readonly statusBarHeight: number;
  /**
   * How large the person has letters in WeChat's settings, in CSS pixels; 16 is the standard. Programs find it as
   * `fontSizeSetting`, and pages follow it where their page-meta has `root-font-size="system"` or `page-font-size`.
   */
  readonly fontSize: number;
}

export interface RunSettings {
  readonly profile: "device" | "devtools";
  /** Whether addresses that are not in the lists of allowed domains are refused. */
  readonly urlCheck: boolean;
  /** Whether the app is suspended five seconds after it was hidden. */
  readonly suspends: boolean;
}

export interface PageHandle {
  /** "pages/chat/chat" */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** A copy of the page's data, or of what `path` ("list[0].content") leads to. */
  data(path?: string): unknown;
  setData(changes: Record<string, unknown>): void;
  /** "input", "#id", ".class", "[name=a]", ".a .b", ".a > .b", or several with ",". Searches the page and its components. */
  find(selector: string): ElementHandle | null;
  findAll(selector: string): readonly ElementHandle[];
  /** All text of the page, as it follows. */
  text(): string;
  /** The page as it is: tags, attributes and text, those of components among them. */
  tree(): TreeNode;
  /** The node that `tree()` shows at these child indices; null where there is none, or it is text. */
  at(path: readonly number[]): ElementHandle | null;
  /** `this` of the page's own functions. */
  readonly instance: Readonly<Record<string, unknown>>;
  /** Title of the navigation bar. */
  readonly title: string;
  /** Pulls the page down, as a finger does. */
  pullDown(): void;
  /** Comes to the page's end. */
  reachBottom(): void;
  /** CSS pixels. */
  scrollTo(top: number): void;
}

/** A node of a page, in plain values. */
export interface TreeNode {
  /** "#text" for text. */
  readonly tag: string;
  readonly id?: string;
  readonly class?: string;
  readonly style?: string;
  /** Path of a custom component: "components/card/card". */
  readonly component?: string;
  readonly text?: string;
  /** What was set, as it is now; of built-in components only what is not the default. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly dataset?: Readonly<Record<string, unknown>>;
  readonly children: readonly TreeNode[];
}

export interface ElementHandle {
  readonly tag: string;
  readonly id: string;
  readonly classes: readonly string[];
  readonly style: string;
  readonly dataset: Readonly<Record<string, unknown>>;
  /** Properties of a component, attributes of another node. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Whether it is still part of a page. */
  readonly isShown: boolean;
  text(): string;
  find(selector: string): ElementHandle | null;
  findAll(selector: string): readonly ElementHandle[];
  /** Where it is in its page; all 0 where nothing is drawn. */
  rect(): Rect;
  tree(): TreeNode;
  /** What `selectComponent` gives for a custom component. */
  component(): object | null;
  tap(): void;
  longPress(): void;
  /** One of the touch events; a point is in CSS pixels from the page's top left, of a canvas from its own. Default: one finger at 0, 0. */
  touch(
    name: "start" | "move" | "end" | "cancel",
    points?: ReadonlyArray<{ readonly x: number; readonly y: number; readonly id?: number }>,
  ): void;
  /** Types into an input or textarea: sets the value and fires `input`. */
  input(value: string): void;
  /** Presses Enter in an input or textarea. */
  confirm(): void;
  /**
   * Chooses as a person would: a slider's value, the page of a swiper, what a picker gives (`2`, `[0, 1]`, "12:30"),
   * whether a switch is on, `{ x, y }` of a movable-view, the id of a map's marker. Fires what the component fires then.
   */
  choose(value: unknown): void;
  /** Fires any event with this detail, as the component itself would. `bubbles` default: false. */
  trigger(name: string, detail?: unknown, options?: { readonly bubbles?: boolean }): void;
}

export interface WxCall {
  readonly id: number;
  readonly at: number;
  readonly api: string;
  /** Options with functions left out. */
  readonly options: unknown;
  /** The author's place that called it; undefined where the simulator or a package without a map did. */
  readonly place?: SourcePlace;
  /** Undefined while the call is pending. */
  readonly errMsg?: string;
}

export interface SocketRecord {
  readonly id: number;
  /** As the page wrote it. */
  readonly url: string;
  /** Where the map led it, where that is another address. */
  readonly target?: string;
  readonly openedBy: string;
  readonly createdAt: number;
  readonly state: "connecting" | "open" | "closed";
  readonly sentMessages: number;
  readonly sentBytes: number;
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  readonly profile?: Readonly<Record<string, number>>;
  readonly header?: Readonly<Record<string, string>>;
  /** Everything that happened, oldest first (bounded). */
  readonly events: readonly SocketEvent[];
}

export type SocketEvent =
  | { readonly at: number; readonly type: "open" }
  | {
      readonly at: number;
      readonly type: "sent" | "received";
      readonly data: string | ArrayBuffer;
      readonly bytes: number;
    }
  | { readonly at: number; readonly type: "error"; readonly errMsg: string; readonly detail?: string }
  | { readonly at: number; readonly type: "close"; readonly code: number; readonly reason: string };

export interface LogLine {
  readonly at: number;
  readonly level: "log" | "info" | "warn" | "error" | "debug";
  /** Arguments as text, one each. */
  readonly parts: readonly string[];
  /** "pages/chat/chat.ts:12:5" of what the author printed; else where it comes from ("pages/a/a onLoad"). */
  readonly source?: string;
  /** Where in the author's own file it was printed or thrown, TypeScript and packages included. */
  readonly place?: SourcePlace;
}

export type SimulatorEvent =
  | { readonly type: "call"; readonly call: WxCall }
  | { readonly type: "socket"; readonly socket: SocketRecord; readonly event?: SocketEvent }
  | { readonly type: "log"; readonly line: LogLine }
  | { readonly type: "pages" }
  /** What lies over the page is another. */
  | { readonly type: "overlays" }
  /** A page's or component's data is another; `path`: "pages/chat/chat". */
  | { readonly type: "data"; readonly path: string }
  | { readonly type: "network"; readonly networkType: NetworkType }
  /** The scenario's run is another, or further on. */
  | { readonly type: "scenario" }
  | { readonly type: "visibility"; readonly visible: boolean }
  | { readonly type: "program"; readonly program: Program }
  | { readonly type: "diagnostics"; readonly diagnostics: readonly Diagnostic[] };
