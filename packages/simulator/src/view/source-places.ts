import { MODULE_START } from "../module-scope.js";
import { decodeMappings, findSource, type ModuleMap, type SourcePlace } from "../source-map.js";

/** Leads from the engine's stacks, which speak of modules as they run, to the author's own files. */
export interface SourcePlaces {
  /** The author's place nearest to where a stack was taken; undefined where none of it is the author's. */
  find(stack: readonly string[]): SourcePlace | undefined;
  /** A text with its stack as the author would read it, as far as it is the author's: "at send (pages/chat/chat.ts:12:5)". */
  rewrite(text: string): string;
  /**
   * Makes the stack of an error that the app is told of one of the author's files, in the form that reporters on phones
   * read: "at send (https://usr/pages/chat/chat.ts:12:5)". What is no error, or frozen, stays as it is.
   */
  adopt(error: unknown): void;
  /** Whether an error was adopted here: its stack no longer says which program it is of. */
  isAdopted(error: unknown): boolean;
}

/** OBSERVED android: stacks call the program's own files so. WeChat's bundle ("app-service.js") is not made here. */
const PHONE_ORIGIN = "https://usr/";
/** A place as the engine has it, or as an adopted error does; also where JSON has made one line of the stack. */
const PLACE = /(weapp:\/\/[^/\s]*\/|https:\/\/usr\/)([^\s()"\\]+?):(\d+)(?::(\d+))?(?=[)\s"\\]|$)/u;
const PLACES = new RegExp(PLACE, "gu");
/** What has no line of its own, such as a template, in an adopted error. */
const PHONE_FILES = /(?<=\(|at |@)https:\/\/usr\/(?=[^\s()]+\.\w+\)?$)/gmu;
const STACK_LINE = /^\s+at |@\S+:\d+$/u;
/** A line of a stack that stands in a file, be it the author's, the simulator's or Node's. */
const IN_FILE = /(?:\(|at |@)(?:[\w-]+:|\/)\S+:\d+\)?$/u;

/**
 * @param maps of modules that were transformed, or have a map of the author's, by path
 * @param before characters that stand before a module's wrapper on its first line
 */
export function createSourcePlaces(maps: ReadonlyMap<string, ModuleMap>, before: number): SourcePlaces {
  const decoded = new Map<string, ReturnType<typeof decodeMappings>>();
  const adopted = new WeakSet();
  const start = before + MODULE_START.length;

  function placeOf([, origin, path = "", written = "0", column = "0"]: readonly (
    | string
    | undefined
  )[]): SourcePlace {
    const file = decodeURI(path);
    if (origin === PHONE_ORIGIN) return { file, line: Number(written), column: Number(column) };
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

  function withPlaces(text: string, origin: string): string {
    const lines = text.split("\n");
    const last = lines.findLastIndex((line) => PLACE.test(line));
    const isOthers = (line: string, index: number): boolean =>
      STACK_LINE.test(line) && !PLACE.test(line) && (index > last || IN_FILE.test(line));
    return lines
      .filter((line, index) => !isOthers(line, index))
      .join("\n")
      .replaceAll(PLACES, (...match: string[]) => {
        const { file, ...at } = placeOf(match);
        return origin + formatPlace({ file: origin === "" ? file : encodeURI(file), ...at });
      });
  }

  return {
    find(stack) {
      for (const line of stack) {
        const match = PLACE.exec(line);
        if (match !== null) return placeOf(match);
      }
      return undefined;
    },
    rewrite: (text) => (PLACE.test(text) ? withPlaces(text, "").replaceAll(PHONE_FILES, "") : text),
    adopt(error) {
      if (typeof error !== "object" || error === null || adopted.has(error)) return;
      const { stack } = error as { readonly stack?: unknown };
      if (typeof stack !== "string" || !PLACE.test(stack)) return;
      // False where it is frozen.
      if (Reflect.set(error, "stack", withPlaces(stack, PHONE_ORIGIN))) adopted.add(error);
    },
    isAdopted: (error) => typeof error === "object" && error !== null && adopted.has(error),
  };
}

/** "pages/chat/chat.ts:12:5" */
export function formatPlace({ file, line, column }: SourcePlace): string {
  return [file, ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])].join(":");
}
