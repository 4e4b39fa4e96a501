import { HIDDEN_NAMES, PHONE_GLOBALS } from "../module-scope.js";
import { directoryOf, resolveModule } from "../module-path.js";

/** What a compiled module is: evaluating it gives the wrapper that WeChat calls. */
export type ModuleSource = (scope: Readonly<Record<string, unknown>>) => ModuleBody;
type ModuleBody = (require: Require, module: { exports: unknown }, exports: unknown) => void;

interface Require {
  (request: string, success?: unknown, fail?: unknown): unknown;
  /** For modules of other packages. */
  async(request: string): Promise<unknown>;
}

/** The program's scripts: each runs once, when it is first required, and one that throws does so for its requirer only. */
export interface ModuleLoader {
  define(path: string, source: ModuleSource): void;
  has(path: string): boolean;
  /** Runs a module if it has not run, and returns what it exports. */
  run(path: string): unknown;
}

/** @param globals what `globalThis`, `global` and `Function("return this")` lead to in modules */
export function createModuleLoader(globals: object): ModuleLoader {
  const sources = new Map<string, ModuleSource>();
  const modules = new Map<string, { exports: unknown }>();
  const scope: Record<string, unknown> = {};
  for (const name of HIDDEN_NAMES) scope[name] = undefined;
  for (const name of PHONE_GLOBALS) scope[name] = name === "Function" ? phoneFunction(globals) : globals;

  function requireFrom(from: string): Require {
    const find = (request: string): unknown => {
      if (typeof request !== "string" || request === "") {
        throw new Error(`require: expected a path, got ${typeof request}`);
      }
      const path = resolveModule(from, request, (candidate) => sources.has(candidate));
      if (path === null) {
        throw new Error(
          `module '${request}' is not defined, require('${request}') in ${directoryOf(from) || "."}`,
        );
      }
      return run(path);
    };
    const load = async (request: string): Promise<unknown> => find(request);
    const require = (request: string, success?: unknown, fail?: unknown): unknown => {
      if (typeof success !== "function") return find(request);
      load(request).then(success as (exports: unknown) => void, (error: unknown) => {
        if (typeof fail === "function") (fail as (error: unknown) => void)(error);
      });
      return undefined;
    };
    return Object.assign(require, { async: load });
  }

  function run(path: string): unknown {
    const known = modules.get(path);
    if (known !== undefined) return known.exports;
    const source = sources.get(path);
    if (source === undefined) throw new Error(`module '${path}' is not defined`);
    const module = { exports: {} as unknown };
    modules.set(path, module);
    source(scope)(requireFrom(path), module, module.exports);
    return module.exports;
  }

  return {
    define: (path, source) => void sources.set(path, source),
    has: (path) => sources.has(path),
    run,
  };
}

/** `Function` as mini programs have it: it finds the global object, and makes no code. */
function phoneFunction(globals: object): unknown {
  const phone = function (this: unknown, ...args: string[]) {
    const [body = ""] = args;
    if (args.length === 1 && /^\s*return\s+this\s*;?\s*$/u.test(body)) return () => globals;
    throw new EvalError("Function: mini programs cannot make code from strings");
  };
  phone.prototype = Function.prototype;
  return phone;
}
