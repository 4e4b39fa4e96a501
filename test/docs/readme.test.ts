import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  codeBlocks,
  documents,
  headingLevels,
  isTranslation,
  linkTargets,
  root,
  tableShapes,
} from "./markdown.js";

describe.each(documents().filter(isTranslation))("%s keeps in step with the English", (chinese) => {
  const english = chinese.replace(/\.zh\.md$/, ".md");

  test("the same headings", () => {
    expect(headingLevels(chinese)).toEqual(headingLevels(english));
  });

  test("the same code", () => {
    const shown = (file: string): string[] =>
      codeBlocks(file).map(({ language, code }) => `${language}\n${code}`);
    expect(shown(chinese)).toEqual(shown(english));
  });

  test("the same links, each to the reader's own language where there is one", () => {
    const targets = (file: string): string[] =>
      linkTargets(file)
        .map((target) => target.replace(/\.zh\.md$/, ".md"))
        .toSorted();
    expect(targets(chinese)).toEqual(targets(english));
  });

  test("rows of tables for the same things", () => {
    expect(tableShapes(chinese)).toEqual(tableShapes(english));
  });
});

test.each(documents())("%s links to files that are there", (file) => {
  const local = linkTargets(file).filter((target) => !/^(https?:|mailto:|#)/.test(target));
  const missing = local.filter((target) => !existsSync(join(root, dirname(file), target.replace(/#.*/, ""))));
  expect(missing).toEqual([]);
});
