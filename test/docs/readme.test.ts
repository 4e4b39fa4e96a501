import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { codeBlocks, documents, headingLevels, linkTargets, root } from "./markdown.js";

describe("README.md and README.zh.md keep in step", () => {
  test("the same headings", () => {
    expect(headingLevels("README.zh.md")).toEqual(headingLevels("README.md"));
  });

  test("the same code", () => {
    const shown = (file: string): string[] =>
      codeBlocks(file).map(({ language, code }) => `${language}\n${code}`);
    expect(shown("README.zh.md")).toEqual(shown("README.md"));
  });

  test("the same links, each to the reader's own language where there is one", () => {
    const targets = (file: string): string[] =>
      linkTargets(file)
        .map((target) => target.replace(/\.zh\.md$/, ".md"))
        .toSorted();
    expect(targets("README.zh.md")).toEqual(targets("README.md"));
  });
});

test.each(documents())("%s links to files that are there", (file) => {
  const local = linkTargets(file).filter((target) => !/^(https?:|mailto:|#)/.test(target));
  const missing = local.filter((target) => !existsSync(join(root, dirname(file), target.replace(/#.*/, ""))));
  expect(missing).toEqual([]);
});
