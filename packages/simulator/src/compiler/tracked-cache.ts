import type { PackageBundle, SourceFiles, SourceReader } from "./source-files.js";

interface Slot {
  readonly value: unknown;
  /** Every path that was looked at, with the stamp that it had. */
  readonly looked: ReadonlyMap<string, string>;
}

/**
 * Remembers results together with the files that they were made from, and makes them again only when one of those
 * files has changed, appeared or gone.
 */
export class TrackedCache {
  readonly #files: SourceFiles;
  readonly #slots = new Map<string, Slot>();

  constructor(files: SourceFiles) {
    this.#files = files;
  }

  /** @param key names the result and everything except files that it depends on */
  get<T>(key: string, make: (reader: SourceReader) => T): T {
    const known = this.#fresh(key);
    if (known !== undefined) return known.value as T;
    const reader = new TrackingReader(this.#files);
    const value = make(reader);
    this.#slots.set(key, { value, looked: reader.looked });
    return value;
  }

  /** As `get`, for results that take time. */
  async getLater<T>(key: string, make: (reader: SourceReader) => Promise<T>): Promise<T> {
    const known = this.#fresh(key);
    if (known !== undefined) return known.value as T;
    const reader = new TrackingReader(this.#files);
    const value = await make(reader);
    this.#slots.set(key, { value, looked: reader.looked });
    return value;
  }

  #fresh(key: string): Slot | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    for (const [path, stamp] of slot.looked) {
      if (this.#files.stamp(path) !== stamp) return undefined;
    }
    return slot;
  }
}

class TrackingReader implements SourceReader {
  readonly looked = new Map<string, string>();
  readonly #files: SourceFiles;

  constructor(files: SourceFiles) {
    this.#files = files;
  }

  exists(path: string): boolean {
    this.looked.set(path, this.#files.stamp(path));
    return this.#files.exists(path);
  }

  bundle(path: string): PackageBundle | null {
    this.looked.set(path, this.#files.stamp(path));
    return this.#files.bundle(path);
  }

  read(path: string): string | null {
    this.looked.set(path, this.#files.stamp(path));
    return this.#files.read(path);
  }
}
