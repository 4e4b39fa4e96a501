import { transform, type Message } from "esbuild";
import { isPackagePath } from "../module-path.js";
import { MODULE_START } from "../module-scope.js";
import type { Diagnostic, OriginalText } from "../program.js";
import type { ModuleMap } from "../source-map.js";
import { readAuthorMap } from "./author-map.js";
import { problem, WHOLE_FILE } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";
import { bundlePackage } from "./npm-bundle.js";
import { findSyntaxError } from "./syntax-error.js";

/** One script or JSON file as it goes into modules.js. */
export interface ScriptModule {
  /** Path that `require` finds it by: "app.js" also where the source is app.ts. */
  readonly path: string;
  /** Path of the author's file. */
  readonly file: string;
  /** CommonJS. */
  readonly code: string;
  /** What it requires by literal names, in order of first mention. */
  readonly requests: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Leads from `code` to what was written; null: it is what was written. */
  readonly map: ModuleMap | null;
  /** What was written in files that are none of the program's. Default: nothing. */
  readonly originals?: readonly OriginalText[];
}

/** The author's file behind a module path: the path itself, or its TypeScript twin. Null where there is none. */
export function sourceOf(reader: SourceReader, path: string): string | null {
  if (reader.exists(path)) return path;
  const typescript = path.endsWith(".js") ? `${path.slice(0, -3)}.ts` : null;
  return typescript !== null && reader.exists(typescript) ? typescript : null;
}

/** Null where there is no source. A source that does not parse becomes a module that throws its syntax error. */
export async function compileScript(reader: SourceReader, path: string): Promise<ScriptModule | null> {
  const bundle = reader.bundle(path);
  if (bundle !== null) return bundlePackage(bundle, path);
  const file = sourceOf(reader, path);
  const text = file === null ? null : reader.read(file);
  if (file === null || text === null) return null;
  const typescript = file.endsWith(".ts");
  const { originals, ...left } = readAuthorMap(reader, file, text);
  // Nearly all mini program code is classic script; ES modules are what is left, and whatever is wrong.
  if (!typescript && findSyntaxError(text) === null) {
    const { map, diagnostics } = left;
    return { path, file, code: text, requests: requestsOf(text), diagnostics, map, originals };
  }
  try {
    const { code, map, warnings } = await transform(left.text + mapComment(left.map), {
      loader: typescript ? "ts" : "js",
      format: "cjs",
      target: "es2022",
      sourcefile: file,
      sourcemap: isPackagePath(path) ? "external" : "both",
      charset: "utf8",
      logLevel: "silent",
    });
    const said = warnings.filter(concernsAuthor).map((item) => fromMessage("warning", file, item));
    const { sources, mappings } = JSON.parse(map) as ModuleMap;
    return {
      path,
      file,
      code,
      requests: requestsOf(code),
      diagnostics: [...left.diagnostics, ...said],
      map: { sources, mappings },
      originals,
    };
  } catch (error) {
    const diagnostics = messagesOf(error).map((item) => fromMessage("error", file, item));
    const first = diagnostics[0] ?? problem("error", file, WHOLE_FILE, String(error));
    const reason = `${file}:${first.line}:${first.column} ${first.message}`;
    const code = `throw new SyntaxError(${JSON.stringify(reason)});`;
    const found = diagnostics.length > 0 ? diagnostics : [first];
    return { path, file, code, requests: [], diagnostics: found, map: null };
  }
}

/**
 * The call that puts a module into modules.js. The text is evaluated by `load` and not before: what a file has wrong
 * stays its own, positions are those of the author's file, and a large program starts without compiling all of it.
 */
export function defineModule(module: ScriptModule): string {
  // A first line for a shell may stand at the start of a script, but not of a function.
  const code = module.code.replace(/^#!/u, "//");
  const source = `${MODULE_START}${code}\n}})\n//# sourceURL=weapp:///${encodeURI(module.path)}`;
  const map = module.map === null ? "" : `,${JSON.stringify(module.map)}`;
  return `__weappDefine(${JSON.stringify(module.path)},function(scope){return(0,eval)(${JSON.stringify(source)})(scope)}${map});\n`;
}

/** A map as the transformation takes it, so that its own leads to the originals. */
function mapComment(map: ModuleMap | null): string {
  if (map === null) return "";
  const json = JSON.stringify({ version: 3, names: [], ...map });
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString("base64")}`;
}

// A regular expression may see a request inside a comment: then a module too many is collected, or a missing one is
// looked for again in the syntax tree before it is called missing.
function requestsOf(code: string): readonly string[] {
  const found = new Set<string>();
  for (const match of code.matchAll(
    /\brequire(?:\.async)?\s*\(\s*(?:"([^"\n]+)"|'([^'\n]+)'|`([^`$\n]+)`)\s*[,)]/gu,
  )) {
    const request = match[1] ?? match[2] ?? match[3];
    if (request !== undefined) found.add(request);
  }
  return [...found];
}

function concernsAuthor(message: Message): boolean {
  // WeChat's own style of code earns these.
  return !["commonjs-variable-in-esm", "direct-eval", "equals-negative-zero"].includes(message.id);
}

function messagesOf(error: unknown): readonly Message[] {
  const errors = (error as { readonly errors?: readonly Message[] }).errors;
  return Array.isArray(errors) ? (errors as readonly Message[]) : [];
}

function fromMessage(severity: Diagnostic["severity"], file: string, message: Message): Diagnostic {
  const at = message.location;
  const place = at === null ? WHOLE_FILE : { line: at.line, column: at.column + 1 };
  return problem(severity, file, place, message.text, message.notes[0]?.text);
}
