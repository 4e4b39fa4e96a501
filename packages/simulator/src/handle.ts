/**
 * What a person can do in the simulator, a test can do through this handle: `window.simulator` in the page, later
 * the result of `launch()` in Node. Types only.
 */
import type { NetworkType } from "@weapp-socket/runtime/core";
import type { Faults } from "./faults/faults.js";
import type { Diagnostic, JsonValue, Program } from "./program.js";

export interface SimulatorHandle {
  readonly program: Program;
  /** The page stack, bottom first. */
  pages(): readonly PageHandle[];
  /** The visible page. */
  page(): PageHandle;
  /** Resolves once every queued setData, timer-free task and navigation has settled. */
  idle(): Promise<void>;
  hide(): void;
  show(): void;
  setNetworkType(type: NetworkType): void;
  /** How the phone itself looks; takes effect at once. */
  setPhone(changes: Partial<PhoneLook>): void;
  /** How the program is run. Another choice is another start of the frame page: "frame/?profile=devtools&urlCheck=on". */
  readonly settings: RunSettings;
  /** What can go wrong between the page and its servers, on demand. */
  readonly faults: Faults;
  /** Every call of a wx function, oldest first (bounded). */
  readonly calls: readonly WxCall[];
  /** Every SocketTask since start, oldest first (bounded). */
  readonly sockets: readonly SocketRecord[];
  /** What the author's code and the framework printed (bounded). */
  readonly logs: readonly LogLine[];
  /** Hears everything above as it happens; returns the undo. */
  listen(listener: (event: SimulatorEvent) => void): () => void;
  /** Adds a line to `logs`, as the author's console does. */
  log(level: LogLine["level"], parts: readonly unknown[], source?: string): void;
  /** Reloads the program, as a file change does. */
  reload(): void;
}

export interface PhoneLook {
  /** "auto": as the system has it. */
  readonly theme: "auto" | "light" | "dark";
  /** CSS pixels at the top that clock and battery cover; 0: there is no status bar. */
  readonly statusBarHeight: number;
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
  /** WXML selectors: "#id", ".class", "input", ".a .b". Searches the page and its components. */
  find(selector: string): ElementHandle | null;
  findAll(selector: string): readonly ElementHandle[];
}

export interface ElementHandle {
  readonly tag: string;
  readonly id: string;
  readonly dataset: Readonly<Record<string, unknown>>;
  text(): string;
  tap(): void;
  /** Types into an input or textarea: sets the value and fires `input`. */
  input(value: string): void;
  /** Fires any event with this detail, as the component itself would. */
  trigger(name: string, detail?: unknown): void;
}

export interface WxCall {
  readonly id: number;
  readonly at: number;
  readonly api: string;
  /** Options with functions left out. */
  readonly options: unknown;
  /** Undefined while the call is pending. */
  readonly errMsg?: string;
}

export interface SocketRecord {
  readonly id: number;
  readonly url: string;
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
  /** "pages/chat/chat.js:12" where known. */
  readonly source?: string;
}

export type SimulatorEvent =
  | { readonly type: "call"; readonly call: WxCall }
  | { readonly type: "socket"; readonly socket: SocketRecord; readonly event?: SocketEvent }
  | { readonly type: "log"; readonly line: LogLine }
  | { readonly type: "pages" }
  | { readonly type: "data"; readonly path: string; readonly changes: Readonly<Record<string, JsonValue>> }
  | { readonly type: "visibility"; readonly visible: boolean }
  | { readonly type: "program"; readonly program: Program }
  | { readonly type: "diagnostics"; readonly diagnostics: readonly Diagnostic[] };
