import type { CallOptions, CallResult } from "./call.js";
import { decodeText, encodeText } from "./text-encoding.js";
import type { WxFunctions } from "./functions.js";
import {
  MAX_FILES_BYTES,
  isPhonePath,
  isWritablePath,
  normal,
  type FileEntry,
  type PhoneFiles,
} from "./phone-files.js";
import { textOf } from "./text.js";

/** What of the world the file functions need. */
export interface FileParts {
  readonly files: PhoneFiles;
  /** A file of the program's own package; null where there is none. */
  readonly readPackageFile: (path: string) => ArrayBuffer | null;
}

/** A file function says no in these words, after "<api>:fail ". */
class FileFailure extends Error {}

type FileAction = (options: CallOptions) => object;

/** wx.getFileSystemManager, and the older functions beside it. */
export function fileFunctions(
  parts: FileParts,
  bind: (api: string, act: (options: CallOptions) => CallResult) => (options?: unknown) => unknown,
): WxFunctions {
  const actions = fileActions(parts);
  const manager: Record<string, unknown> = {};
  for (const [name, act] of Object.entries(actions)) {
    manager[name] = bind(name, (options) => {
      try {
        return { ...act(options), errMsg: `${name}:ok` };
      } catch (error) {
        return { errMsg: `${name}:fail ${error instanceof Error ? error.message : String(error)}` };
      }
    });
    manager[`${name}Sync`] = (...args: readonly unknown[]) => {
      try {
        return syncResult(name, act(syncOptions(name, args)));
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new Error(`${name}Sync:fail ${text}`, { cause: error });
      }
    };
  }
  const call = (name: keyof typeof actions) => (options: CallOptions) => ({
    ...(actions[name] as FileAction)(options),
    errMsg: `${name}:ok`,
  });
  return {
    calls: {
      saveFile: call("saveFile"),
      getFileInfo: call("getFileInfo"),
      getSavedFileList: call("getSavedFileList"),
      removeSavedFile: call("removeSavedFile"),
      getSavedFileInfo: ({ filePath }) => {
        const { bytes, modifiedAt } = find(parts, textOf(filePath));
        return {
          errMsg: "getSavedFileInfo:ok",
          size: bytes.length,
          createTime: Math.trunc(modifiedAt / 1_000),
        };
      },
    },
    plain: { getFileSystemManager: () => manager },
  };
}

/** What the synchronous twin takes, in order, and what it gives. */
const SYNC_FORMS: Readonly<Record<string, { readonly takes: readonly string[]; readonly gives?: string }>> = {
  access: { takes: ["path"] },
  readFile: { takes: ["filePath", "encoding", "position", "length"], gives: "data" },
  writeFile: { takes: ["filePath", "data", "encoding"] },
  appendFile: { takes: ["filePath", "data", "encoding"] },
  copyFile: { takes: ["srcPath", "destPath"] },
  rename: { takes: ["oldPath", "newPath"] },
  unlink: { takes: ["filePath"] },
  mkdir: { takes: ["dirPath", "recursive"] },
  rmdir: { takes: ["dirPath", "recursive"] },
  readdir: { takes: ["dirPath"], gives: "files" },
  stat: { takes: ["path", "recursive"], gives: "stats" },
  saveFile: { takes: ["tempFilePath", "filePath"], gives: "savedFilePath" },
  truncate: { takes: ["filePath", "length"] },
};

function syncOptions(name: string, args: readonly unknown[]): CallOptions {
  const takes = SYNC_FORMS[name]?.takes ?? [];
  return Object.fromEntries(takes.map((option, index) => [option, args[index]]));
}

function syncResult(name: string, result: object): unknown {
  const gives = SYNC_FORMS[name]?.gives;
  return gives === undefined ? undefined : (result as Record<string, unknown>)[gives];
}

function fileActions(parts: FileParts): Readonly<Record<string, FileAction>> {
  const { files } = parts;

  function put(path: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (!isWritablePath(path)) throw new FileFailure(`permission denied, open "${path}"`);
    const parent = files.get(normal(path).replace(/\/[^/]*$/u, ""));
    if (normal(path).startsWith("wxfile://usr/") && parent?.isDirectory !== true)
      throw new FileFailure(`no such file or directory, open "${path}"`);
    if (files.get(path)?.isDirectory === true)
      throw new FileFailure(`illegal operation on a directory, open "${path}"`);
    if (files.totalBytes + bytes.length > MAX_FILES_BYTES)
      throw new FileFailure("the maximum size of the file storage limit is exceeded");
    files.write(path, bytes);
  }

  function folder(path: string): FileEntry {
    const entry = files.get(path);
    if (entry === undefined) throw new FileFailure(`no such file or directory "${path}"`);
    if (!entry.isDirectory) throw new FileFailure(`not a directory "${path}"`);
    return entry;
  }

  return {
    access({ path }) {
      exists(parts, textOf(path));
      return {};
    },
    readFile({ filePath, encoding, position, length }) {
      const { bytes } = find(parts, textOf(filePath));
      const start = Number(position ?? 0);
      const part = bytes.slice(start, length === undefined ? undefined : start + Number(length));
      return { data: typeof encoding === "string" ? decodeText(part, encoding) : part.buffer };
    },
    writeFile({ filePath, data, encoding }) {
      put(textOf(filePath), bytesOf(data, encoding));
      return {};
    },
    appendFile({ filePath, data, encoding }) {
      const before = find(parts, textOf(filePath)).bytes;
      const added = bytesOf(data, encoding);
      const joined = new Uint8Array(before.length + added.length);
      joined.set(before);
      joined.set(added, before.length);
      put(textOf(filePath), joined);
      return {};
    },
    copyFile({ srcPath, destPath }) {
      put(textOf(destPath), find(parts, textOf(srcPath)).bytes.slice());
      return {};
    },
    rename({ oldPath, newPath }) {
      put(textOf(newPath), find(parts, textOf(oldPath)).bytes);
      files.remove(textOf(oldPath));
      return {};
    },
    unlink({ filePath }) {
      const path = textOf(filePath);
      if (files.get(path)?.isDirectory === true)
        throw new FileFailure(`operation not permitted, unlink "${path}"`);
      find(parts, path);
      files.remove(path);
      return {};
    },
    mkdir({ dirPath, recursive }) {
      const path = normal(textOf(dirPath));
      if (!isWritablePath(path)) throw new FileFailure(`permission denied, open "${path}"`);
      if (files.get(path) !== undefined) throw new FileFailure(`file already exists "${path}"`);
      const parent = path.replace(/\/[^/]*$/u, "");
      if (files.get(parent) === undefined && recursive !== true)
        throw new FileFailure(`no such file or directory "${parent}"`);
      const missing: string[] = [];
      for (let at = path; files.get(at) === undefined; at = at.replace(/\/[^/]*$/u, "")) missing.unshift(at);
      for (const each of missing) files.makeDirectory(each);
      return {};
    },
    rmdir({ dirPath, recursive }) {
      const path = textOf(dirPath);
      folder(path);
      if (recursive !== true && files.below(path).length > 0) throw new FileFailure("directory not empty");
      files.remove(path);
      return {};
    },
    readdir({ dirPath }) {
      const path = textOf(dirPath);
      folder(path);
      const start = normal(path).length + 1;
      const names = files.below(path).map(([each]) => each.slice(start));
      return { files: names.filter((name) => !name.includes("/")) };
    },
    stat({ path, recursive }) {
      const name = textOf(path);
      const own = exists(parts, name);
      if (recursive !== true || !own.isDirectory) return { stats: statsOf(own) };
      const start = normal(name).length + 1;
      return {
        stats: [
          { path: "/", stats: statsOf(own) },
          ...files.below(name).map(([each, entry]) => ({ path: each.slice(start), stats: statsOf(entry) })),
        ],
      };
    },
    truncate({ filePath, length }) {
      const { bytes } = find(parts, textOf(filePath));
      const wanted = new Uint8Array(Number(length ?? 0));
      wanted.set(bytes.subarray(0, wanted.length));
      put(textOf(filePath), wanted);
      return {};
    },
    saveFile({ tempFilePath, filePath }) {
      const from = textOf(tempFilePath);
      const { bytes } = find(parts, from);
      const to = textOf(filePath) || files.savedPath(normal(from));
      put(to, bytes);
      return { savedFilePath: to };
    },
    getFileInfo({ filePath, digestAlgorithm }) {
      const { bytes } = find(parts, textOf(filePath));
      return { size: bytes.length, ...(digestAlgorithm === undefined ? {} : { digest: "" }) };
    },
    getSavedFileList: () => ({
      fileList: files.saved().map(([filePath, { bytes, modifiedAt }]) => ({
        filePath,
        size: bytes.length,
        createTime: Math.trunc(modifiedAt / 1_000),
      })),
    }),
    removeSavedFile({ filePath }) {
      find(parts, textOf(filePath));
      files.remove(textOf(filePath));
      return {};
    },
  };
}

function statsOf({ isDirectory, bytes, modifiedAt }: FileEntry): object {
  const seconds = Math.trunc(modifiedAt / 1_000);
  return {
    mode: isDirectory ? 0o40_755 : 0o100_644,
    size: bytes.length,
    lastAccessedTime: seconds,
    lastModifiedTime: seconds,
    isDirectory: () => isDirectory,
    isFile: () => !isDirectory,
  };
}

/** A file or folder of the phone, or a file of the package. */
function exists({ files, readPackageFile }: FileParts, path: string): FileEntry {
  const own = files.get(path);
  if (own !== undefined) return own;
  const content = isPhonePath(path) ? null : readPackageFile(path.replace(/^\/+/u, ""));
  if (content === null) throw new FileFailure(`no such file or directory "${path}"`);
  return { isDirectory: false, bytes: new Uint8Array(content), modifiedAt: 0 };
}

function find(parts: FileParts, path: string): FileEntry {
  const entry = exists(parts, path);
  if (entry.isDirectory) throw new FileFailure(`illegal operation on a directory, open "${path}"`);
  return entry;
}

function bytesOf(data: unknown, encoding: unknown): Uint8Array<ArrayBuffer> {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (typeof data === "string") return encodeText(data, textOf(encoding, "utf8"));
  throw new FileFailure("data must be a string or ArrayBuffer");
}
