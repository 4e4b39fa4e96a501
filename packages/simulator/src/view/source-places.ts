import { MODULE_START } from "../module-scope.js";
import { decodeMappings, findSource, type ModuleMap, type SourcePlace } from "../source-map.js";

/** Leads from the engine's stacks, which speak of modules as they run, to the author's own files. */
export interface SourcePlaces {
  /** The author's place nearest to where a stack was taken; undefined where none of it is the author's. */
  find(stack: readonly string[]): SourcePlace | undefined;
  /** A stack as the author would read it, as far as it is the author's: "at send (pages/chat/chat.ts:12:5)". */
  rewrite(stack: string): string;
}

const FRAME = /weapp:\/\/[^/\s]*\/([^\s()]+?):(\d+)(?::(\d+))?(?=\)|\s|$)/u;
const FRAMES = new RegExp(FRAME, "gu");

/**
 * @param maps of modules that were transformed, by path
 * @param before characters that stand before a module's wrapper on its first line
 */
export function createSourcePlaces(maps: ReadonlyMap<string, ModuleMap>, before: number): SourcePlaces {
  const decoded = new Map<string, ReturnType<typeof decodeMappings>>();
  const start = before + MODULE_START.length;

  function placeOf([, path = "", written = "0", column = "0"]: readonly (string | undefined)[]): SourcePlace {
    const file = decodeURI(path);
    // Templates run as what they were compiled to.
    if (file.endsWith(".wxml")) return { file, line: 0, column: 0 };
    const line = Number(written);
    const place = { file, line, column: line === 1 ? Math.max(1, Number(column) - start) : Number(column) };
    const map = maps.get(file);
    if (map === undefined) return place;
    const lines = decoded.get(file) ?? decodeMappings(map.mappings);
    decoded.set(file, lines);
    // What nobody wrote, such as the glue of a bundle, has the file alone.
    return findSource(lines, map, line, place.column) ?? { file: map.sources[0] ?? file, line: 0, column: 0 };
  }

  return {
    find(stack) {
      for (const line of stack) {
        const match = FRAME.exec(line);
        if (match !== null) return placeOf(match);
      }
      return undefined;
    },
    rewrite(stack) {
      const lines = stack.split("\n");
      const last = lines.findLastIndex((line) => FRAME.test(line));
      return (last < 0 ? lines : lines.slice(0, last + 1))
        .join("\n")
        .replaceAll(FRAMES, (...match: string[]) => formatPlace(placeOf(match)));
    },
  };
}

/** "pages/chat/chat.ts:12:5" */
export function formatPlace({ file, line, column }: SourcePlace): string {
  return [file, ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])].join(":");
}
