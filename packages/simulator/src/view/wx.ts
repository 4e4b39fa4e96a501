import type { Runtime } from "@weapp-socket/runtime/core";
import type { Program } from "../program.js";
import { callable, type CallOptions, type CallResult, type Implementation } from "../wx/call.js";
import { createInterface, type Overlays } from "../wx/interface.js";
import { NOT_IMPLEMENTED } from "../wx/not-implemented.js";
import { request, type HostCall } from "../wx/request.js";
import { createStorage, type Store } from "../wx/storage.js";
import { textOf } from "../wx/text.js";
import { systemFunctions, type Device } from "../wx/system.js";
import type { PageStack } from "./page-stack.js";
import type { Recorder } from "./recorder.js";

export interface WxParts {
  readonly program: Program;
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly pages: () => PageStack;
  readonly overlays: Overlays;
  readonly bar: NavigationBar;
  readonly store: Store;
  readonly host: HostCall;
  readonly device: () => Device;
  readonly after: (ms: number, act: () => void) => () => void;
  readonly nextTick: (act: () => void) => void;
  readonly scrollPage: (top: number, durationMs: number) => void;
  readonly selectorQuery: () => unknown;
}

/** What the top page's navigation bar shows. */
export interface NavigationBar {
  setTitle(title: string): void;
  setColor(front: string, background: string): void;
  setLoading(isLoading: boolean): void;
}

/** The `wx` of a mini program: the runtime's sockets, and everything else that the view has. */
export function createWxObject(parts: WxParts): Record<string, unknown> {
  const { program, runtime, recorder, pages, bar } = parts;
  const wx = runtime.wx as unknown as Record<string, unknown>;
  const runtimeCanIUse = wx["canIUse"] as ((name: string) => boolean) | undefined;
  const report = (error: unknown, where: string): void => recorder.log("error", [error], where);
  const record = (api: string, options: unknown) => recorder.call(api, options);
  const add = (api: string, act: Implementation): void => {
    wx[api] = callable(api, record, report, act);
  };
  const addAll = (all: Readonly<Record<string, Implementation>>): void => {
    for (const [api, act] of Object.entries(all)) add(api, act);
  };

  logSocketCalls(wx, record);
  addNavigation(add, pages, parts.nextTick);
  addAll(createInterface(parts.overlays, parts.after));
  const storage = createStorage(parts.store);
  addAll(storage.calls);
  Object.assign(wx, storage.sync);

  for (const [api, answer] of Object.entries(systemFunctions(parts.device, program.appId))) {
    if (
      api === "getWindowInfo" ||
      api.startsWith("getMenu") ||
      api.startsWith("getApp") ||
      api.startsWith("getDevice")
    ) {
      wx[api] = answer;
      continue;
    }
    wx[`${api}Sync`] = answer;
    add(api, () => ({ ...answer(), errMsg: `${api}:ok` }));
  }

  add("setNavigationBarTitle", ({ title }) => {
    bar.setTitle(textOf(title));
    return { errMsg: "setNavigationBarTitle:ok" };
  });
  add("setNavigationBarColor", ({ frontColor, backgroundColor }) => {
    bar.setColor(textOf(frontColor), textOf(backgroundColor));
    return { errMsg: "setNavigationBarColor:ok" };
  });
  for (const [api, isLoading] of [
    ["showNavigationBarLoading", true],
    ["hideNavigationBarLoading", false],
  ] as const) {
    add(api, () => {
      bar.setLoading(isLoading);
      return { errMsg: `${api}:ok` };
    });
  }
  add("pageScrollTo", ({ scrollTop, duration }) => {
    parts.scrollPage(Number(scrollTop ?? 0), Number(duration ?? 300));
    return { errMsg: "pageScrollTo:ok" };
  });
  for (const api of [
    "stopPullDownRefresh",
    "vibrateShort",
    "vibrateLong",
    "showShareMenu",
    "hideShareMenu",
  ]) {
    add(api, () => ({ errMsg: `${api}:ok` }));
  }
  addRequest(wx, parts, record, report);

  wx["createSelectorQuery"] = parts.selectorQuery;
  wx["nextTick"] = (act: () => void) => parts.nextTick(act);
  wx["arrayBufferToBase64"] = (buffer: ArrayBuffer) => {
    let text = "";
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  wx["base64ToArrayBuffer"] = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  wx["env"] = { USER_DATA_PATH: "wxfile://usr" };
  wx["canIUse"] = (name: unknown) => {
    const [api = ""] = String(name).split(".");
    if (runtimeCanIUse?.(String(name)) === true) return true;
    return typeof wx[api] === "function" && !NOT_IMPLEMENTED.includes(api);
  };
  addMissing(wx, recorder, add);
  return wx;
}

/** Socket calls settle as the runtime says; the log shows them beside the others. */
function logSocketCalls(
  wx: Record<string, unknown>,
  record: (api: string, options: unknown) => (errMsg: string) => void,
): void {
  for (const api of ["connectSocket", "sendSocketMessage", "closeSocket"]) {
    const inner = wx[api] as (options?: unknown) => unknown;
    wx[api] = (options?: unknown) => {
      if (typeof options !== "object" || options === null) return inner(options);
      const done = record(api, options);
      const { success, fail } = options as CallOptions;
      const hasCallbacks = [success, fail, (options as CallOptions).complete].some(
        (each) => typeof each === "function",
      );
      if (!hasCallbacks && api !== "connectSocket") {
        const promise = inner(options) as Promise<CallResult>;
        promise.then(
          ({ errMsg }) => done(errMsg),
          (error: CallResult) => done(error.errMsg),
        );
        return promise;
      }
      const told = (callback: unknown) => (result: CallResult) => {
        done(result.errMsg);
        if (typeof callback === "function") (callback as (result: CallResult) => void)(result);
      };
      return inner({ ...options, success: told(success), fail: told(fail) });
    };
  }
}

function addNavigation(
  add: (api: string, act: Implementation) => void,
  pages: () => PageStack,
  nextTick: (act: () => void) => void,
): void {
  // The page that navigates is still in the middle of something: the stack changes once that is done.
  const later = (act: () => string): Promise<CallResult> =>
    new Promise((resolve) => nextTick(() => resolve({ errMsg: act() })));
  for (const api of ["navigateTo", "redirectTo", "reLaunch", "switchTab"] as const) {
    add(api, ({ url }) => later(() => pages()[api](url as string)));
  }
  add("navigateBack", ({ delta }) => later(() => pages().navigateBack(Number(delta ?? 1))));
}

function addRequest(
  wx: Record<string, unknown>,
  { program, host }: WxParts,
  record: (api: string, options: unknown) => (errMsg: string) => void,
  report: (error: unknown, where: string) => void,
): void {
  const timeouts = program.appJson["networkTimeout"] as { readonly request?: number } | undefined;
  wx["request"] = (options?: unknown) => {
    const abort = new AbortController();
    const run = callable("request", record, report, (given) =>
      request(host, given, timeouts?.request, abort.signal),
    );
    const promise = run(options);
    const task = {
      abort: () => abort.abort(),
      onHeadersReceived() {},
      offHeadersReceived() {},
    };
    return promise === undefined ? task : Object.assign(promise, task);
  };
}

function addMissing(
  wx: Record<string, unknown>,
  recorder: Recorder,
  add: (api: string, act: Implementation) => void,
): void {
  const warned = new Set<string>();
  for (const api of NOT_IMPLEMENTED) {
    if (wx[api] !== undefined) continue;
    add(api, () => {
      if (!warned.has(api)) recorder.log("warn", [`wx.${api} is not implemented in weapp-socket: it fails`]);
      warned.add(api);
      return { errMsg: `${api}:fail not implemented in weapp-socket` };
    });
  }
}
