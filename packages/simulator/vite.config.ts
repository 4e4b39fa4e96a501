import { defineConfig } from "vite";

// Two pages: the inspector, and the frame in it that runs a mini program. `--mode frame` builds the second.
export default defineConfig(({ mode }) => {
  const name = mode === "frame" ? "frame" : "inspector";
  return {
    root: name === "frame" ? "src/page" : "src/inspector",
    base: "./",
    resolve: { conditions: ["@weapp-socket/source", "module", "browser", "production"] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: `../../dist/${name}`,
      emptyOutDir: true,
      target: "es2022",
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1_000,
    },
  };
});
