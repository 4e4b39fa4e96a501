import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const specifiers = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;
const endings = ["", ".js", ".cjs", ".mjs", ".json", "/index.js"];

/** A module file and what it was like: "mtime:size". */
export type ModuleFiles = ReadonlyMap<string, string>;

/**
 * The entry and every file of its own that it imports or requires by a relative path. Packages are left out, and so
 * is what it finds by a computed name.
 */
export async function moduleFiles(entry: string): Promise<ModuleFiles> {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const state = await stateOf(file);
    if (state === undefined) continue;
    found.set(file, state);
    const source = await readFile(file, "utf8").catch(() => "");
    for (const [, specifier] of source.matchAll(specifiers)) {
      const target = await resolveModule(resolve(dirname(file), specifier!));
      if (target !== undefined) waiting.push(target);
    }
  }
  return found;
}

export function sameModuleFiles(one: ModuleFiles, other: ModuleFiles): boolean {
  return one.size === other.size && [...one].every(([file, state]) => other.get(file) === state);
}

async function resolveModule(path: string): Promise<string | undefined> {
  for (const ending of endings) {
    if ((await stateOf(path + ending)) !== undefined) return path + ending;
  }
  return undefined;
}

async function stateOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? `${found.mtimeMs}:${found.size}` : undefined;
}
