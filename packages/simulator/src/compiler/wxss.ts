import postcss, { CssSyntaxError, type AtRule, type Declaration, type Root, type Rule } from "postcss";
import safeParse from "postcss-safe-parser";
import { directoryOf, isPackagePath, joinPath, normalizePath } from "../module-path.js";
import type { Diagnostic } from "../program.js";
import { problem, WHOLE_FILE, type Place } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";
import { convertSelector, underCondition } from "./wxss-selector.js";
import { convertInsets, convertQueryRpx, convertRpx, replaceUrls } from "./wxss-values.js";

/** One WXSS file under one class prefix: CSS, and between it the files that it imports. */
export interface WxssFile {
  readonly path: string;
  readonly parts: readonly (string | WxssImport)[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface WxssImport {
  /** Null: no such file. */
  readonly path: string | null;
  readonly place: Place;
}

/** Where the frame page finds the author's local files. */
const FILES_BASE = "../program/files/";

/** Null where there is no such file. @param prefix class prefix, "" for shared styles */
export function compileWxssFile(reader: SourceReader, path: string, prefix: string): WxssFile | null {
  const text = reader.read(path);
  if (text === null) return null;
  try {
    return new WxssCompiler(reader, path, prefix).compile(text);
  } catch (error) {
    // postcss descends as deep as the text does.
    const message = `wxss: this cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { path, parts: [], diagnostics: [problem("error", path, WHOLE_FILE, message)] };
  }
}

class WxssCompiler {
  readonly #reader: SourceReader;
  readonly #path: string;
  readonly #prefix: string;
  readonly #diagnostics: Diagnostic[] = [];

  constructor(reader: SourceReader, path: string, prefix: string) {
    this.#reader = reader;
    this.#path = path;
    this.#prefix = prefix;
  }

  compile(text: string): WxssFile {
    const root = this.#parse(text);
    root.walkRules((rule) => this.#rule(rule));
    root.walkDecls((declaration) => this.#declaration(declaration));
    const imports = new Map<AtRule, WxssImport>();
    root.walkAtRules((rule) => {
      if (rule.name === "import") imports.set(rule, this.#import(rule));
      else if (rule.name === "media") this.#media(rule);
    });
    return { path: this.#path, parts: split(root, imports), diagnostics: this.#diagnostics };
  }

  #parse(text: string): Root {
    try {
      return postcss.parse(text);
    } catch (error) {
      if (!(error instanceof CssSyntaxError)) throw error;
      const place = { line: error.line ?? 0, column: error.column ?? 0 };
      const hint = "the rest is read as far as it goes";
      this.#problem("warning", place, `wxss: ${error.reason.toLowerCase()}`, hint);
      return safeParse(text) as Root;
    }
  }

  #rule(rule: Rule): void {
    const parent = rule.parent;
    if (parent?.type === "atrule" && (parent as AtRule).name.endsWith("keyframes")) return;
    const converted = convertSelector(rule.selector, this.#prefix);
    if (converted === null) {
      this.#problem(
        "warning",
        placeOfNode(rule),
        `wxss: the selector "${rule.selector}" cannot be read`,
        "the rule is left out",
      );
      rule.remove();
      return;
    }
    if (converted.selector !== rule.selector) rule.selector = converted.selector;
    if (this.#prefix !== "" && converted.reaches.size > 0 && !isPackagePath(this.#path)) {
      const kinds = [...converted.reaches].join(" and ");
      const hint = "in a component's wxss use classes";
      this.#problem(
        "warning",
        placeOfNode(rule),
        `wxss: ${kinds} selectors reach beyond this component`,
        hint,
      );
    }
  }

  #declaration(declaration: Declaration): void {
    const { value } = declaration;
    if (!/rpx|url\(|safe-area-inset/iu.test(value)) return;
    declaration.value = replaceUrls(convertInsets(convertRpx(value)), (url) =>
      this.#localUrl(url, declaration),
    );
  }

  #localUrl(url: string, declaration: Declaration): string {
    if (url === "" || /^(?:[a-z][a-z\d+.-]*:|\/\/|#)/iu.test(url)) return url;
    const [name, rest] = splitOnce(url);
    const path = joinPath(this.#path, decode(name));
    if (path === null || !this.#reader.exists(path)) {
      this.#problem("warning", placeOfNode(declaration), `there is no file "${name}"`);
      return url;
    }
    return FILES_BASE + path.split("/").map(encodeURIComponent).join("/") + rest;
  }

  #import(rule: AtRule): WxssImport {
    const request = /^\s*(?:url\(\s*)?["']?([^"')]+)["']?/u.exec(rule.params)?.[1]?.trim() ?? "";
    const place = placeOfNode(rule);
    const path = resolveStyle(this.#reader, this.#path, request);
    if (path === null && !/^https?:/u.test(request)) {
      this.#problem(
        "error",
        place,
        `there is no file "${request}"`,
        "a path without a leading / is seen from this file",
      );
    }
    return { path, place };
  }

  #media(rule: AtRule): void {
    rule.params = convertQueryRpx(rule.params);
    const scheme = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/iu.exec(rule.params);
    // A list of queries would need its rules once for each; none was seen in the wild.
    if (scheme === null || rule.params.includes(",")) return;
    const condition = `[data-theme="${(scheme[1] ?? "").toLowerCase()}"]`;
    rule.walkRules((inner) => {
      const parent = inner.parent;
      if (
        parent?.type === "rule" ||
        (parent?.type === "atrule" && (parent as AtRule).name.endsWith("keyframes"))
      )
        return;
      inner.selector = underCondition(inner.selector, condition);
    });
    const others = rule.params
      .replace(scheme[0], "")
      .replaceAll(/^\s*and\b|\band\s*$|\band\s+(?=and\b)/giu, "")
      .trim();
    if (others === "" || /^(?:only\s+)?(?:screen|all)$/iu.test(others)) rule.replaceWith(rule.nodes ?? []);
    else rule.params = others;
  }

  #problem(severity: Diagnostic["severity"], place: Place, message: string, hint?: string): void {
    if (severity === "warning" && isPackagePath(this.#path)) return;
    this.#diagnostics.push(problem(severity, this.#path, place, message, hint));
  }
}

function resolveStyle(reader: SourceReader, from: string, request: string): string | null {
  const withEnding = request.endsWith(".wxss") || request.endsWith(".css") ? request : `${request}.wxss`;
  const direct = joinPath(from, withEnding);
  if (direct !== null && reader.exists(direct)) return direct;
  if (request.startsWith("/") || request.startsWith(".")) return null;
  for (let folder = directoryOf(from); ; folder = directoryOf(folder)) {
    const path = normalizePath(`${folder}/miniprogram_npm/${withEnding}`);
    if (path !== null && reader.exists(path)) return path;
    if (folder === "") return null;
  }
}

function split(root: Root, imports: ReadonlyMap<AtRule, WxssImport>): readonly (string | WxssImport)[] {
  const parts: (string | WxssImport)[] = [];
  let css = "";
  root.each((node) => {
    const found = node.type === "atrule" ? imports.get(node) : undefined;
    if (found === undefined) {
      css += `${node.toString()}${node.type === "decl" || (node.type === "atrule" && node.nodes === undefined) ? ";" : ""}\n`;
      return;
    }
    parts.push(css, found);
    css = "";
  });
  parts.push(css);
  return parts.filter((part) => part !== "");
}

function placeOfNode(node: Rule | AtRule | Declaration): Place {
  const start = node.source?.start;
  return { line: start?.line ?? 0, column: start?.column ?? 0 };
}

function splitOnce(url: string): readonly [string, string] {
  const at = url.search(/[?#]/u);
  return at === -1 ? [url, ""] : [url.slice(0, at), url.slice(at)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
