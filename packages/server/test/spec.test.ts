import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const spec = readFileSync(new URL("../SPEC.md", import.meta.url), "utf8");
const rows = [...spec.matchAll(/^\| ([A-Z]\d+) +\| .* \| ([^|]+) \|$/gm)].map((match) => ({
  number: match[1]!,
  files: [...match[2]!.matchAll(/`([\w-]+)`/g)].map((file) => file[1]!),
}));

test("every promise of SPEC.md has a number of its own and names tests that exist", () => {
  expect(rows.length).toBeGreaterThan(40);
  const numbers = rows.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)]);
  expect(rows.filter(({ files }) => files.length === 0)).toEqual([]);
  const missing = rows
    .flatMap(({ files }) => files)
    .filter((file) => !existsSync(new URL(`${file}.test.ts`, import.meta.url)));
  expect(missing).toEqual([]);
});
