import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const tests = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => /^(packages\/[^/]+\/)?test\/.*\.ts$/.test(file) && !file.includes("/architecture/"));

/** What a test waits for comes, however busy the machine: how long that may take is said in vitest.config.ts alone. */
test.each([
  ["vi.waitFor gives up after a second: expect.poll", /\bvi\.waitFor\(/],
  ["expect.poll with a bound of its own", /\.poll\((?:[^;]|;(?!\n))*?\{ timeout: [^}]*\}\)\s*\./],
  ["a test or hook with less time than all have", /^\}, (?:\d{1,5}|\d{1,2}_\d{3}|1[01]\d_\d{3})\);$/m],
  ["a test that may fail and be tried again", /\bretry: ?\d|\.retry\(/],
])("no %s", (_what, pattern) => {
  expect(tests.length).toBeGreaterThan(200);
  expect(tests.filter((file) => pattern.test(readFileSync(join(root, file), "utf8")))).toEqual([]);
});
