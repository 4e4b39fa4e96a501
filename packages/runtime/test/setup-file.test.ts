import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The setup file that docs/testing.md shows, as it stands there. */
const root = join(import.meta.dirname, "../../..");
const folder = join(root, "test-results/setup-file");
const [shown] = /```js no-run\n([^]*?)```/
  .exec(readFileSync(join(root, "docs/testing.md"), "utf8"))!
  .slice(1);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...command: string[]): string =>
  execFileSync(process.execPath, command, { cwd: folder, encoding: "utf8", stdio: "pipe" });

test("vitest: wx is there in every test file", { timeout: 60_000 }, () => {
  const conditions = '["@weapp-socket/source"]';
  writeFileSync(join(folder, "wx.setup.js"), shown!);
  writeFileSync(
    join(folder, "vitest.config.js"),
    `export default {
      resolve: { conditions: ${conditions} },
      ssr: { resolve: { conditions: ${conditions}, externalConditions: ${conditions} } },
      test: { setupFiles: ["./wx.setup.js"] },
    };`,
  );
  writeFileSync(
    join(folder, "page.test.js"),
    `import { expect, test } from "vitest";
    test("a page's code", () => {
      const heard = [];
      wx.connectSocket({ url: "http://a", fail: ({ errMsg }) => heard.push(errMsg) });
      expect(heard).toEqual(['connectSocket:fail invalid url "http://a"']);
    });`,
  );
  const output = run(
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--root",
    folder,
    "--reporter=json",
  );
  expect(JSON.parse(output)).toMatchObject({ success: true, numPassedTests: 1 });
});

test("jest: the same file without its vitest line, where afterAll is a global", () => {
  const file = join(folder, "jest.setup.mjs");
  writeFileSync(file, shown!.replace(/^import .* from "vitest".*\n/m, ""));
  const runner = `
    const hooks = [];
    globalThis.afterAll = (hook) => hooks.push(hook);
    await import(${JSON.stringify(file)});
    const during = typeof globalThis.wx.connectSocket;
    for (const hook of hooks) hook();
    console.log(hooks.length, during, typeof globalThis.wx);`;
  expect(run("--input-type=module", "--eval", runner).trim()).toBe("1 function undefined");
});
