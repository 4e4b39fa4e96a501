import { defineConfig } from "vitest/config";

// Packages import each other by name; this condition leads to their sources, so no test runs a stale build.
const conditions = ["@weapp-socket/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    // What a test waits for comes late on a busy machine; it is asked for often, so this costs nothing. These are the
    // suite's only bounds: test/architecture/patience.test.ts refuses shorter ones.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    setupFiles: ["test/seed.ts"],
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    coverage: {
      // The pure packages: nothing in them is hard to reach.
      include: ["packages/wire/src/**", "packages/protocol/src/**"],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
      reporter: ["text-summary"],
    },
  },
});
