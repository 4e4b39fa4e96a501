import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./markdown.js";

/** Packages whose SPEC.md is tables of numbered promises, and how many there are at least. */
const packages: ReadonlyArray<readonly [name: string, atLeast: number]> = [
  ["server", 40],
  ["wire", 20],
];

test.each(packages)(
  "every promise of %s has a number of its own and names tests that exist",
  (name, atLeast) => {
    const folder = join(root, "packages", name);
    const spec = readFileSync(join(folder, "SPEC.md"), "utf8");
    const rows = [...spec.matchAll(/^\| ([A-Z]\d+) +\| .* \| ([^|]+) \|$/gm)].map((match) => ({
      number: match[1]!,
      files: [...match[2]!.matchAll(/`([\w-]+)`/g)].map((file) => file[1]!),
    }));
    expect(rows.length).toBeGreaterThan(atLeast);
    const numbers = rows.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)]);
    expect(rows.filter(({ files }) => files.length === 0)).toEqual([]);
    const missing = rows
      .flatMap(({ files }) => files)
      .filter((file) => !existsSync(join(folder, "test", `${file}.test.ts`)));
    expect(missing).toEqual([]);
  },
);

test("every promise of protocol has a number of its own and names a test that exists", () => {
  const folder = join(root, "packages", "protocol");
  const spec = readFileSync(join(folder, "SPEC.md"), "utf8");
  const rows = [...spec.matchAll(/^\| ([A-Z]\d+) +\| .* \| `([\w/-]+)` › (.+?) +\|$/gm)];
  const numbers = [...spec.matchAll(/^\| ([A-Z]\d+) /gm)].map((match) => match[1]);
  expect(numbers.length).toBeGreaterThan(40);
  expect(numbers).toEqual([...new Set(numbers)]);
  expect(rows.map((row) => row[1])).toEqual(numbers);
  const missing = rows.filter(([, , file = "", name = ""]) => {
    const owner = file.startsWith("world") ? join(root, "packages", "testkit") : folder;
    const path = join(owner, "test", `${file}.test.ts`);
    return !existsSync(path) || !readFileSync(path, "utf8").includes(name);
  });
  expect(missing.map((row) => row[0])).toEqual([]);
});
