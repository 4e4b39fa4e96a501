import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createSimulator, type SimulatorOptions } from "../../src/index.js";
import { makeFolder } from "../program-folder.js";
import { get, sessionOf, startSimulator, type Answer } from "./simulator-world.js";

/** The inspector asks the host to show a file in an editor: only it may, and only files that places name. */

const FILES = {
  "project.config.json": '{"miniprogramRoot":"dist/"}',
  "package.json": '{"dependencies":{"shout":"1"}}',
  "node_modules/shout/package.json": "{}",
  "node_modules/shout/index.js": "module.exports = 1",
  "node_modules/shout/other.js": "module.exports = 2",
  "dist/app.json": '{"pages":["pages/a/a"]}',
  "dist/pages/a/a.js": 'require("shout"); Page({});',
  "dist/pages/a/a.js.map": JSON.stringify({
    version: 3,
    sources: ["../../../src/页面.ts", "../../../src/gone.ts"],
    sourcesContent: ["Page({})", "gone"],
    mappings: "AAAA",
  }),
  "dist/pages/a/a.wxml": "",
  "src/页面.ts": "Page({})",
  ".env": "secret",
};

async function open(options: Partial<SimulatorOptions> = {}) {
  const { dir } = makeFolder(FILES);
  const opened: unknown[] = [];
  const { port, url } = await startSimulator({
    dir,
    openInEditor: async (...place) => void opened.push(place),
    ...options,
  });
  const { token } = await sessionOf(url);
  const own = { origin: url, "x-weapp-socket-token": token };
  const ask = (query: string, headers: Record<string, string> = own, method = "POST"): Promise<Answer> =>
    get(port, `/editor${query}`, headers, method);
  return { dir: realpathSync(dir), url, token, own, opened, ask };
}

test.each([
  ["pages/a/a.js", "dist/pages/a/a.js"],
  ["pages/a/a.wxml", "dist/pages/a/a.wxml"],
  ["src/页面.ts", "src/页面.ts"],
  ["dist/app.json", "dist/app.json"],
  ["project.config.json", "project.config.json"],
  ["node_modules/shout/index.js", "node_modules/shout/index.js"],
])("a place in %s opens %s of the project", async (file, path) => {
  const { ask, dir, opened } = await open();
  expect((await ask(`?file=${encodeURIComponent(file)}&line=3&column=7`)).status).toBe(204);
  expect(opened).toEqual([[join(dir, path), 3, 7]]);
  await ask(`?file=${encodeURIComponent(file)}`);
  expect(opened.at(-1)).toEqual([join(dir, path), 0, 0]);
});

test.each([
  "",
  "none.js",
  "src/gone.ts",
  "../secret.txt",
  "/etc/passwd",
  "pages/../../../secret.txt",
  "..\\secret.txt",
  ".env",
  "link.txt",
  "node_modules/shout/other.js",
  "node_modules/shout/../../.env",
  "pages/a",
  "a\0.js",
])("%o opens nothing", async (file) => {
  const outside = mkdtempSync(join(tmpdir(), "weapp-socket-outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true }));
  writeFileSync(join(outside, "secret.txt"), "secret");
  const { ask, dir, opened } = await open();
  symlinkSync(join(outside, "secret.txt"), join(dir, "link.txt"));
  const answer = await ask(`?file=${encodeURIComponent(file)}&line=1&column=1`);
  expect([answer.status, opened]).toEqual([404, []]);
  expect(answer.text).toContain("the program has no file");
});

test.each(["&line=-1", "&line=1.5", "&line=x", "&line=1&column=1e99", "&line=Infinity"])(
  "a line that is none, %s, is refused",
  async (place) => {
    const { ask, opened } = await open();
    expect([(await ask(`?file=app.json${place}`)).status, opened]).toEqual([400, []]);
  },
);

test("only a page of this origin, with the token of this start, by POST", async () => {
  const { ask, own, opened, token, url } = await open();
  const query = "?file=app.json";
  const refused: Record<string, string>[] = [
    {},
    { "x-weapp-socket-token": token },
    { origin: url },
    { ...own, "x-weapp-socket-token": "" },
    { ...own, "x-weapp-socket-token": `${token.slice(1)}x` },
    { ...own, origin: "null" },
    { ...own, origin: "https://evil.example" },
    { ...own, host: "evil.example", origin: "http://evil.example" },
    { ...own, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
  ];
  for (const headers of refused)
    expect([headers, (await ask(query, headers)).status]).toEqual([headers, 403]);
  for (const method of ["GET", "HEAD", "PUT", "OPTIONS"])
    expect((await ask(query, own, method)).status).toBeGreaterThanOrEqual(404);
  expect(opened).toEqual([]);
  expect((await ask(query)).status).toBe(204);
});

test("what keeps the editor from it is told to the person", async () => {
  const { ask } = await open({
    openInEditor: async () => {
      throw new Error("no editor is known");
    },
  });
  expect(await ask("?file=app.json")).toMatchObject({ status: 502, text: "no editor is known\n" });
});

test("without an editor, and on an address that others reach, there is nothing to ask", async () => {
  const without = await open({ openInEditor: undefined as never });
  expect((await sessionOf(without.url)).hasEditor).toBe(false);
  expect((await without.ask("?file=app.json")).status).toBe(405);

  const { dir } = makeFolder(FILES);
  const opened: unknown[] = [];
  const simulator = createSimulator({ dir, openInEditor: async (file) => void opened.push(file) });
  onTestFinished(() => simulator.close());
  const { url } = await simulator.listen({ port: 0, host: "0.0.0.0" });
  const port = Number(new URL(url).port);
  const own = `http://127.0.0.1:${port}`;
  const { hasEditor, token } = await sessionOf(own);
  const answer = await get(
    port,
    "/editor?file=app.json",
    { origin: own, "x-weapp-socket-token": token },
    "POST",
  );
  expect([hasEditor, answer.status, opened]).toEqual([false, 405, []]);
});
