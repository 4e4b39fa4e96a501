import { spawn } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { READER } from "./reader.js";
import { dataFile, FILE_OPTIONS } from "./store.js";

/** Why the store in the folder cannot be read, or written to, `undefined` where it can or where there is none. */
export async function findDamage(path: string, tables: readonly string[]): Promise<string | undefined> {
  const file = dataFile(path);
  if (!existsSync(file)) return undefined;
  const { size } = statSync(file);
  if (size === 0) return "the data file is empty";
  const lmdb = createRequire(import.meta.url).resolve("lmdb");
  const script = READER.replaceAll("TABLES", JSON.stringify(tables)).replaceAll(
    "FILE_OPTIONS",
    JSON.stringify(FILE_OPTIONS),
  );
  const reader = spawn(
    process.execPath,
    ["--input-type=module", "-e", script, lmdb, file, isWritable(file) ? "yes" : "no"],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: {},
    },
  );
  let stderr = "";
  reader.stderr.setEncoding("utf8");
  reader.stderr.on("data", (text: string) => {
    if (stderr.length < 10_000) stderr += text;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    reader.on("error", reject);
    reader.on("close", (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  if (code === 0) return undefined;
  if (signal !== null) return `reading it ends with ${signal}, the file has ${size} bytes`;
  return /^\w*Error: .*$/m.exec(stderr)?.[0] ?? `reading it ends with exit code ${String(code)}`;
}

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether the store was closed, and its file is as long as it was then. */
export function wasClosedWhole(path: string): boolean {
  try {
    return readFileSync(closedFile(path), "utf8") === String(statSync(dataFile(path)).size);
  } catch {
    return false;
  }
}

export function markOpen(path: string): void {
  rmSync(closedFile(path), { force: true });
}

export function markClosed(path: string): void {
  writeFileSync(closedFile(path), String(statSync(dataFile(path)).size));
}

function closedFile(path: string): string {
  return join(path, "closed");
}

/** Moves the data file aside, and answers where it is now. */
export function setAside(path: string, nowMs: number): string {
  const file = dataFile(path);
  const aside = `${file}.damaged-${new Date(nowMs).toISOString().replaceAll(":", "-")}`;
  renameSync(file, aside);
  return aside;
}
