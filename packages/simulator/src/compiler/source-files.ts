import { readFileSync, readdirSync, realpathSync, statSync, type Stats } from "node:fs";
import { join, sep } from "node:path";
import { directoryOf } from "../module-path.js";

/** What was seen of a file: the same stamp means the same content. */
type Stamp = string;

const MISSING: Stamp = "missing";

interface Entry {
  readonly stamp: Stamp;
  text: string | undefined;
}

/** The author's files as the compiler sees them. Paths are inside the folder, with "/". */
export interface SourceReader {
  exists(path: string): boolean;
  /** Null where there is no such file, or it is a link that leads out of the folder. */
  read(path: string): string | null;
}

/**
 * Reads the files of one folder and nothing outside it, remembers what it read, and tells which of it still stands.
 * Between two calls of `refresh` every file keeps the content that was seen first.
 */
export class SourceFiles implements SourceReader {
  readonly directory: string;
  readonly #realDirectory: string;
  readonly #entries = new Map<string, Entry>();

  /** @param directory absolute path of an existing folder */
  constructor(directory: string) {
    this.directory = directory;
    this.#realDirectory = realpathSync(directory);
  }

  /** Looks again at everything that was asked for so far. */
  refresh(): void {
    for (const [path, entry] of this.#entries) {
      if (this.#look(path) !== entry.stamp) this.#entries.delete(path);
    }
  }

  stamp(path: string): Stamp {
    return this.#entry(path).stamp;
  }

  exists(path: string): boolean {
    return this.#entry(path).stamp !== MISSING;
  }

  read(path: string): string | null {
    const entry = this.#entry(path);
    if (entry.stamp === MISSING) return null;
    entry.text ??= stripByteOrderMark(readFileSync(join(this.directory, path), "utf8"));
    return entry.text;
  }

  /** Names in a folder; empty where there is no such folder. Not remembered. */
  list(path: string): readonly string[] {
    const real = this.#inside(path);
    if (real === null) return [];
    try {
      return readdirSync(real);
    } catch {
      return [];
    }
  }

  /**
   * Absolute paths of the folders in which a change could change what was read, or was found missing: each file's
   * folder, or the nearest above it that exists.
   */
  directories(): ReadonlySet<string> {
    const found = new Set([this.directory]);
    const known = new Map<string, string>();
    for (const path of this.#entries.keys()) found.add(this.#nearestDirectory(directoryOf(path), known));
    return found;
  }

  #nearestDirectory(path: string, known: Map<string, string>): string {
    const before = known.get(path);
    if (before !== undefined) return before;
    const real = path === "" ? this.directory : join(this.directory, path);
    const exists = path === "" || statSync(real, { throwIfNoEntry: false })?.isDirectory() === true;
    const nearest = exists ? real : this.#nearestDirectory(directoryOf(path), known);
    known.set(path, nearest);
    return nearest;
  }

  #entry(path: string): Entry {
    let entry = this.#entries.get(path);
    if (entry === undefined) {
      entry = { stamp: this.#look(path), text: undefined };
      this.#entries.set(path, entry);
    }
    return entry;
  }

  #look(path: string): Stamp {
    const real = this.#inside(path);
    if (real === null) return MISSING;
    const stats: Stats | undefined = statSync(real, { throwIfNoEntry: false });
    return stats?.isFile() === true ? `${stats.mtimeMs}/${stats.size}/${stats.ino}` : MISSING;
  }

  #inside(path: string): string | null {
    try {
      const real = realpathSync(join(this.directory, path));
      return real === this.#realDirectory || real.startsWith(this.#realDirectory + sep) ? real : null;
    } catch {
      return null;
    }
  }
}

function stripByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
