import { HIDDEN_NAMES } from "../module-scope.js";
import { directoryOf, resolveModule } from "../module-path.js";

/** What a compiled module is: evaluating it gives the wrapper that WeChat calls. */
export type ModuleSource = (scope: Readonly<Record<string, unknown>>) => ModuleBody;
type ModuleBody = (
  require: (request: string) => unknown,
  module: { exports: unknown },
  exports: unknown,
) => void;

/** The program's scripts: each runs once, when it is first required, and one that throws does so for its requirer only. */
export interface ModuleLoader {
  define(path: string, source: ModuleSource): void;
  has(path: string): boolean;
  /** Runs a module if it has not run, and returns what it exports. */
  run(path: string): unknown;
}

/** @param globals what `globalThis`, `global` and `Function("return this")` lead to in modules */
export function createModuleLoader(globals: Readonly<Record<string, unknown>>): ModuleLoader {
  const sources = new Map<string, ModuleSource>();
  const modules = new Map<string, { exports: unknown }>();
  const scope: Record<string, unknown> = { ...globals };
  for (const name of HIDDEN_NAMES) scope[name] = undefined;

  function requireFrom(from: string): (request: string) => unknown {
    return (request) => {
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
