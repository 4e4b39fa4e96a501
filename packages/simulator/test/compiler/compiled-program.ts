import { createContext, runInContext } from "node:vm";
import { createCompiler } from "../../src/compiler/compiler.js";
import { resolveModule } from "../../src/module-path.js";
import type { Diagnostic, ProgramFiles } from "../../src/program.js";
import { makeProgram, type FileTexts } from "../program-folder.js";

/** Compiles a program of one page with these files. */
export function compile(files: FileTexts): Promise<ProgramFiles> {
  return createCompiler(makeProgram(files).dir).compile();
}

/** "pages/a/a.wxml:1:7 error wxml: missing end tag" */
export function lines(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(
    ({ file, line, column, severity, message }) => `${file}:${line}:${column} ${severity} ${message}`,
  );
}

type Load = (scope: Record<string, unknown>) => (require: unknown, module: unknown, exports: unknown) => void;

/** Runs modules.js as the view does: in a realm of its own, with WeChat's `require`. */
export class ModuleRunner {
  readonly realm: Record<string, unknown>;
  readonly #loads = new Map<string, Load>();
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #scope: Record<string, unknown>;

  constructor(files: ProgramFiles, realm: Record<string, unknown> = {}, scope: Record<string, unknown> = {}) {
    this.#scope = scope;
    this.realm = createContext({ ...realm });
    this.realm["__weappDefine"] = (path: string, load: Load) => this.#loads.set(path, load);
    runInContext(files.modules, this.realm);
  }

  get paths(): readonly string[] {
    return [...this.#loads.keys()];
  }

  run(path: string): unknown {
    const known = this.#modules.get(path);
    if (known !== undefined) return known.exports;
    const load = this.#loads.get(path);
    if (load === undefined) throw new Error(`no module ${path}`);
    const module = { exports: {} as unknown };
    this.#modules.set(path, module);
    const require = (request: string): unknown => {
      const found = resolveModule(path, request, (name) => this.#loads.has(name));
      if (found === null) throw new Error(`module '${request}' is not defined`);
      return this.run(found);
    };
    load(this.#scope)(require, module, module.exports);
    return module.exports;
  }
}
