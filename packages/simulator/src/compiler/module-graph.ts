import { isPackagePath, joinPath, resolveModule } from "../module-path.js";
import type { Diagnostic } from "../program.js";
import { placeOf, problem } from "./diagnostics.js";
import { compileScript, defineModule, sourceOf, type ScriptModule } from "./script.js";
import { readJsonFile } from "./tolerant-json.js";
import type { SourceFiles, SourceReader } from "./source-files.js";
import { literalStyleOption } from "./style-isolation.js";
import { literalText, parseScript, walk } from "./syntax-tree.js";
import type { TrackedCache } from "./tracked-cache.js";

/** Every script and JSON file that a program reaches. */
export interface ModuleGraph {
  readonly modules: ReadonlyMap<string, BundledModule>;
  readonly diagnostics: readonly Diagnostic[];
}

/** A module and the text that defines it. */
export interface BundledModule extends ScriptModule {
  readonly definition: string;
  /** What it says of style isolation, should it be a unit's script. */
  readonly styleOption: string | undefined;
}

/** @param entries module paths that exist ("app.js", and the script of every unit) */
export async function collectModules(
  files: SourceFiles,
  cache: TrackedCache,
  entries: Iterable<string>,
): Promise<ModuleGraph> {
  const modules = new Map<string, BundledModule>();
  const diagnostics: Diagnostic[] = [];
  const has = (path: string): boolean => sourceOf(files, path) !== null;
  let wave = new Set(entries);
  while (wave.size > 0) {
    const compiled = await Promise.all([...wave].map((path) => compile(cache, path)));
    const next = new Set<string>();
    for (const module of compiled) {
      if (module === null) continue;
      modules.set(module.path, module);
      diagnostics.push(...module.diagnostics);
      for (const request of module.requests) {
        const found = resolveModule(module.path, request, has);
        if (found === null) diagnostics.push(...missingModule(files, module, request));
        else if (!modules.has(found)) next.add(found);
      }
    }
    for (const path of modules.keys()) next.delete(path);
    wave = next;
  }
  return { modules, diagnostics };
}

function compile(cache: TrackedCache, path: string): Promise<BundledModule | null> {
  return cache.getLater(`module ${path}`, async (reader) => {
    const module = path.endsWith(".json") ? jsonModule(reader, path) : await compileScript(reader, path);
    if (module === null) return null;
    return { ...module, definition: defineModule(module), styleOption: literalStyleOption(module.code) };
  });
}

function jsonModule(reader: SourceReader, path: string): ScriptModule | null {
  const json = readJsonFile(reader, path);
  if (json === null) return null;
  return {
    path,
    file: path,
    code: `module.exports=${JSON.stringify(json.root)};`,
    requests: [],
    diagnostics: json.diagnostics,
    map: null,
  };
}

function missingModule(files: SourceFiles, module: ScriptModule, request: string): readonly Diagnostic[] {
  // Libraries guard requires of what their other platforms have.
  if (isPackagePath(module.path)) return [];
  const text = files.read(module.file);
  const offset = text === null ? undefined : requestOffset(text, request);
  if (text === null || offset === undefined) return [];
  const message = `there is no module "${request}"`;
  return [problem("warning", module.file, placeOf(text, offset), message, missingHint(module.path, request))];
}

function missingHint(from: string, request: string): string {
  if (request.startsWith(".") || request.startsWith("/")) {
    return `looked for "${joinPath(from, request) ?? request}.js" and "${joinPath(from, request) ?? request}/index.js"`;
  }
  return `a file beside this one is "./${request}"; a package is installed beside package.json: npm install ${packageOf(request)}`;
}

/** Where the author's text asks for it; undefined where it only looked so, as in a comment. */
function requestOffset(text: string, request: string): number | undefined {
  const tree = parseScript(text);
  if (tree === null) return moduleRequestOffset(text, request);
  let offset: number | undefined;
  walk(tree, (node) => {
    if (node.type !== "CallExpression" || literalText(node.arguments[0]) !== request) return;
    if (node.callee.type === "Identifier" && node.callee.name === "require") offset ??= node.start;
  });
  return offset;
}

/** For ES modules and TypeScript, which acorn's script grammar does not read. */
function moduleRequestOffset(text: string, request: string): number | undefined {
  const offset = [`"${request}"`, `'${request}'`]
    .map((quoted) => text.indexOf(quoted))
    .find((at) => at !== -1);
  return offset;
}

/** "@me/shout/lib/deep" to "@me/shout". */
function packageOf(request: string): string {
  return request
    .split("/")
    .slice(0, request.startsWith("@") ? 2 : 1)
    .join("/");
}
