import type { Diagnostic } from "../program.js";
import { problem } from "./diagnostics.js";
import type { TrackedCache } from "./tracked-cache.js";
import { compileWxssFile, type WxssFile } from "./wxss.js";

/** The CSS of one unit with everything that it imports, each file where it is imported. */
export interface UnitStyle {
  /** Null: the unit has no WXSS file. */
  readonly css: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param path of the WXSS file without extension @param prefix class prefix, "" for shared styles */
export function collectStyle(cache: TrackedCache, path: string, prefix: string): UnitStyle {
  const diagnostics: Diagnostic[] = [];
  const open: string[] = [];
  const gather = (file: WxssFile): string => {
    diagnostics.push(...file.diagnostics);
    open.push(file.path);
    const css = file.parts.map((part) => {
      if (typeof part === "string") return part;
      if (part.path === null) return "";
      if (open.includes(part.path)) {
        const message = `this import never ends: "${part.path}" imports this file again`;
        diagnostics.push(problem("error", file.path, part.place, message, "it is left out"));
        return "";
      }
      const imported = load(cache, part.path, prefix);
      return imported === null ? "" : gather(imported);
    });
    open.pop();
    return css.join("");
  };
  const file = load(cache, `${path}.wxss`, prefix);
  return { css: file === null ? null : gather(file), diagnostics };
}

function load(cache: TrackedCache, path: string, prefix: string): WxssFile | null {
  return cache.get(`wxss ${path} ${prefix}`, (reader) => compileWxssFile(reader, path, prefix));
}
