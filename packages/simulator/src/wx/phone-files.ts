/** Where a phone keeps what a program writes (`wx.env.USER_DATA_PATH`). */
export const USER_DATA_PATH = "wxfile://usr";
/** What wx.saveFile keeps. */
const SAVED_PREFIX = "wxfile://store_";
/** What lives until the program is started again. */
const TEMPORARY_PREFIX = "wxfile://tmp_";

/** What one program may keep (documentation of the file system). */
export const MAX_FILES_BYTES: number = 200 * 1024 * 1024;

export interface FileEntry {
  readonly isDirectory: boolean;
  /** Empty for a folder. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Hears what is to outlive the program: the bytes of a file, "directory", or null for what is gone. */
export type FileKeeper = (path: string, content: Uint8Array<ArrayBuffer> | "directory" | null) => void;

/** The files of the phone, as they are now: `wx` reads them at once, so they are all here. */
export class PhoneFiles {
  readonly #entries = new Map<string, FileEntry>();
  readonly #now: () => number;
  readonly #keep: FileKeeper;
  #lastTemporary = 0;

  constructor(now: () => number, keep: FileKeeper) {
    this.#now = now;
    this.#keep = keep;
    this.#put(USER_DATA_PATH, true, new Uint8Array());
  }

  get(path: string): FileEntry | undefined {
    return this.#entries.get(normal(path));
  }

  /** Everything that `path` holds, itself not among it, folders before what is in them. */
  below(path: string): ReadonlyArray<readonly [path: string, entry: FileEntry]> {
    const prefix = `${normal(path)}/`;
    return [...this.#entries]
      .filter(([each]) => each.startsWith(prefix))
      .sort(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Files that wx.saveFile kept. */
  saved(): ReadonlyArray<readonly [path: string, entry: FileEntry]> {
    return [...this.#entries].filter(([path]) => path.startsWith(SAVED_PREFIX));
  }

  get totalBytes(): number {
    let total = 0;
    for (const [path, { bytes }] of this.#entries) if (isKept(path)) total += bytes.length;
    return total;
  }

  write(path: string, bytes: Uint8Array<ArrayBuffer>): void {
    const name = normal(path);
    this.#put(name, false, bytes);
    if (isKept(name)) this.#keep(name, bytes);
  }

  makeDirectory(path: string): void {
    const name = normal(path);
    this.#put(name, true, new Uint8Array());
    if (isKept(name)) this.#keep(name, "directory");
  }

  /** With everything in it. */
  remove(path: string): void {
    const name = normal(path);
    for (const [each] of [...this.below(name).toReversed(), [name] as const]) {
      if (this.#entries.delete(each) && isKept(each)) this.#keep(each, null);
    }
  }

  /** Puts back what was kept before. */
  restore(path: string, entry: FileEntry): void {
    this.#entries.set(normal(path), entry);
  }

  /** A path for something that a function gives the program: "wxfile://tmp_1.png". */
  temporaryPath(extension: string): string {
    this.#lastTemporary += 1;
    return `${TEMPORARY_PREFIX}${this.#now().toString(36)}${this.#lastTemporary}.${extension}`;
  }

  savedPath(from: string): string {
    return from.replace(TEMPORARY_PREFIX, SAVED_PREFIX);
  }

  #put(path: string, isDirectory: boolean, bytes: Uint8Array<ArrayBuffer>): void {
    this.#entries.set(path, { isDirectory, bytes, modifiedAt: this.#now() });
  }
}

/** Whether a path is one of the phone's, and not of the program's own package. */
export function isPhonePath(path: string): boolean {
  return /^(?:wxfile|https?:\/\/(?:usr|tmp|store)\b)/iu.test(path);
}

/** Whether the program may write there. */
export function isWritablePath(path: string): boolean {
  const name = normal(path);
  return name.startsWith(`${USER_DATA_PATH}/`) || name.startsWith(SAVED_PREFIX);
}

/** Without a slash at the end, without doubled ones, and DevTools' "http://usr" as the phone's. */
export function normal(path: string): string {
  const [, scheme = "", rest = path] =
    /^(wxfile:\/\/|https?:\/\/(?=(?:usr|tmp|store)\b))(.*)$/iu.exec(path) ?? [];
  const parts = rest.split("/").filter((part) => part !== "" && part !== ".");
  return `${scheme === "" ? "" : "wxfile://"}${parts.join("/")}`;
}

function isKept(path: string): boolean {
  return path.startsWith(USER_DATA_PATH) || path.startsWith(SAVED_PREFIX);
}
