import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { moduleFiles, sameModuleFiles } from "../src/dev/module-files.js";
import { watchModules } from "../src/dev/module-watcher.js";
import { createServerProcess, type ServerProcessEvent } from "../src/dev/server-process.js";
import { answers, claimPort } from "../src/port.js";
import { emptyFolder, save } from "./cli-process.js";

const port = (): Promise<number> =>
  claimPort({ port: 0, host: "127.0.0.1", option: "--port", what: "a test's" });

const listening = `import { createServer } from "node:net";
createServer().listen(Number(process.env.PORT), "127.0.0.1");
`;

async function serverFile(source: string): Promise<string> {
  const file = join(emptyFolder(), "server.mjs");
  await writeFile(file, source);
  return file;
}

function serverProcess(
  file: string,
  onPort: number,
): { server: ReturnType<typeof createServerProcess>; events: ServerProcessEvent[]; ended: Promise<void> } {
  const events: ServerProcessEvent[] = [];
  let endedNow: () => void;
  const ended = new Promise<void>((resolve) => (endedNow = resolve));
  const server = createServerProcess({
    file,
    port: onPort,
    env: { WEAPP_SOCKET_KEY: "the key" },
    onEvent: (event) => {
      events.push(event);
      if (event.type === "ended") endedNow();
    },
  });
  onTestFinished(() => server.stop());
  return { server, events, ended };
}

test("starts the file, gives it port and key, says when the port answers, ends it", async () => {
  const free = await port();
  const { server, events } = serverProcess(
    await serverFile(`console.log(process.env.WEAPP_SOCKET_KEY);${listening}`),
    free,
  );
  expect(await server.restart()).toBe(true);
  expect(events.at(-1)).toMatchObject({ type: "ready" });
  await expect.poll(() => events).toContainEqual({ type: "line", stream: "out", text: "the key" });
  await server.stop();
  expect(await answers(free, "127.0.0.1")).toBe(false);
  expect(events.filter(({ type }) => type === "ended")).toEqual([]);
});

test("a restart ends the old one first: the port is free again", async () => {
  const free = await port();
  const { server, events } = serverProcess(await serverFile(listening), free);
  expect(await Promise.all([server.restart(), server.restart()])).toContain(true);
  expect(await server.restart()).toBe(true);
  const pids = events.flatMap((event) => (event.type === "ready" ? [event.pid] : []));
  expect(new Set(pids).size).toBe(pids.length);
  for (const pid of pids.slice(0, -1)) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(events.filter(({ type }) => type === "ended")).toEqual([]);
});

test("a crash is told after its last words, and a restart brings it back", async () => {
  const free = await port();
  const file = await serverFile("throw new Error('out of order');");
  const { server, events, ended } = serverProcess(file, free);
  expect(await server.restart()).toBe(false);
  await ended;
  expect(events.at(-1)).toEqual({ type: "ended", code: 1, signal: null });
  expect(events).toContainEqual({ type: "line", stream: "err", text: "Error: out of order" });
  await writeFile(file, listening);
  expect(await server.restart()).toBe(true);
});

test("one that never listens can be stopped, and one that ignores the request to end is killed", async () => {
  const source =
    "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log('here')";
  const { server, events } = serverProcess(await serverFile(source), await port());
  const restarted = server.restart();
  await expect.poll(() => events.length).toBe(1);
  await server.stop();
  expect(await restarted).toBe(false);
});

test("the files of a server are those that it imports by path, in both module systems", async () => {
  const folder = emptyFolder();
  await mkdir(join(folder, "lib"));
  const write = (name: string, source: string): Promise<void> => writeFile(join(folder, name), source);
  await write(
    "server.js",
    `import "node:http"; import a from "./lib/a.js";\nconst b = require('./lib');\nawait import("./c.json")`,
  );
  await write("lib/a.js", `export * from "../server.js"; export { x } from\n  "./gone.js"`);
  await write("lib/index.js", `require("./b")`);
  await write("lib/b.cjs", "");
  await write("c.json", "{}");
  await write("page.js", "");
  const found = await moduleFiles(join(folder, "server.js"));
  const names = ["c.json", "lib/a.js", "lib/b.cjs", "lib/index.js", "server.js"].map((name) =>
    join(folder, name),
  );
  expect([...found.keys()].toSorted()).toEqual(names);
  expect(sameModuleFiles(found, await moduleFiles(join(folder, "server.js")))).toBe(true);
  await utimes(join(folder, "c.json"), 1, 1);
  expect(sameModuleFiles(found, await moduleFiles(join(folder, "server.js")))).toBe(false);
});

test("a change of a module is seen, that of a file beside it is not", async () => {
  const folder = emptyFolder();
  const entry = join(folder, "server.js");
  await mkdir(join(folder, "lib"));
  await writeFile(entry, `import "./lib/words.js"`);
  await writeFile(join(folder, "lib/words.js"), "");
  let changes = 0;
  onTestFinished(await watchModules(entry, () => changes++));
  const seen = (count: number): Promise<void> => expect.poll(() => changes).toBe(count);

  await save(join(folder, "page.wxml"), "<view/>");
  await save(join(folder, "lib/words.js"), "export const one = 1;");
  await seen(1);
  await save(entry, `import "./lib/words.js"; import "./more.js";`);
  await seen(2);
  await save(join(folder, "more.js"), "");
  await seen(3);
  await rm(entry);
  await seen(4);
  await save(entry, "");
  await seen(5);
});
