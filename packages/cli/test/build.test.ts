import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, runCli } from "./cli-process.js";

const chat = join(import.meta.dirname, "../../../examples/chat");

test("exports a program and says what a browser cannot do", async () => {
  const cwd = emptyFolder();
  const map = ["--map", "ws://127.0.0.1:3000=wss://push.example.com"];
  const { code, out, err } = await runCli(["build", chat, "--out", "web/chat", ...map], { cwd });
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/^built web.chat: \d+ files, \d+ KiB\n$/) as string,
  });
  expect(err).toContain("wx.connectSocket: ");
  expect(existsSync(join(cwd, "web/chat/index.html"))).toBe(true);
  expect(await readFile(join(cwd, "web/chat/program/session.json"), "utf8")).toContain(
    "wss://push.example.com",
  );

  const again = await runCli(["build", chat, "--out", "web/chat", "--json"], { cwd });
  expect(JSON.parse(again.out)).toMatchObject({
    event: "built",
    out: join(cwd, "web/chat"),
    diagnostics: [],
  });
});

test("leaves a folder alone that holds anything else", async () => {
  const cwd = emptyFolder();
  await mkdir(join(cwd, "dist"));
  await writeFile(join(cwd, "dist/thesis.txt"), "years of work");
  const { code, complaints } = await runCli(["build", chat], { cwd });
  expect(code).toBe(1);
  expect(complaints).toMatch(/^error: .*dist/);
  expect(await readFile(join(cwd, "dist/thesis.txt"), "utf8")).toBe("years of work");
});

test("a program with errors is not exported; each is told with file and line", async () => {
  const cwd = emptyFolder();
  await writeFile(join(cwd, "app.json"), `{ "pages": ["pages/gone/gone"] }`);
  const { code, complaints } = await runCli(["build", cwd, "--out", join(emptyFolder(), "out")], { cwd });
  expect(code).toBe(1);
  expect(complaints).toMatch(/^app\.json:1:\d+: error: [^]*error: the program has 1 errors?\n$/);
});
