import { directoryOf, joinPath, normalizePath } from "../module-path.js";
import type { SourceReader } from "./source-files.js";
import { sourceOf } from "./script.js";

/**
 * The unit that a path in `usingComponents` leads to: relative to the file that says it, absolute, or in the nearest
 * `miniprogram_npm`; a folder stands for its index. Null where nothing is there.
 *
 * @param from path of the json file's unit ("pages/chat/chat", "app")
 */
export function resolveComponent(reader: SourceReader, from: string, request: string): string | null {
  const direct = findUnit(reader, joinPath(from, request));
  if (direct !== null || request.startsWith("/") || request.startsWith(".")) return direct;
  let folder = directoryOf(from);
  for (;;) {
    const found = findUnit(reader, normalizePath(`${folder}/miniprogram_npm/${request}`));
    if (found !== null) return found;
    if (folder === "") return null;
    folder = directoryOf(folder);
  }
}

/** Whether any of a unit's files is there. */
export function unitExists(reader: SourceReader, path: string): boolean {
  return (
    reader.exists(`${path}.json`) || reader.exists(`${path}.wxml`) || sourceOf(reader, `${path}.js`) !== null
  );
}

function findUnit(reader: SourceReader, path: string | null): string | null {
  if (path === null) return null;
  for (const candidate of [path, `${path}/index`]) if (unitExists(reader, candidate)) return candidate;
  return null;
}
