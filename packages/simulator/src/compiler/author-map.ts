import { directoryOf, joinPath } from "../module-path.js";
import type { Diagnostic, OriginalText } from "../program.js";
import type { ModuleMap } from "../source-map.js";
import { problem, WHOLE_FILE } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";

/** What a build tool left of a script's originals. */
export interface AuthorMap {
  /** Null: the script has no map, or none that can be read. */
  readonly map: ModuleMap | null;
  readonly originals: readonly OriginalText[];
  /** The script without the comment that names the map. */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** As a source map of version 3 has it; sections are not read. */
interface SourceMapJson {
  readonly sources: readonly (string | null)[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly sourceRoot?: string;
  readonly mappings: string;
}

const COMMENT = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=(\S+)[ \t]*$/gmu;

/**
 * The source map of a script that a build tool made: in the script, in the file that it names, or in "<script>.map"
 * beside it, where WeChat DevTools looks as well (OFFICIAL, framework/usability/sourceMap).
 */
export function readAuthorMap(reader: SourceReader, file: string, script: string): AuthorMap {
  const comment = [...script.matchAll(COMMENT)].at(-1);
  const text = comment === undefined ? script : script.replace(comment[0], "");
  const none = { map: null, originals: [], text, diagnostics: [] };
  const json = mapText(reader, file, comment?.[1]);
  if (json === null) return none;
  const found = parseMap(json);
  if (typeof found === "string") {
    const message = `the source map is not read: ${found}`;
    return { ...none, diagnostics: [problem("warning", file, WHOLE_FILE, message)] };
  }
  const names = found.sources.map((source) => originalName(file, `${found.sourceRoot ?? ""}${source ?? ""}`));
  const originals = names.flatMap((name, index) => {
    const content = found.sourcesContent?.[index];
    return typeof content === "string" ? [{ name, text: content, path: null }] : [];
  });
  return { map: { sources: names, mappings: found.mappings }, originals, text, diagnostics: [] };
}

function mapText(reader: SourceReader, file: string, url: string | undefined): string | null {
  if (url === undefined) return reader.read(`${file}.map`);
  const data = /^data:[^,]*?(;base64)?,(.*)$/su.exec(url);
  if (data !== null) {
    const [, isBase64, body = ""] = data;
    return isBase64 === undefined ? decoded(body) : Buffer.from(body, "base64").toString();
  }
  const path = /^[a-z][\w+.-]*:/iu.test(url) ? null : joinPath(file, decoded(url));
  return path === null ? null : reader.read(path);
}

/** What is wrong, or the map. */
function parseMap(text: string): SourceMapJson | string {
  let value: unknown;
  try {
    // Some servers' guard against scripts that read JSON.
    value = JSON.parse(text.replace(/^\)\]\}'?/u, ""));
  } catch (error) {
    return (error as Error).message;
  }
  const { version, sources, mappings } = (value ?? {}) as Record<string, unknown>;
  if (version !== 3) return `expected version 3, got ${JSON.stringify(version) ?? "none"}`;
  if (typeof mappings !== "string") return "expected mappings, got none";
  if (!Array.isArray(sources)) return "expected sources, got none";
  return value as SourceMapJson;
}

/**
 * "webpack://shop/./src/pages/a.tsx?1f" and, seen from "dist/pages/a.js", "../../src/pages/a.tsx" are
 * "src/pages/a.tsx": the path inside the project, wherever it is.
 */
function originalName(file: string, source: string): string {
  const path = decoded(source.replace(/\?[^/]*$/u, "").replaceAll("\\", "/"));
  const own = /^[a-z][\w+.-]*:\/\/[^/]*\/(.*)$/iu.exec(path)?.[1];
  const parts: string[] = [];
  for (const part of (own ?? `${directoryOf(file)}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const packages = parts.lastIndexOf("node_modules");
  return parts.slice(Math.max(0, packages)).join("/");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
