import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll } from "vitest";

/**
 * Makes a program of a TypeScript file that a test starts as a process of its own. To be called in the `describe` that
 * uses it; answers with where the program is.
 */
export function useChildProgram(source: URL): () => string {
  const name = basename(source.pathname, ".ts");
  // Inside the workspace, so that the program finds its dependencies.
  const outDir = fileURLToPath(new URL(`../../node_modules/.${name}-${process.pid}`, import.meta.url));

  beforeAll(async () => {
    mkdirSync(outDir, { recursive: true });
    await build({
      configFile: false,
      logLevel: "error",
      build: {
        outDir,
        minify: false,
        ssr: fileURLToPath(source),
        rollupOptions: { external: ["lmdb"], output: { entryFileNames: "child.mjs" } },
      },
    });
  });

  afterAll(() => {
    rmSync(outDir, { recursive: true, force: true });
  });

  return () => join(outDir, "child.mjs");
}
