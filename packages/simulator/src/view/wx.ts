import type { Runtime } from "@weapp-socket/runtime/core";
import { API_NAMES, EVENT_NAMES } from "../wx/api-names.js";
import { settle, type Answers } from "../wx/answers.js";
import { WX_CONSTANTS } from "../wx/base.js";
import { callable, type CallOptions, type CallResult, type Implementation } from "../wx/call.js";
import { componentKnows } from "../wx/can-i-use.js";
import type { WxEvents } from "../wx/events.js";
import type { PlainFunction, WxFunctions } from "../wx/functions.js";
import { inert } from "../wx/inert.js";
import { takeStack } from "./call-stack.js";
import type { OpenTasks } from "./open-tasks.js";
import type { Recorder } from "./recorder.js";

export interface WxParts {
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly tasks: OpenTasks;
  readonly answers: Answers;
  readonly events: WxEvents;
  readonly report: (error: unknown, where: string) => void;
  /** Attributes of the built-in components, by tag: for `canIUse`. */
  readonly components: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Calls that programs make all the time and that say nothing. */
const UNRECORDED = new Set(["nextTick", "canIUse"]);
/** Those that give a task: they record and script themselves (`taskBinder`). */
const TASKS = new Set(["request", "uploadFile", "downloadFile"]);

/** The `wx` of a mini program: the runtime's sockets, and all functions that the view has. */
export function createWxObject(parts: WxParts, groups: readonly WxFunctions[]): Record<string, unknown> {
  const { runtime, recorder, tasks, answers, events, report } = parts;
  const wx = runtime.wx as unknown as Record<string, unknown>;
  const runtimeCanIUse = wx["canIUse"] as (name: unknown) => boolean;
  const record = (api: string, options: unknown) => recorder.call(api, options);

  const connectSocket = wx["connectSocket"] as (options?: unknown) => unknown;
  wx["connectSocket"] = (options?: unknown) => tasks.connect(() => connectSocket(options));
  logSocketCalls(wx, record);
  const getNetworkType = wx["getNetworkType"] as (options: object) => Promise<CallResult>;
  wx["getNetworkType"] = callable(
    "getNetworkType",
    record,
    report,
    answered(answers, "getNetworkType", () => getNetworkType({})),
  );
  for (const { calls = {}, plain = {} } of groups) {
    for (const [api, act] of Object.entries(calls))
      wx[api] = callable(api, record, report, answered(answers, api, act));
    for (const [api, act] of Object.entries(plain)) wx[api] = recorded(answers, record, api, act);
  }
  Object.assign(wx, WX_CONSTANTS);
  for (const name of EVENT_NAMES) if (wx[name] === undefined) Object.assign(wx, events.functions(name));
  const implemented = new Set(Object.keys(wx));
  addMissing(wx, parts);
  wx["canIUse"] = (schema: unknown) => {
    if (runtimeCanIUse(schema)) return true;
    const [name = "", ...rest] = String(schema).split(".");
    return implemented.has(name) || componentKnows(parts.components, name, rest);
  };
  return wx;
}

/** Makes functions that are called for each task. */
export function taskBinder({
  recorder,
  answers,
  report,
}: Pick<WxParts, "recorder" | "answers" | "report">): (
  api: string,
  act: Implementation,
) => (options?: unknown) => Promise<CallResult> | undefined {
  return (api, act) =>
    callable(api, (name, options) => recorder.call(name, options), report, answered(answers, api, act));
}

/** What a person or a test said comes before what the function does. */
function answered(answers: Answers, api: string, act: Implementation): Implementation {
  return (options) => {
    const scripted = answers.scripted(api);
    return scripted === undefined ? act(options) : settle(api, scripted, options);
  };
}

function recorded(
  answers: Answers,
  record: (api: string, options: unknown) => (errMsg: string) => void,
  api: string,
  act: PlainFunction,
): PlainFunction {
  if (UNRECORDED.has(api) || TASKS.has(api)) return act;
  return (...args) => {
    const scripted = answers.scripted(api);
    if (scripted !== undefined) {
      record(api, args.length < 2 ? args[0] : args)(`${api}:ok`);
      return typeof scripted === "function" ? scripted(args[0] as Record<string, unknown>) : scripted;
    }
    const done = record(api, args.length < 2 ? args[0] : args);
    try {
      const result = act(...args);
      done(`${api}:ok`);
      return result;
    } catch (error) {
      done(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };
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

/** Functions of WeChat that are not here: they say so once, and fail or give something that does nothing. */
function addMissing(wx: Record<string, unknown>, { recorder, report }: WxParts): void {
  const warned = new Set<string>();
  const warn = (api: string): void => {
    if (!warned.has(api))
      recorder.log("warn", [`wx.${api} is not implemented in weapp-socket`], undefined, takeStack());
    warned.add(api);
  };
  for (const api of API_NAMES) {
    if (wx[api] !== undefined) continue;
    if (/^create|Manager$|Adapter$|System$|^getInference/u.test(api)) {
      wx[api] = (...args: readonly unknown[]) => {
        warn(api);
        recorder.call(api, args[0])(`${api}:fail not implemented in weapp-socket`);
        return inert(api);
      };
      continue;
    }
    const call = callable(
      api,
      (name, options) => recorder.call(name, options),
      report,
      () => {
        warn(api);
        return { errMsg: `${api}:fail not implemented in weapp-socket` };
      },
    );
    wx[api] = api.endsWith("Sync") ? () => warn(api) : call;
  }
}
