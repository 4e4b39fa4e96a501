import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
  cwd: root,
  encoding: "utf8",
}).split("\0");
const code = tracked.filter((file) => /\.(ts|tsx|js|mjs|css|wxss|wxml|html|sh)$/.test(file));

test("there is code to look at", () => {
  expect(code.length).toBeGreaterThan(30);
});

test("no file is longer than 500 lines: a file is one concept", () => {
  const long = code
    // Names of WeChat's whole API, generated; nobody reads it.
    .filter((file) => !file.endsWith(".generated.ts"))
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > 500);
  expect(long).toEqual([]);
});

test("no file is named after nothing", () => {
  expect(
    code.filter((file) => /^(utils?|helpers?|common|manager|misc|shared)\b/.test(basename(file))),
  ).toEqual([]);
});

test("file names are kebab-case", () => {
  const own = code.filter((file) => file.startsWith("packages/") && file.includes("/src/"));
  expect(own.filter((file) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(basename(file)))).toEqual([]);
});
