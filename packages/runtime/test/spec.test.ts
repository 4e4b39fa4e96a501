import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deviceProfile } from "../src/core/profile-device.js";
import { devtoolsProfile } from "../src/core/profile-devtools.js";
import { rowsOf, specTables } from "./spec-tables.js";

const spec = readFileSync(join(import.meta.dirname, "../SPEC.md"), "utf8");

/** The formatter fills up the cells. */
const unaligned = (table: string): string => table.replaceAll(/ {2,}/g, " ").replaceAll(/-{3,}/g, "---");

describe("SPEC.md says what the code does", () => {
  test.each(Object.keys(specTables))("the table of %s", (name) => {
    const marked = new RegExp(`<!-- table: ${name} -->\n\n([^]*?)\n\n<!-- end -->`).exec(spec);
    expect(unaligned(marked?.[1] ?? "")).toBe(specTables[name]!());
  });

  test("every test that an invariant names is there", () => {
    const named = [...spec.matchAll(/`test\/([\w./-]+)`/g)].map((match) => match[1]!);
    const files = readdirSync(import.meta.dirname, { recursive: true }) as string[];
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !files.includes(name))).toEqual([]);
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
