import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./markdown.js";

/** Packages whose SPEC.md is tables of numbered promises, and how many there are at least. */
const packages: ReadonlyArray<readonly [name: string, atLeast: number]> = [
  ["protocol", 40],
  ["server", 60],
  ["wire", 20],
];

/** Why a test that a promise names, as `file` › name, is none; undefined when it is one. */
function fault(folder: string, file: string, name: string): string | undefined {
  const [, owner, inPackage = file] = /^(cli)\/(.*)$/.exec(file) ?? [];
  const testkit = file.startsWith("world") ? "testkit" : undefined;
  const place = owner ?? testkit;
  const path = join(
    place === undefined ? folder : join(root, "packages", place),
    "test",
    `${inPackage}.test.ts`,
  );
  if (!existsSync(path)) return `${file}: no such file`;
  // Names of tests are texts: what a comment or an identifier says does not count.
  const quoted = readFileSync(path, "utf8")
    .split("\n")
    .some((line) => /["'`]/.test(line.slice(0, Math.max(0, line.indexOf(name)))));
  return quoted ? undefined : `${file}: no test ${name}`;
}

test.each(packages)(
  "every promise of %s has a number of its own and names tests that exist",
  (packageName, atLeast) => {
    const folder = join(root, "packages", packageName);
    const spec = readFileSync(join(folder, "SPEC.md"), "utf8");
    const promises = [...spec.matchAll(/^\| ([A-Z]\d+) +\| .* \| ([^|]+?) +\|$/gm)].map((match) => ({
      number: match[1]!,
      tests: match[2]!.split(" · ").map((one) => /^`([\w/-]+)` › (.+)$/.exec(one)),
    }));
    const numbers = promises.map(({ number }) => number);
    expect(numbers.length).toBeGreaterThan(atLeast);
    expect(numbers).toEqual([...new Set(numbers)]);
    expect(numbers).toEqual([...spec.matchAll(/^\| ([A-Z]\d+) /gm)].map((match) => match[1]));
    const faults = promises.flatMap(({ number, tests }) =>
      tests
        .map((one) => (one === null ? "no test named" : fault(folder, one[1]!, one[2]!)))
        .filter((why) => why !== undefined)
        .map((why) => `${number}: ${why}`),
    );
    expect(faults).toEqual([]);
  },
);
