import { watch, type FSWatcher } from "node:fs";
import type { Compiler } from "../compiler/compiler.js";
import type { ProgramFiles } from "../program.js";

/** Editors write a file in several steps: what comes within this time after a change is one change. */
const DEBOUNCE_MS = 40;

/** Compiles once at the start, and again whenever a file changes in a folder that the program touches. */
export class ProgramWatcher {
  readonly #compiler: Compiler;
  readonly #onProgram: (files: ProgramFiles) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;
  #closed = false;

  /** @param onProgram after every compilation that a change caused */
  constructor(compiler: Compiler, onProgram: (files: ProgramFiles) => void) {
    this.#compiler = compiler;
    this.#onProgram = onProgram;
  }

  /** Resolves to the program as it is now, and watches it from then on. */
  start(): Promise<ProgramFiles> {
    return this.#compile();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #compile(): Promise<ProgramFiles> {
    // Folders first: what changes while the compiler runs is then seen.
    this.#follow(this.#compiler.directories());
    const files = await this.#compiler.compile();
    this.#follow(this.#compiler.directories());
    return files;
  }

  #changed(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#recompile(), DEBOUNCE_MS);
  }

  async #recompile(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      const files = await this.#compile();
      if (!this.#closed) this.#onProgram(files);
    }
    this.#running = false;
  }

  #follow(directories: ReadonlySet<string>): void {
    if (this.#closed) return;
    for (const [directory, watcher] of this.#watchers) {
      if (directories.has(directory)) continue;
      watcher.close();
      this.#watchers.delete(directory);
    }
    for (const directory of directories) this.#watch(directory);
  }

  #watch(directory: string): void {
    if (this.#watchers.has(directory)) return;
    try {
      const watcher = watch(directory, () => this.#changed());
      // A folder that is removed ends its watcher; the next compilation decides anew.
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(directory);
        this.#changed();
      });
      this.#watchers.set(directory, watcher);
    } catch {
      // Not there, or the system's limit of watches: its parent is watched as well.
    }
  }
}
