import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { directoryOf } from "../module-path.js";
import { NpmPackages, type PackageFile } from "./npm-packages.js";

/** What was seen of a file: the same stamp means the same content. */
type Stamp = string;

const MISSING: Stamp = "missing";

interface Entry {
  readonly stamp: Stamp;
  /** Absolute path without links; null where there is no file. */
  readonly real: string | null;
  /** Absolute path of the file in node_modules whose stamp it is; null where it has none there. */
  readonly package: string | null;
  /** The module that this path stands for, where no file of its own does. */
  readonly bundle: PackageBundle | null;
  text: string | undefined;
}

/** A plain npm package, to be bundled into one module. */
export type PackageBundle = Extract<PackageFile, { kind: "bundle" }>;

const NOTHING: Entry = { stamp: MISSING, real: null, package: null, bundle: null, text: undefined };

/** The author's files as the compiler sees them. Paths are inside the folder, with "/". */
export interface SourceReader {
  exists(path: string): boolean;
  /** Null where there is no such file, or it is a link that leads out of the folder. */
  read(path: string): string | null;
  /** What is to be bundled for a path that exists and that nothing can be read from. */
  bundle(path: string): PackageBundle | null;
}

/**
 * Reads the files of one folder and nothing outside it but installed npm packages, remembers what it read, and tells
 * which of it still stands. A `miniprogram_npm` that nobody built is read from node_modules. Between two calls of `refresh` every file keeps the content that was seen first.
 */
export class SourceFiles implements SourceReader {
  readonly directory: string;
  readonly #realDirectory: string;
  readonly #packages: NpmPackages;
  readonly #entries = new Map<string, Entry>();

  /** @param directory absolute path of an existing folder */
  constructor(directory: string) {
    this.directory = directory;
    this.#realDirectory = realpathSync(directory);
    this.#packages = new NpmPackages(directory);
  }

  /** Looks again at everything that was asked for so far. */
  refresh(): void {
    this.#packages.refresh();
    for (const [path, entry] of this.#entries) {
      // What an installed package has changes with the next install, and then by its stamp.
      const stamp = entry.package === null ? this.#look(path).stamp : stampOf(entry.package);
      if (stamp !== entry.stamp) this.#entries.delete(path);
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
    if (entry.real === null) return null;
    entry.text ??= stripByteOrderMark(readFileSync(entry.real, "utf8"));
    return entry.text;
  }

  bundle(path: string): PackageBundle | null {
    return this.#entry(path).bundle;
  }

  /** Absolute path, without links, of a file that is there; null where none is. */
  locate(path: string): string | null {
    return this.#look(path).real;
  }

  /** Absolute path of the folder that stands for "miniprogram_npm/<package>" where nobody built it; else null. */
  locatePackage(path: string): string | null {
    return this.#inside(path) === null ? this.#packages.folder(path) : null;
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
      entry = this.#look(path);
      this.#entries.set(path, entry);
    }
    return entry;
  }

  #look(path: string): Entry {
    const real = this.#inside(path);
    const stamp = real === null ? MISSING : stampOf(real);
    if (stamp !== MISSING) return { ...NOTHING, stamp, real };
    const found = path.includes("miniprogram_npm/") ? this.#packages.locate(path) : null;
    if (found === null) return NOTHING;
    const packageStamp = stampOf(found.path);
    if (packageStamp === MISSING) return NOTHING;
    return found.kind === "file"
      ? { ...NOTHING, stamp: packageStamp, package: found.path, real: found.path }
      : { ...NOTHING, stamp: packageStamp, package: found.path, bundle: found };
  }

  #inside(path: string): string | null {
    try {
      const full = join(this.directory, path);
      // Most of what is asked for is not there: a look is cheaper than an error.
      if (statSync(full, { throwIfNoEntry: false }) === undefined) return null;
      const real = realpathSync.native(full);
      return real.startsWith(this.#realDirectory + sep) ? real : null;
    } catch {
      return null;
    }
  }
}

function stampOf(path: string): Stamp {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? `${stats.mtimeMs}/${stats.size}/${stats.ino}` : MISSING;
}

function stripByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
