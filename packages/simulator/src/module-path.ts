/** What `require(request)` means, for the compiler that collects modules and for the loader that runs them. */

/** "a/./b/../c" to "a/c"; null where the path leaves the program's folder. */
export function normalizePath(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

/** "pages/chat/chat" to "pages/chat", "app" to "". */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Whether a path inside the program belongs to an npm package, and not to the author. */
export function isPackagePath(path: string): boolean {
  return /(?:^|\/)miniprogram_npm\//u.test(path);
}

/** A path as authors write it, seen from the file `from`: absolute with a leading "/", else relative. */
export function joinPath(from: string, request: string): string | null {
  return normalizePath(request.startsWith("/") ? request : `${directoryOf(from)}/${request}`);
}

/**
 * Finds the module that `request` names in the file `from`: relative or absolute, with or without ".js", a folder's
 * index, and for names without a leading "." also a package in the nearest `miniprogram_npm`, from the file's folder
 * upward. Null where there is none.
 *
 * @param has whether a module of exactly that path exists
 */
export function resolveModule(from: string, request: string, has: (path: string) => boolean): string | null {
  const direct = findModule(joinPath(from, request), has);
  if (direct !== null || request.startsWith("/") || request.startsWith(".")) return direct;
  let folder = directoryOf(from);
  for (;;) {
    const found = findModule(normalizePath(`${folder}/miniprogram_npm/${request}`), has);
    if (found !== null) return found;
    if (folder === "") return null;
    folder = directoryOf(folder);
  }
}

function findModule(path: string | null, has: (path: string) => boolean): string | null {
  if (path === null) return null;
  for (const candidate of [path, `${path}.js`, `${path}.json`, `${path}/index.js`]) {
    if (candidate !== "" && has(candidate)) return candidate;
  }
  return null;
}
