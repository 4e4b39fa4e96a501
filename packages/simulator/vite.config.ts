import { join } from "node:path";
import { defineConfig } from "vite";

// Two pages: the inspector, and the frame in it that runs a mini program. `--mode frame` builds the second.
export default defineConfig(({ mode }) => {
  const name = mode === "frame" ? "frame" : "inspector";
  return {
    root: join(import.meta.dirname, name === "frame" ? "src/page" : "src/inspector"),
    base: "./",
    resolve: { conditions: ["@weapp-socket/source", "module", "browser", "production"] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: join(import.meta.dirname, "dist", name),
      emptyOutDir: true,
      target: "es2022",
      // The first ones with light-dark().
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1_000,
    },
  };
});
