import { statSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic, Program, ProgramFiles, Unit } from "../program.js";
import { missingAppConfig, readAppConfig } from "./app-config.js";
import { problem, sortDiagnostics, WHOLE_FILE } from "./diagnostics.js";
import { collectModules, type ModuleGraph } from "./module-graph.js";
import { readOwnSettings, type OwnSettings } from "./own-settings.js";
import { readProjectConfig, type ProjectConfig } from "./project-config.js";
import { sourceOf } from "./script.js";
import { SourceFiles } from "./source-files.js";
import { collectStyle } from "./style-graph.js";
import { styleIsolationOf, stylePrefixOf } from "./style-isolation.js";
import { bundleTemplates } from "./template-bundle.js";
import { collectTemplates, type TemplateGraph } from "./template-graph.js";
import { templateUpdatesOf } from "./template-updates.js";
import { TrackedCache } from "./tracked-cache.js";
import { collectUnits, type UnitDraft, type UnitGraph } from "./unit-graph.js";
import { findUnknownTags } from "./unknown-tags.js";
import { findUnknownTemplates } from "./unknown-templates.js";

export interface Compiler {
  /**
   * Compiles what the folder holds now; what has not changed since the last call is not compiled again. Wrong files
   * never reject: they stand in the program's diagnostics.
   */
  compile(): Promise<ProgramFiles>;
  /** Absolute path of the folder that holds app.json, as of the last compilation. */
  readonly programDirectory: string;
  /** What weapp-socket.json said at the last compilation. */
  readonly settings: OwnSettings;
  /** Absolute path, without links, of a file of the program; null where there is none. */
  locate(path: string): string | null;
  /**
   * Absolute path, without links, of a file that a place or a diagnostic names: of the program, of the folder that was
   * given, or of a package that was bundled. Null where there is none.
   */
  locateSource(file: string): string | null;
  /** Absolute path of the folder in node_modules that stands for "miniprogram_npm/<package>"; null where none does. */
  locatePackage(path: string): string | null;
  /** Absolute paths of the folders where a change may change the program, as of the last compilation. */
  directories(): ReadonlySet<string>;
}

/** @param directory absolute path of a mini program's folder, or of a project with a `miniprogramRoot` */
export function createCompiler(directory: string): Compiler {
  return new FolderCompiler(directory);
}

interface Source {
  readonly root: string;
  readonly files: SourceFiles;
  readonly cache: TrackedCache;
}

class FolderCompiler implements Compiler {
  readonly #directory: string;
  readonly #project: SourceFiles;
  #source: Source | undefined;
  #settings: OwnSettings = { domains: null, map: [], diagnostics: [] };
  #last: ProgramFiles | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#project = new SourceFiles(directory);
  }

  get programDirectory(): string {
    return join(this.#directory, this.#source?.root ?? "");
  }

  get settings(): OwnSettings {
    return this.#settings;
  }

  locate(path: string): string | null {
    return this.#source?.files.locate(path) ?? null;
  }

  locateSource(file: string): string | null {
    const original = this.#last?.originals.get(file);
    if (original === undefined) {
      if (/^node_modules(?:\/|$)/u.test(file)) return null;
      return this.locate(file) ?? this.#project.locate(file);
    }
    // A build's originals stand beside it in the project; those of packages say where they are.
    return original.path ?? this.#project.locate(file) ?? this.locate(file);
  }

  locatePackage(path: string): string | null {
    return this.#source?.files.locatePackage(path) ?? null;
  }

  directories(): ReadonlySet<string> {
    return new Set([...this.#project.directories(), ...(this.#source?.files.directories() ?? [])]);
  }

  async compile(): Promise<ProgramFiles> {
    this.#project.refresh();
    const settings = readOwnSettings(this.#project);
    const sameSettings = JSON.stringify(settings) === JSON.stringify(this.#settings);
    this.#settings = settings;
    const project = readProjectConfig(this.#project);
    const config = { ...project, diagnostics: [...project.diagnostics, ...this.#settings.diagnostics] };
    const made = await this.#make(config);
    const version = this.#last?.program.version ?? 0;
    const same = sameSettings && this.#last !== undefined && sameFiles(this.#last, made);
    this.#last = { ...made, program: { ...made.program, version: same ? version : version + 1 } };
    return this.#last;
  }

  async #make(config: ProjectConfig): Promise<ProgramFiles> {
    const { miniprogramRoot: root } = config;
    if (statSync(join(this.#directory, root), { throwIfNoEntry: false })?.isDirectory() !== true) {
      this.#source = undefined;
      const message = `miniprogramRoot "${root}" is no folder here`;
      const wrong = problem(
        "error",
        "project.config.json",
        WHOLE_FILE,
        message,
        "a build may have to make it first",
      );
      return emptyProgram(config, [...config.diagnostics, wrong]);
    }
    try {
      return await compileProgram(this.#openSource(root), config);
    } catch (error) {
      // A folder that vanishes half way, a file that may not be read: the next change tries again.
      const reason = error instanceof Error ? error.message : String(error);
      const wrong = problem("error", "app.json", WHOLE_FILE, `the program could not be compiled: ${reason}`);
      return emptyProgram(config, [...config.diagnostics, wrong]);
    }
  }

  #openSource(root: string): Source {
    if (this.#source?.root === root) {
      this.#source.files.refresh();
      return this.#source;
    }
    const files = new SourceFiles(join(this.#directory, root));
    this.#source = { root, files, cache: new TrackedCache(files) };
    return this.#source;
  }
}

async function compileProgram(source: Source, config: ProjectConfig): Promise<ProgramFiles> {
  const { files, cache } = source;
  const app = readAppConfig(files);
  if (app === null)
    return emptyProgram(config, [...config.diagnostics, ...inFolder(source, [missingAppConfig()])]);
  const drafts = collectUnits(files, cache, app, app.file);
  const modules = await collectModules(files, cache, moduleEntries(files, drafts));
  const templates = collectTemplates(cache, drafts.units.keys());
  const units: Record<string, Unit> = {};
  const styles: Record<string, string> = {};
  const diagnostics: Diagnostic[] = [
    ...app.diagnostics,
    ...drafts.diagnostics,
    ...modules.diagnostics,
    ...templates.diagnostics,
    ...findUnknownTags(templates, drafts.units.values()),
    ...findUnknownTemplates(templates),
  ];
  const addStyle = (name: string, paths: readonly string[], prefix: string): void => {
    const parts = paths.map((path) => collectStyle(cache, path, prefix));
    for (const part of parts) diagnostics.push(...part.diagnostics);
    const found = parts.flatMap(({ css }) => (css === null ? [] : [css]));
    if (found.length > 0) styles[name] = found.join("");
  };
  addStyle("app", [...app.extendedStyles, "app"], "");
  for (const draft of drafts.units.values()) {
    const unit = finishUnit(draft, modules, templates);
    units[unit.path] = unit;
    addStyle(unit.path, [unit.path], unit.stylePrefix);
  }
  return {
    program: {
      version: 0,
      appId: config.appId,
      appJson: app.json,
      pages: app.pages.map((page) => page.path),
      packages: app.packages,
      units,
      project: config.project,
      theme: app.theme,
      diagnostics: sortDiagnostics([...config.diagnostics, ...inFolder(source, diagnostics)]),
    },
    originals: new Map(
      [...modules.modules.values()].flatMap(({ originals = [] }) => originals.map((one) => [one.name, one])),
    ),
    modules: [...modules.modules.values()].map((module) => module.definition).join(""),
    templates: bundleTemplates(templates),
    styles,
  };
}

function moduleEntries(files: SourceFiles, drafts: UnitGraph): readonly string[] {
  const scripts = [...drafts.units.values()].flatMap((unit) => (unit.script === null ? [] : [unit.script]));
  return sourceOf(files, "app.js") === null ? scripts : ["app.js", ...scripts];
}

function finishUnit(draft: UnitDraft, modules: ModuleGraph, templates: TemplateGraph): Unit {
  const option = draft.script === null ? undefined : modules.modules.get(draft.script)?.styleOption;
  const styleIsolation = styleIsolationOf(draft.kind, draft.json, option);
  return {
    ...draft,
    styleIsolation,
    stylePrefix: stylePrefixOf(draft.path, styleIsolation),
    updates: templateUpdatesOf(templates, draft),
  };
}

function emptyProgram(config: ProjectConfig, diagnostics: readonly Diagnostic[]): ProgramFiles {
  const program: Program = {
    version: 0,
    appId: config.appId,
    appJson: {},
    pages: [],
    packages: [],
    units: {},
    project: config.project,
    theme: { light: {}, dark: {} },
    diagnostics: sortDiagnostics(diagnostics),
  };
  return { program, modules: "", templates: "", styles: {}, originals: new Map() };
}

/** Diagnostics name files from the folder that was given, which may stand above the program's. */
function inFolder(source: Source, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (source.root === "") return diagnostics;
  return diagnostics.map((item) => ({ ...item, file: `${source.root}/${item.file}` }));
}

function sameFiles(a: ProgramFiles, b: ProgramFiles): boolean {
  return (
    a.modules === b.modules &&
    a.templates === b.templates &&
    JSON.stringify(a.styles) === JSON.stringify(b.styles) &&
    JSON.stringify({ ...a.program, version: 0 }) === JSON.stringify({ ...b.program, version: 0 })
  );
}
