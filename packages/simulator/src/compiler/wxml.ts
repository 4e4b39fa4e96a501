import glassEaselTemplateCompiler from "glass-easel-template-compiler";
import { isPackagePath, joinPath } from "../module-path.js";
import type { Diagnostic } from "../program.js";
import { placeOf, problem, WHOLE_FILE } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";
import { compileWxs } from "./wxs.js";
import { attributeOf, scanTags, type WxmlTag } from "./wxml-scan.js";

/** What `import`, `include` or `wxs` asks for. */
export interface WxmlReference {
  /** With extension. */
  readonly path: string;
  readonly offset: number;
}

/** One WXML file as glass-easel's generated code. */
export interface WxmlFile {
  /** Without extension: the name of its template group. */
  readonly path: string;
  readonly text: string;
  /** An expression that gives the template group; null where the compiler could make nothing of the file. */
  readonly code: string | null;
  readonly tags: readonly WxmlTag[];
  readonly imports: readonly WxmlReference[];
  readonly includes: readonly WxmlReference[];
  readonly scripts: readonly WxmlReference[];
  /** WXS files that inline modules require. */
  readonly scriptRequires: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface TemplateProblem {
  readonly level: "Note" | "Warn" | "Error" | "Fatal";
  readonly code: number;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

/**
 * Null where there is no such file.
 *
 * @param path without extension
 * @param without offsets of `include` tags to leave out, because they would never end
 */
export function compileWxmlFile(
  reader: SourceReader,
  path: string,
  without: readonly number[] = [],
): WxmlFile | null {
  const file = `${path}.wxml`;
  const original = reader.read(file);
  if (original === null) return null;
  const tags = scanTags(original);
  const text = adapt(original, tags, without);
  const group = new glassEaselTemplateCompiler.TmplGroup();
  try {
    const problems = group.addTmpl(path, text) as readonly TemplateProblem[];
    const diagnostics = problems.flatMap((item) => diagnose(item, file));
    const scriptRequires: string[] = [];
    for (const name of group.getInlineScriptModuleNames(path) as readonly string[]) {
      const script = compileWxs(
        group.getInlineScript(path, name),
        file,
        inlineScriptPlace(original, tags, name),
      );
      group.setInlineScript(path, name, script.code);
      scriptRequires.push(...script.requires);
      diagnostics.push(...script.diagnostics);
    }
    return {
      path,
      text: original,
      code: group.getTmplGenObject(path),
      tags,
      imports: references(file, tags, "import", ".wxml"),
      includes: references(file, tags, "include", ".wxml"),
      scripts: references(file, tags, "wxs", ".wxs"),
      scriptRequires,
      diagnostics,
    };
  } catch (error) {
    // The compiler is WebAssembly: what it does not expect ends in a trap.
    const message = error instanceof Error ? error.message : String(error);
    return {
      path,
      text: original,
      code: null,
      tags,
      imports: [],
      includes: [],
      scripts: [],
      scriptRequires: [],
      diagnostics: [problem("error", file, WHOLE_FILE, `the template compiler gave up: ${message}`)],
    };
  } finally {
    group.free();
  }
}

/** Spellings that WeChat takes and the template compiler does not, changed without moving anything. */
function adapt(text: string, tags: readonly WxmlTag[], without: readonly number[]): string {
  let result = text;
  for (const tag of tags) {
    const items = attributeOf(tag, "wx:for-items");
    if (items !== undefined && attributeOf(tag, "wx:for") === undefined) {
      result = overwrite(result, items.offset, "wx:for".padEnd("wx:for-items".length));
    }
  }
  for (const tag of tags) if (without.includes(tag.offset)) result = blank(result, tag);
  return result;
}

function blank(text: string, tag: WxmlTag): string {
  const end = tag.end + (/^\s*<\/include\s*>/u.exec(text.slice(tag.end))?.[0].length ?? 0);
  return overwrite(text, tag.offset, text.slice(tag.offset, end).replaceAll(/\S/gu, " "));
}

function overwrite(text: string, offset: number, replacement: string): string {
  return text.slice(0, offset) + replacement + text.slice(offset + replacement.length);
}

function references(
  file: string,
  tags: readonly WxmlTag[],
  name: string,
  extension: string,
): readonly WxmlReference[] {
  return tags.flatMap((tag) => {
    const src = tag.name === name ? attributeOf(tag, "src") : undefined;
    if (src === undefined || src.value === "") return [];
    const path = joinPath(file, src.value);
    if (path === null) return [{ path: src.value, offset: tag.offset }];
    return [{ path: path.endsWith(extension) ? path : path + extension, offset: tag.offset }];
  });
}

function inlineScriptPlace(
  text: string,
  tags: readonly WxmlTag[],
  module: string,
): { line: number; column: number } {
  const tag = tags.find((item) => item.name === "wxs" && attributeOf(item, "module")?.value === module);
  return tag === undefined ? WHOLE_FILE : placeOf(text, tag.offset);
}

const HINTS: Readonly<Record<string, string>> = {
  "missing end tag": "close the tag; it is taken as closed where its parent ends",
  "duplicated attribute": "the first one counts",
  "invalid end tag": "there is no open tag of this name here; it is left out",
  "child nodes are not allowed for this element": "they are not drawn",
  "should be quoted": "write the value in quotes",
  "unexpected character inside expression":
    "expressions know names, numbers, strings, operators, [ ] and { }; call functions of a wxs module for more",
  "missing expression end": 'an expression ends with "}}"',
  "illegal name prefix":
    "prefixes are wx:, bind:, catch:, mut-bind:, capture-bind:, capture-catch:, mark:, data:, model:",
};

// What WeChat itself takes without a word.
const SILENT: ReadonlySet<string> = new Set(["avoid uppercase letters", "the expression is empty"]);

// Errors to the template compiler, which WeChat passes over: a slot's own content is not drawn.
const HARMLESS: ReadonlySet<string> = new Set(["child nodes are not allowed for this element"]);

function diagnose(item: TemplateProblem, file: string): readonly Diagnostic[] {
  if (item.level === "Note" || SILENT.has(item.message)) return [];
  const severity = item.level === "Warn" || HARMLESS.has(item.message) ? "warning" : "error";
  // What a package's own text could do better is no news for who uses it.
  if (severity === "warning" && isPackagePath(file)) return [];
  const place = { line: item.startLine + 1, column: item.startColumn + 1 };
  return [problem(severity, file, place, `wxml: ${item.message}`, HINTS[item.message])];
}
