import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { codeBlocks, documents, root } from "./markdown.js";

/** Tests that the documents show, of programs that `launch` runs. */
const shown = documents()
  .flatMap(codeBlocks)
  .filter(({ code }) => code.includes('from "vitest"') && code.includes("@weapp-socket/simulator"));

test("the tests that the documents show are short, one and the same, and pass", async () => {
  const [first] = shown;
  if (first === undefined) throw new Error("expected a document with a vitest example, found none");
  expect(shown.length).toBeGreaterThan(1);
  for (const { code } of shown) expect(code).toBe(first.code);
  expect(first.code.trimEnd().split("\n").length).toBeLessThan(20);

  const folder = join(root, "test-results/vitest-example");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "example.test.js"), first.code);
  writeFileSync(join(folder, "vitest.config.js"), "export default {};\n");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const config = join(folder, "vitest.config.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [vitest, "run", "--root", root, "--config", config, "--dir", folder, "--reporter", "json"],
    { cwd: root },
  );
  expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 1, numFailedTests: 0 });
});
