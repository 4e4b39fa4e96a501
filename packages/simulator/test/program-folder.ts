import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export type FileTexts = Readonly<Record<string, string | Uint8Array>>;

/** A folder that lives as long as its test. */
export interface ProgramFolder {
  readonly dir: string;
  write(files: FileTexts): void;
  remove(path: string): void;
}

export function makeFolder(files: FileTexts): ProgramFolder {
  const dir = mkdtempSync(join(tmpdir(), "weapp-socket-program-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const folder: ProgramFolder = {
    dir,
    write(texts) {
      for (const [path, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      }
    },
    remove: (path) => rmSync(join(dir, path), { recursive: true }),
  };
  folder.write(files);
  return folder;
}

/** A program of one page, "pages/a/a", on which a test lays its own files. */
export function makeProgram(files: FileTexts = {}): ProgramFolder {
  return makeFolder({
    "app.json": '{"pages":["pages/a/a"]}',
    "app.js": "App({})",
    "pages/a/a.js": "Page({})",
    "pages/a/a.wxml": "<view/>",
    ...files,
  });
}
