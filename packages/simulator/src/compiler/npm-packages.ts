import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { normalizePath } from "../module-path.js";

/** Where a path of `miniprogram_npm` comes from when nobody has built that folder. */
export type PackageFile =
  /** A file of a package that is made for mini programs. */
  | { readonly kind: "file"; readonly path: string }
  /** A plain package: what `require(request)` gives in this folder, with everything that it needs, is one module. */
  | { readonly kind: "bundle"; readonly request: string; readonly directory: string; readonly path: string };

interface Manifest {
  readonly miniprogram?: unknown;
}

/**
 * Builds npm as DevTools' "Build npm" does, without writing: `miniprogram_npm/<package>/…` is looked up in node_modules,
 * in the package's `miniprogram` folder; a package without one is a single bundled module.
 */
export class NpmPackages {
  readonly #directory: string;
  readonly #roots = new Map<string, PackageRoot | null>();

  /** @param directory absolute path of the folder that holds app.json; node_modules may stand in any folder above it */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Null where no installed package has this path. @param path "miniprogram_npm/<package>/…" inside the program */
  locate(path: string): PackageFile | null {
    const match = /^miniprogram_npm\/((?:@[^/]+\/)?[^/@.][^/]*)\/(.+)$/u.exec(path);
    const [, name, rest] = match ?? [];
    if (name === undefined || rest === undefined) return null;
    return this.#locateIn(name, rest, this.#directory);
  }

  /** Folder of mini program files behind "miniprogram_npm/<package>"; null where the package is plain or missing. */
  folder(path: string): string | null {
    const name = /^miniprogram_npm\/((?:@[^/]+\/)?[^/]+)$/u.exec(path)?.[1];
    return name === undefined ? null : (this.#root(name, this.#directory)?.files ?? null);
  }

  #locateIn(name: string, rest: string, from: string): PackageFile | null {
    const root = this.#root(name, from);
    if (root === null) return null;
    const own = root.files === null ? bundleOf(root, name, rest) : fileOf(root.files, rest);
    return own ?? this.#locateNested(root, rest);
  }

  /** A package's own version of another one; its neighbours are found from the program's root. */
  #locateNested({ directory }: PackageRoot, rest: string): PackageFile | null {
    const [, name, inner] = /^(?:.*\/)?miniprogram_npm\/((?:@[^/]+\/)?[^/]+)\/(.+)$/u.exec(rest) ?? [];
    if (name === undefined || inner === undefined) return null;
    return existsSync(join(directory, "node_modules", name)) ? this.#locateIn(name, inner, directory) : null;
  }

  #root(name: string, from: string): PackageRoot | null {
    const key = `${from} ${name}`;
    let root = this.#roots.get(key);
    if (root === undefined) {
      root = findPackage(name, from);
      this.#roots.set(key, root);
    }
    return root;
  }

  /** Forgets what was found, so that a package installed since is seen. */
  refresh(): void {
    this.#roots.clear();
  }
}

interface PackageRoot {
  readonly directory: string;
  /** Folder that stands for the package in miniprogram_npm; null: the package is a plain one. */
  readonly files: string | null;
}

function findPackage(name: string, from: string): PackageRoot | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const directory = join(folder, "node_modules", name);
    const manifest = readManifest(directory);
    if (manifest !== null) return { directory, files: miniprogramFolder(directory, manifest) };
    if (dirname(folder) === folder) return null;
  }
}

function readManifest(directory: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return null;
  }
}

function miniprogramFolder(directory: string, { miniprogram }: Manifest): string | null {
  const name = typeof miniprogram === "string" ? normalizePath(miniprogram) : "miniprogram_dist";
  if (name === null) return null;
  const folder = join(directory, name);
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? folder : null;
}

function fileOf(folder: string, rest: string): PackageFile | null {
  try {
    const full = join(folder, rest);
    if (statSync(full, { throwIfNoEntry: false }) === undefined) return null;
    const root = realpathSync.native(folder);
    const path = realpathSync.native(full);
    return path.startsWith(root + sep) ? { kind: "file", path } : null;
  } catch {
    return null;
  }
}

function bundleOf({ directory }: PackageRoot, name: string, rest: string): PackageFile | null {
  // "index.js" is what the package's main is built into; any other file stands for itself.
  if (rest === "index.js")
    return {
      kind: "bundle",
      request: name,
      directory: dirname(directory),
      path: join(directory, "package.json"),
    };
  if (!rest.endsWith(".js")) return null;
  const path = join(directory, rest);
  if (!path.startsWith(directory + sep) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    return null;
  return { kind: "bundle", request: path, directory, path };
}
