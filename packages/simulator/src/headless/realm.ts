import type { Clock } from "@weapp-socket/runtime/core";
import type { ProgramFiles } from "../program.js";
import type { TemplateGroups } from "../view/easel/framework.js";
import type { TemplateFilters } from "../view/easel/wxs.js";
import type { DefinedModule, LoadedProgram } from "../view/platform.js";

/** What every script engine has, a phone's too. */
const LANGUAGE_NAMES = (
  "Object Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp Error " +
  "AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer " +
  "SharedArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array " +
  "Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef " +
  "Proxy Reflect FinalizationRegistry Function eval decodeURI decodeURIComponent encodeURI encodeURIComponent escape " +
  "unescape isFinite isNaN"
).split(" ");

/** What stands before a module's text, on the same line. */
const WITH_GLOBALS = "(function(__globals){with(__globals){return ";

/**
 * The global object of one mini program: the language's own names, and nothing of Node's. Scripts of the program look
 * for their globals here first, so two programs in one process do not meet.
 */
export function createGlobals(): Record<string, unknown> {
  const names = Object.create(null) as Record<string, unknown>;
  const realm = globalThis as unknown as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(globalThis)) names[name] = undefined;
  for (const name of LANGUAGE_NAMES) names[name] = realm[name];
  const globals = Object.create(names) as Record<string, unknown>;
  globals["globalThis"] = globals;
  return globals;
}

/**
 * The program's code, evaluated with these globals. Nothing of it has run yet.
 *
 * @param origin what stacks say in place of "weapp:///": which program a script is of
 */
export function loadProgram(
  files: ProgramFiles,
  globals: Record<string, unknown>,
  origin: string,
): LoadedProgram {
  const modules: DefinedModule[] = [];
  let groups: TemplateGroups = {};
  let filters: TemplateFilters = { A: (listener) => listener };
  // Indirect: the realm is the view's own, so what authors make is what the view calls an array, and the reverse.
  // oxlint-disable-next-line no-eval -- running a program's code is what this is for
  const indirect = globalThis.eval as (text: string) => unknown;
  const evaluate = (text: string): unknown =>
    indirect(text.replaceAll("//# sourceURL=weapp:///", `//# sourceURL=${origin}`));
  // A file's text begins on the line of its wrapper: positions stay those of the author's file.
  const evaluateInside = (text: string): unknown =>
    (evaluate(`${WITH_GLOBALS}${text}\n}})`) as (names: object) => unknown)(globals);
  const run = (text: string, given: Readonly<Record<string, unknown>>): void => {
    const body = evaluate(`(function(${Object.keys(given).join(",")}){${text}\n})`) as (
      ...values: readonly unknown[]
    ) => void;
    body(...Object.values(given));
  };
  run(files.modules, {
    eval: evaluateInside,
    __weappDefine: (...module: DefinedModule) => modules.push(module),
  });
  run(files.templates, {
    console: globals["console"],
    __weappTemplates: (given: TemplateGroups, bridges: TemplateFilters) => {
      groups = given;
      filters = bridges;
    },
  });
  return { program: files.program, modules, templates: { groups, filters }, before: WITH_GLOBALS.length };
}

/**
 * setTimeout and its kin on the program's clock.
 *
 * @param run calls their callbacks
 */
export function addTimers(
  globals: Record<string, unknown>,
  clock: Clock,
  run: (callback: () => unknown) => void,
): void {
  const timers = new Map<number, () => void>();
  let lastId = 0;

  function start(callback: unknown, delay: unknown, args: readonly unknown[], repeats: boolean): number {
    lastId += 1;
    const id = lastId;
    const wait = Math.max(repeats ? 1 : 0, Number(delay) || 0);
    const ring = (): void => {
      if (repeats) arm();
      else timers.delete(id);
      if (typeof callback === "function")
        run(() => (callback as (...given: readonly unknown[]) => unknown)(...args));
    };
    const arm = (): void => void timers.set(id, clock.setTimer(wait, ring));
    arm();
    return id;
  }

  function stop(id: unknown): void {
    timers.get(id as number)?.();
    timers.delete(id as number);
  }

  globals["setTimeout"] = (callback: unknown, delay: unknown, ...args: readonly unknown[]) =>
    start(callback, delay, args, false);
  globals["setInterval"] = (callback: unknown, delay: unknown, ...args: readonly unknown[]) =>
    start(callback, delay, args, true);
  globals["clearTimeout"] = stop;
  globals["clearInterval"] = stop;
}

/** `Date` that tells the clock's time. */
export function clockDate(clock: Clock): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget) as Date,
    apply: () => new Date(clock.now()).toString(),
    get: (target, name, receiver) =>
      name === "now" ? () => clock.now() : (Reflect.get(target, name, receiver) as unknown),
  });
}
