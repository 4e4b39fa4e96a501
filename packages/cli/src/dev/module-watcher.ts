import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { moduleFiles, sameModuleFiles } from "./module-files.js";

/** Editors write a file in several steps; what comes within this time is one change. */
const settleMs = 80;

/**
 * Calls `onChange` when the entry, or a file that it imports, has changed. Watches folders, not files: a file that is
 * replaced (as editors do) or comes back is seen too. Resolves once it watches; the result ends it.
 */
export async function watchModules(entry: string, onChange: () => void): Promise<() => void> {
  let files = await moduleFiles(entry);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const folders = new Map<string, FSWatcher>();

  const follow = (): void => {
    const wanted = new Set([dirname(entry), ...[...files.keys()].map((file) => dirname(file))]);
    for (const [folder, watcher] of folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      folders.delete(folder);
    }
    for (const folder of wanted) {
      if (folders.has(folder)) continue;
      // A folder that goes away ends its watcher with an error; the next change elsewhere finds it gone.
      folders.set(
        folder,
        watch(folder, schedule).on("error", () => folders.delete(folder)),
      );
    }
  };
  const compare = async (): Promise<void> => {
    const now = await moduleFiles(entry);
    if (closed || sameModuleFiles(files, now)) return;
    files = now;
    follow();
    onChange();
  };
  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void compare(), settleMs);
  }

  follow();
  return () => {
    closed = true;
    clearTimeout(timer);
    for (const watcher of folders.values()) watcher.close();
    folders.clear();
  };
}
