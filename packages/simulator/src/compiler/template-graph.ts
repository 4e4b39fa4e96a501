import type { Diagnostic } from "../program.js";
import { placeOf, problem } from "./diagnostics.js";
import type { TrackedCache } from "./tracked-cache.js";
import { compileWxmlFile, type WxmlFile, type WxmlReference } from "./wxml.js";
import { compileWxsFile, type WxsModule } from "./wxs.js";

/** Every template and WXS file that a set of units reaches. */
export interface TemplateGraph {
  /** By path without extension. */
  readonly files: ReadonlyMap<string, WxmlFile>;
  /** By path with extension; null: the file is missing. */
  readonly scripts: ReadonlyMap<string, WxsModule | null>;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param units paths without extension; one that has no WXML file is passed over */
export function collectTemplates(cache: TrackedCache, units: Iterable<string>): TemplateGraph {
  return new TemplateCollector(cache).collect(units);
}

/** The files that `path` draws with: itself and what it imports and includes, directly or not. */
export function templateClosure(graph: TemplateGraph, path: string): readonly WxmlFile[] {
  const reached = new Map<string, WxmlFile>();
  const visit = (name: string): void => {
    const file = graph.files.get(name);
    if (file === undefined || reached.has(name)) return;
    reached.set(name, file);
    for (const reference of [...file.imports, ...file.includes]) visit(groupName(reference));
  };
  visit(path);
  return [...reached.values()];
}

function groupName(reference: WxmlReference): string {
  return reference.path.replace(/\.wxml$/u, "");
}

class TemplateCollector {
  readonly #cache: TrackedCache;
  readonly #files = new Map<string, WxmlFile>();
  readonly #scripts = new Map<string, WxsModule | null>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(cache: TrackedCache) {
    this.#cache = cache;
  }

  collect(units: Iterable<string>): TemplateGraph {
    for (const unit of units) this.#visitFile(unit);
    this.#breakCycles();
    for (const file of this.#files.values()) this.#diagnostics.push(...file.diagnostics);
    for (const script of this.#scripts.values()) this.#diagnostics.push(...(script?.diagnostics ?? []));
    return { files: this.#files, scripts: this.#scripts, diagnostics: this.#diagnostics };
  }

  #visitFile(path: string): boolean {
    if (this.#files.has(path)) return true;
    const file = this.#compile(path, []);
    if (file === null) return false;
    this.#files.set(path, file);
    for (const reference of [...file.imports, ...file.includes]) {
      if (!this.#visitFile(groupName(reference))) this.#missing(file, reference);
    }
    for (const reference of file.scripts) {
      if (!this.#visitScript(reference.path)) this.#missing(file, reference);
    }
    for (const script of file.scriptRequires) this.#visitScript(script);
    return true;
  }

  #visitScript(path: string): boolean {
    const known = this.#scripts.get(path);
    if (known !== undefined) return known !== null;
    const script = this.#cache.get(`wxs ${path}`, (reader) => compileWxsFile(reader, path));
    this.#scripts.set(path, script);
    for (const request of script?.requires ?? []) this.#visitScript(request);
    return script !== null;
  }

  #missing(file: WxmlFile, reference: WxmlReference): void {
    const place = placeOf(file.text, reference.offset);
    this.#diagnostics.push(
      problem(
        "error",
        `${file.path}.wxml`,
        place,
        `there is no file "${reference.path}"`,
        "src is seen from this file, or from the program's root with a leading /",
      ),
    );
  }

  /** An include that leads back to its own file would never end: it is left out. */
  #breakCycles(): void {
    const done = new Set<string>();
    const open: string[] = [];
    const visit = (path: string): void => {
      const file = this.#files.get(path);
      if (file === undefined || done.has(path)) return;
      open.push(path);
      const endless = file.includes.filter((reference) => open.includes(groupName(reference)));
      for (const reference of file.includes) if (!endless.includes(reference)) visit(groupName(reference));
      open.pop();
      done.add(path);
      if (endless.length > 0) this.#leaveOut(file, endless);
    };
    for (const path of this.#files.keys()) visit(path);
  }

  #leaveOut(file: WxmlFile, endless: readonly WxmlReference[]): void {
    for (const reference of endless) {
      const place = placeOf(file.text, reference.offset);
      const message = `this include never ends: "${reference.path}" includes this file again`;
      this.#diagnostics.push(problem("error", `${file.path}.wxml`, place, message, "it is left out"));
    }
    const shortened = this.#compile(
      file.path,
      endless.map((reference) => reference.offset),
    );
    if (shortened !== null) this.#files.set(file.path, shortened);
  }

  #compile(path: string, without: readonly number[]): WxmlFile | null {
    const key = `wxml ${path} ${without.join(",")}`;
    return this.#cache.get(key, (reader) => compileWxmlFile(reader, path, without));
  }
}
