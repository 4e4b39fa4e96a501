import { readdirSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";

/** A file of the author's that the program may show or read, and where it is. */
export interface ProgramAsset {
  /** Path inside the program. */
  readonly path: string;
  /** Absolute. */
  readonly file: string;
}

/** What is compiled into the program, or says how to build it. */
const SOURCE =
  /\.(?:js|ts|wxml|wxss|wxs|less|scss|sass|map|md)$|^(?:project(?:\.private)?\.config|sitemap|package(?:-lock)?|tsconfig|weapp-socket)\.json$/u;

/**
 * The files of a folder that are neither sources, nor hidden, nor installed packages, and do not lie outside it.
 *
 * @param directory absolute path
 * @param prefix what stands before the paths: "" or a folder with a trailing "/"
 */
export function listAssets(directory: string, prefix = ""): readonly ProgramAsset[] {
  const root = realpathSync(directory);
  const found: ProgramAsset[] = [];
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (name.startsWith(".") || name === "node_modules" || SOURCE.test(path)) continue;
      const file = realpathSync(join(root, path));
      if (!file.startsWith(root + sep)) continue;
      const stats = statSync(file);
      if (stats.isDirectory()) visit(path);
      else if (stats.isFile()) found.push({ path: prefix + path, file });
    }
  };
  visit("");
  return found;
}
