import { directoryOf } from "../module-path.js";
import type { Diagnostic, JsonObject, Package } from "../program.js";
import type { AppConfig } from "./app-config.js";
import { resolveComponent } from "./component-path.js";
import { problem, WHOLE_FILE } from "./diagnostics.js";
import { sourceOf } from "./script.js";
import type { SourceFiles } from "./source-files.js";
import { isJsonObject, objectAt, readConfigFile, type JsonFile } from "./tolerant-json.js";
import type { TrackedCache } from "./tracked-cache.js";

/** A unit as its json and the presence of its files tell it; styles are decided later. */
export interface UnitDraft {
  readonly path: string;
  readonly kind: "page" | "component";
  readonly package: string;
  readonly script: string | null;
  readonly json: JsonObject;
  readonly usingComponents: Readonly<Record<string, string>>;
  readonly generics: Readonly<Record<string, string | null>>;
}

export interface UnitGraph {
  readonly units: ReadonlyMap<string, UnitDraft>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Follows `usingComponents` from every page. */
export function collectUnits(
  files: SourceFiles,
  cache: TrackedCache,
  app: AppConfig,
  appFile: JsonFile,
): UnitGraph {
  const collector = new UnitCollector(files, cache, app);
  collector.visitApp(app.json, appFile);
  for (const page of app.pages) collector.visitPage(page.path, page.package, appFile.place(page.key));
  if (app.customTabBar) collector.visitComponent("custom-tab-bar/index");
  return { units: collector.units, diagnostics: collector.diagnostics };
}

class UnitCollector {
  readonly units = new Map<string, UnitDraft>();
  readonly diagnostics: Diagnostic[] = [];
  readonly #files: SourceFiles;
  readonly #cache: TrackedCache;
  readonly #packages: readonly Package[];
  #shared: Readonly<Record<string, string>> = {};

  constructor(files: SourceFiles, cache: TrackedCache, app: AppConfig) {
    this.#files = files;
    this.#cache = cache;
    this.#packages = app.packages;
  }

  visitApp(json: JsonObject, file: JsonFile): void {
    this.#shared = this.#resolveAll("app", objectAt(json, "usingComponents"), file, ["usingComponents"]);
    for (const path of Object.values(this.#shared)) this.visitComponent(path);
  }

  visitPage(path: string, root: string, named: { line: number; column: number }): void {
    if (!this.#files.exists(`${path}.wxml`)) {
      const hint = `app.json names the page "${path}"`;
      this.diagnostics.push(
        problem("error", "app.json", named, `the page file "${path}.wxml" is missing`, hint),
      );
    }
    this.#visit(path, "page", root);
  }

  visitComponent(path: string): void {
    if (this.units.has(path)) return;
    const root = this.#packages.find((item) => path.startsWith(`${item.root}/`))?.root ?? "";
    if (!this.#files.exists(`${path}.wxml`)) {
      const message = `the component file "${path}.wxml" is missing`;
      this.diagnostics.push(problem("error", `${path}.json`, WHOLE_FILE, message));
    }
    this.#visit(path, "component", root);
  }

  #visit(path: string, kind: UnitDraft["kind"], root: string): void {
    const file = `${path}.json`;
    const config = this.#cache.get(`json ${file}`, (reader) => readConfigFile(reader, file));
    this.diagnostics.push(...(config?.diagnostics ?? []));
    const json = config?.value ?? {};
    const script = `${path}.js`;
    const hasScript = sourceOf(this.#files, script) !== null;
    if (!hasScript && this.#files.exists(`${path}.wxml`)) {
      const message = `the ${kind} has no script "${script}"`;
      this.diagnostics.push(problem("error", `${path}.wxml`, WHOLE_FILE, message));
    }
    const own =
      config === null
        ? {}
        : this.#resolveAll(path, objectAt(json, "usingComponents"), config, ["usingComponents"]);
    const generics =
      config === null ? {} : this.#resolveGenerics(path, objectAt(json, "componentGenerics"), config);
    this.units.set(path, {
      path,
      kind,
      package: root,
      script: hasScript ? script : null,
      json,
      // Components of app.json serve the author's own units; a package brings its own.
      usingComponents: { ...this.#shared, ...own },
      generics,
    });
    for (const used of Object.values(own)) this.visitComponent(used);
    for (const used of Object.values(generics)) if (used !== null) this.visitComponent(used);
  }

  #resolveAll(
    from: string,
    components: JsonObject,
    file: JsonFile,
    key: readonly string[],
  ): Readonly<Record<string, string>> {
    const resolved: [string, string][] = [];
    for (const [tag, request] of Object.entries(components)) {
      const path = this.#resolve(from, tag, request, file, [...key, tag]);
      if (path !== null) resolved.push([tag, path]);
    }
    return Object.fromEntries(resolved);
  }

  #resolveGenerics(
    path: string,
    generics: JsonObject,
    file: JsonFile,
  ): Readonly<Record<string, string | null>> {
    const resolved: [string, string | null][] = [];
    for (const [name, value] of Object.entries(generics)) {
      const request = isJsonObject(value) ? value["default"] : undefined;
      const key = ["componentGenerics", name, "default"];
      resolved.push([name, request === undefined ? null : this.#resolve(path, name, request, file, key)]);
    }
    return Object.fromEntries(resolved);
  }

  #resolve(
    from: string,
    tag: string,
    request: unknown,
    file: JsonFile,
    key: readonly string[],
  ): string | null {
    const json = `${from}.json`;
    const place = file.place(key);
    if (typeof request !== "string") {
      this.diagnostics.push(
        problem("error", json, place, `the path of <${tag}> is a string, got ${JSON.stringify(request)}`),
      );
      return null;
    }
    if (/^(?:dynamicLib|plugin(?:-private)?):/u.test(request)) {
      const hint = "plugins live on WeChat's servers: the tag is drawn empty";
      this.diagnostics.push(
        problem("warning", json, place, `<${tag}> comes from a plugin, "${request}"`, hint),
      );
      return null;
    }
    const path = this.#cache.get(`component ${directoryOf(from)} ${request}`, (reader) =>
      resolveComponent(reader, from, request),
    );
    if (path === null) {
      const hint = /^[./]/u.test(request) ? undefined : "npm components are built into miniprogram_npm";
      this.diagnostics.push(
        problem("error", json, place, `there is no component "${request}" for <${tag}>`, hint),
      );
    }
    return path;
  }
}
