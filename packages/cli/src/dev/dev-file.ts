import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, parse } from "node:path";

/** How `push` finds the push server that runs in this project. Kept in `.weapp-socket/dev.json`, for this user's eyes. */
export interface DevServer {
  /** "ws://127.0.0.1:3000" */
  readonly url: string;
  /** Where the HTTP API is: "http://127.0.0.1:3000" */
  readonly admin: string;
  readonly key: string;
  /** Of the command that wrote this. */
  readonly pid: number;
}

const folderName = ".weapp-socket";
const fileName = "dev.json";

/** The folder of the nearest package.json at or above `from`, else `from`. */
function projectFolder(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (folder === parse(folder).root) return from;
  }
}

/** Writes the file and resolves to the function that removes it, unless another command has taken it over. */
export async function writeDevServer(cwd: string, server: DevServer): Promise<() => Promise<void>> {
  const folder = join(projectFolder(cwd), folderName);
  const file = join(folder, fileName);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, ".gitignore"), "*\n");
  // Not only at creation: a file that was there keeps its mode.
  await writeFile(file, "", { mode: 0o600 });
  await chmod(file, 0o600);
  await writeFile(file, `${JSON.stringify(server, undefined, 2)}\n`);
  return async () => {
    const now = await readDevServer(file);
    if (now?.pid === server.pid) await rm(file, { force: true });
  };
}

/** The server of the nearest `.weapp-socket/dev.json` at or above `cwd`. One whose command has ended is none. */
export async function findDevServer(cwd: string): Promise<DevServer | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const server = await readDevServer(join(folder, folderName, fileName));
    if (server !== undefined && isAlive(server.pid)) return server;
    if (folder === parse(folder).root) return undefined;
  }
}

async function readDevServer(file: string): Promise<DevServer | undefined> {
  try {
    const { url, admin, key, pid } = JSON.parse(await readFile(file, "utf8")) as Partial<DevServer>;
    if (typeof url !== "string" || typeof admin !== "string" || typeof key !== "string") return undefined;
    return typeof pid === "number" ? { url, admin, key, pid } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
