import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createFileCalls } from "../../src/host/file-calls.js";
import { FileStore } from "../../src/host/file-store.js";
import type { JsonObject, JsonValue } from "../../src/program.js";
import { openRelay } from "../../src/relay/page/relay.js";
import { makeProgram } from "../program-folder.js";
import { stubPageWebSocket } from "../relay/page-web-socket.js";
import { sessionOf, startSimulator } from "./simulator-world.js";

type Call = (method: string, params?: JsonObject, body?: string) => Promise<JsonValue | string>;

function openStore(maxBytes?: number): { call: Call; dir: string } {
  const dir = mkdtempSync(join(tmpdir(), "weapp-socket-store-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const calls = createFileCalls(() => new FileStore(join(dir, "files"), maxBytes));
  const call: Call = async (method, params = {}, body) => {
    const { result, body: bytes } = await calls.get(`files.${method}`)!({
      params,
      bodies: body === undefined ? [] : [Buffer.from(body)],
      signal: new AbortController().signal,
      emit: () => undefined,
    });
    return bytes === undefined ? result : Buffer.from(bytes).toString();
  };
  return { call, dir };
}

const paths = (entries: JsonValue | string): unknown =>
  (entries as { path: string; size: number; directory: boolean }[]).map(({ path, size, directory }) =>
    directory ? `${path}/` : `${path} ${size}`,
  );

test("what is written is listed, read, moved and removed", async () => {
  const { call } = openStore();
  expect(await call("list")).toEqual([]);
  await call("write", { path: "usr/a/字.txt" }, "text");
  await call("write", { path: "usr/b" }, "");
  await call("makeDirectory", { path: "tmp/empty" });
  expect(paths(await call("list"))).toEqual([
    "tmp/",
    "tmp/empty/",
    "usr/",
    "usr/a/",
    "usr/a/字.txt 4",
    "usr/b 0",
  ]);
  expect(await call("read", { path: "usr/a/字.txt" })).toBe("text");
  await call("write", { path: "usr/a/字.txt" }, "again");
  await call("rename", { from: "usr/a", to: "usr/c/d" });
  expect(await call("read", { path: "usr/c/d/字.txt" })).toBe("again");
  await call("remove", { path: "usr" });
  expect(paths(await call("list"))).toEqual(["tmp/", "tmp/empty/"]);
});

test.each([
  ["read", { path: "none" }, "missing"],
  ["remove", { path: "none" }, "missing"],
  ["rename", { from: "none", to: "b" }, "missing"],
  ["read", { path: "folder" }, "kind"],
  ["write", { path: "folder" }, "kind"],
  ["write", { path: "file/below" }, "kind"],
  ["read", { path: "../secret" }, "path"],
  ["read", { path: "folder/../../secret" }, "path"],
  ["read", { path: "/etc/passwd" }, "path"],
  ["read", { path: "a\\b" }, "path"],
  ["read", { path: "a\0" }, "path"],
  ["write", { path: "" }, "path"],
  ["write", { path: "." }, "path"],
  ["rename", { from: "file", to: "../out" }, "path"],
  ["read", { path: 1 }, "params"],
  ["read", { path: "link/secret.txt" }, "path"],
  ["write", { path: "link/new.txt" }, "path"],
] as [string, JsonObject, string][])("files.%s %o fails with %s", async (method, params, code) => {
  const { call, dir } = openStore();
  await call("makeDirectory", { path: "folder" });
  await call("write", { path: "file" }, "x");
  writeFileSync(join(dir, "secret.txt"), "secret");
  symlinkSync(dir, join(dir, "files/link"));
  await expect(call(method, params, "y")).rejects.toMatchObject({ code });
});

test("a store holds no more than its limit, and a replaced file does not count twice", async () => {
  const { call } = openStore(10);
  await call("write", { path: "a" }, "12345678");
  await call("write", { path: "a" }, "123456789");
  await expect(call("write", { path: "b" }, "12")).rejects.toMatchObject({ code: "quota" });
  await call("write", { path: "b" }, "1");
});

test("a program's files outlive its page, under its appid", async () => {
  const { dir } = makeProgram({ "project.config.json": '{"appid":"wx/../1"}' });
  const { url } = await startSimulator({ dir });
  stubPageWebSocket(url);
  onTestFinished(() => void vi.unstubAllGlobals());
  const { token } = await sessionOf(url);
  const first = await openRelay(url, token);
  await first.call("files.write", { path: "usr/a" }, { body: new TextEncoder().encode("kept").buffer });
  first.close();
  const second = await openRelay(url, token);
  const { body } = await second.call("files.read", { path: "usr/a" });
  expect(Buffer.from(body!).toString()).toBe("kept");
  await expect(second.call("files.read", { path: "none" })).rejects.toMatchObject({ code: "missing" });
  second.close();
});
