import { lstat, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { CallError } from "../relay/host/relay-session.js";

export interface StoredEntry {
  /** With "/", without one at its ends. */
  readonly path: string;
  readonly directory: boolean;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** What one mini program may keep, as on a phone. */
const MAX_STORE_BYTES = 200 * 1024 * 1024;

/**
 * The files that a mini program keeps on its phone: a folder on this machine, and nothing outside it. Every method
 * rejects with a `CallError` of code "path" (no path inside the store), "missing", "exists", "kind" (a folder where a
 * file is meant, or the reverse) or "quota".
 */
export class FileStore {
  readonly #directory: string;
  readonly #maxBytes: number;

  /** @param directory absolute path; made with the first write */
  constructor(directory: string, maxBytes: number = MAX_STORE_BYTES) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /** Every file and folder, folders before what is in them. */
  async list(): Promise<readonly StoredEntry[]> {
    const entries: StoredEntry[] = [];
    const visit = async (folder: string): Promise<void> => {
      const names = await readdir(join(this.#directory, folder)).catch(() => []);
      for (const name of names.sort()) {
        const path = folder === "" ? name : `${folder}/${name}`;
        const stats = await lstat(join(this.#directory, path));
        const directory = stats.isDirectory();
        // A link is none of ours.
        if (!directory && !stats.isFile()) continue;
        entries.push({
          path,
          directory,
          size: directory ? 0 : stats.size,
          modifiedAt: Math.trunc(stats.mtimeMs),
        });
        if (directory) await visit(path);
      }
    };
    await visit("");
    return entries;
  }

  async read(path: string): Promise<Uint8Array> {
    return readFile(await this.#resolve(path)).catch(explain);
  }

  /** Replaces the file; folders above it are made. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.#resolve(path);
    const before = await stat(file).catch(() => null);
    const used = (await this.list()).reduce((sum, entry) => sum + entry.size, 0) - (before?.size ?? 0);
    if (used + bytes.length > this.#maxBytes) {
      throw new CallError("quota", `a mini program keeps at most ${this.#maxBytes} bytes`);
    }
    await makeParents(file);
    await writeFile(file, bytes).catch(explain);
  }

  /** Makes a folder, and those above it; nothing where it is there. */
  async makeDirectory(path: string): Promise<void> {
    await mkdir(await this.#resolve(path), { recursive: true }).catch(explain);
  }

  /** Removes a file, or a folder with all that is in it. */
  async remove(path: string): Promise<void> {
    await rm(await this.#resolve(path), { recursive: true }).catch(explain);
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [await this.#resolve(from), await this.#resolve(to)];
    await makeParents(target);
    await rename(source, target).catch(explain);
  }

  async #resolve(path: string): Promise<string> {
    const parts = path.split("/");
    if (parts.some((part) => part === "" || part === "." || part === ".." || /[\0\\:]/u.test(part))) {
      throw new CallError("path", `expected a path inside the store, got ${JSON.stringify(path)}`);
    }
    const full = join(this.#directory, ...parts);
    // The store holds what we wrote; a link in it is somebody else's.
    for (let folder = full; folder !== this.#directory; folder = dirname(folder)) {
      const real = await realpath(folder).catch(() => null);
      if (real === null) continue;
      const root = await realpath(this.#directory);
      if (real.startsWith(root + sep)) return full;
      throw new CallError("path", `${JSON.stringify(path)} leads out of the store`);
    }
    return full;
  }
}

async function makeParents(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") throw new CallError("kind", "a file stands where a folder is meant");
    return explain(error);
  });
}

const CODES: Readonly<Record<string, string>> = {
  ENOENT: "missing",
  EEXIST: "exists",
  EISDIR: "kind",
  ENOTDIR: "kind",
  ENOTEMPTY: "exists",
  ENAMETOOLONG: "path",
};

function explain(error: unknown): never {
  const { code = "", message } = error as NodeJS.ErrnoException;
  throw new CallError(CODES[code] ?? "internal", message);
}
