import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { conformanceCases, type Abilities } from "@weapp-socket/testkit/suites/runtime";
import { describe, expect, test } from "vitest";
import { deviceProfile } from "../src/core/profile-device.js";
import { devtoolsProfile } from "../src/core/profile-devtools.js";
import { rowsOf, specTables } from "./spec-tables.js";

const everything: Abilities = {
  setsHandshake: true,
  readsHeaders: true,
  namesCauses: true,
  measures: true,
  takesNoSubprotocol: true,
};

const spec = readFileSync(join(import.meta.dirname, "../SPEC.md"), "utf8");

/** The formatter fills up the cells. */
const unaligned = (table: string): string => table.replaceAll(/ {2,}/g, " ").replaceAll(/-{3,}/g, "---");

describe("SPEC.md says what the code does", () => {
  test.each(Object.keys(specTables))("the table of %s", (name) => {
    const marked = new RegExp(`<!-- table: ${name} -->\n\n([^]*?)\n\n<!-- end -->`).exec(spec);
    expect(unaligned(marked?.[1] ?? "")).toBe(specTables[name]!());
  });

  test("every invariant names its tests, and they are there", () => {
    const cases = new Set(conformanceCases(everything).map(({ name }) => name));
    const isThere = (file: string, name: string): boolean => {
      if (file === "conformance") return cases.has(name);
      const path = join(import.meta.dirname, `${file}.test.ts`);
      return existsSync(path) && readFileSync(path, "utf8").includes(`("${name}"`);
    };
    const invariants = spec.split(/^\d+\. (?=\*\*)/m).slice(1);
    expect(invariants.length).toBeGreaterThanOrEqual(15);
    const faults = invariants.flatMap((text) => {
      const named = [...text.matchAll(/^ +- `([\w/-]+)` › (.+)$/gm)];
      if (named.length === 0) return [`${text.slice(0, 40)}: names no test`];
      return named.filter((one) => !isThere(one[1]!, one[2]!)).map((one) => one[0].trim());
    });
    expect(faults).toEqual([]);
  });

  test("invariants are numbered without a hole", () => {
    const numbers = [...spec.matchAll(/^(\d+)\. \*\*/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThanOrEqual(15);
  });
});

test("no code asks for the profile's name", () => {
  const folder = join(import.meta.dirname, "../src/core");
  const asking = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.startsWith("profile"))
    .filter((name) =>
      /\bprofile\.name\b|===? "dev(ice|tools)"/.test(readFileSync(join(folder, name), "utf8")),
    );
  expect(asking).toEqual([]);
});

describe.each([deviceProfile, devtoolsProfile])("profile $name", (profile) => {
  test.each([...rowsOf(profile)])("%s carries its evidence", (_, row) => {
    expect(row.evidence).toMatch(/^(OFFICIAL|TYPINGS|OBSERVED|COMMUNITY|INFERRED|ASSUMED)\b/);
  });
});
