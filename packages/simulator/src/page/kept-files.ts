import type { FileEntry, FileKeeper, PhoneFiles } from "../wx/phone-files.js";

const STORE = "files";

/** What a program's file system keeps between starts, in the browser's database. */
export interface KeptFiles {
  readonly keep: FileKeeper;
  /** Puts everything back that was kept. */
  restore(files: PhoneFiles): Promise<void>;
}

/** Where the browser gives no database (a private window), files last as long as the page. */
export async function openKeptFiles(name: string, now: () => number): Promise<KeptFiles> {
  const database = await open(name).catch(() => undefined);
  return {
    keep(path, content) {
      const store = database?.transaction(STORE, "readwrite").objectStore(STORE);
      if (content === null) store?.delete(path);
      else
        store?.put(
          {
            isDirectory: content === "directory",
            bytes: content === "directory" ? new Uint8Array() : content,
            modifiedAt: now(),
          } satisfies FileEntry,
          path,
        );
    },
    async restore(files) {
      if (database === undefined) return;
      const store = database.transaction(STORE).objectStore(STORE);
      const [paths, entries] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      paths.forEach((path, index) => files.restore(path as string, entries[index] as FileEntry));
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () =>
      reject(request.error ?? new Error("the database gave no answer")),
    );
  });
}
