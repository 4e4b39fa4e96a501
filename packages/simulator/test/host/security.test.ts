import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { makeFolder, makeProgram } from "../program-folder.js";
import { get, sessionOf, startSimulator } from "./simulator-world.js";

async function start(files: Record<string, string> = {}) {
  const folder = makeProgram(files);
  return { ...(await startSimulator({ dir: folder.dir })), dir: folder.dir };
}

test.each([
  "evil.example",
  "evil.example:3100",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "a@127.0.0.1",
])("a request whose Host is %o is refused", async (host) => {
  const { port } = await start();
  expect((await get(port, "/program/program.json", { host })).status).toBeGreaterThanOrEqual(400);
});

test.each(["127.0.0.1:1", "localhost:8080", "LOCALHOST", "[::1]:3100", "app.localhost:3100"])(
  "a request whose Host is %s is answered",
  async (host) => {
    const { port } = await start();
    expect((await get(port, "/program/program.json", { host })).status).toBe(200);
  },
);

test.each([
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" }, 403],
  [{ "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, 403],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }, 403],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, 200],
  [{ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, 200],
  [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, 200],
])("a browser that says %o gets %i", async (headers, status) => {
  const { port } = await start();
  expect((await get(port, "/program/program.json", headers as Record<string, string>)).status).toBe(status);
});

test("no answer may be framed, read or sniffed by another origin", async () => {
  const { port } = await start();
  const { headers } = await get(port, "/program/session.json");
  expect(headers).toMatchObject({
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
  });
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});

test("only GET and HEAD are answered", async () => {
  const { port } = await start();
  expect((await get(port, "/program/program.json", {}, "POST")).status).toBe(405);
  const head = await get(port, "/program/program.json", {}, "HEAD");
  expect([head.status, head.text, Number(head.headers["content-length"]) > 0]).toEqual([200, "", true]);
});

/** Resolves to "open", or to the status that the upgrade got. */
function upgrade(port: number, path: string, origin: string | undefined, host?: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = host === undefined ? {} : { host };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      ...(origin !== undefined && { origin }),
      headers,
    });
    socket.on("open", () => {
      socket.close();
      resolve("open");
    });
    socket.on("unexpected-response", (_, response) => resolve(String(response.statusCode)));
    socket.on("error", () => undefined);
  });
}

test("the relay opens to the simulator's own page with its token, and to nobody else", async () => {
  const { port, url } = await start();
  const { token } = await sessionOf(url);
  const path = `/relay?token=${token}`;
  expect(await upgrade(port, path, url)).toBe("open");
  expect(await upgrade(port, path, undefined)).toBe("403");
  expect(await upgrade(port, path, "null")).toBe("403");
  expect(await upgrade(port, path, "https://evil.example")).toBe("403");
  expect(await upgrade(port, path, `http://127.0.0.1:${port + 1}`)).toBe("403");
  expect(await upgrade(port, path, `http://localhost:${port}`)).toBe("403");
  expect(await upgrade(port, path, "http://evil.example", "evil.example")).toBe("403");
  expect(await upgrade(port, "/relay", url)).toBe("403");
  expect(await upgrade(port, "/relay?token=", url)).toBe("403");
  expect(await upgrade(port, `/relay?token=${token.slice(1)}x`, url)).toBe("403");
  expect(await upgrade(port, `/other?token=${token}`, url)).toBe("403");
});

test("an upgrade that is no handshake is refused, and the host lives on", async () => {
  const { port, url } = await start();
  const { token } = await sessionOf(url);
  const headers = { connection: "upgrade", upgrade: "websocket", origin: url };
  expect((await get(port, `/relay?token=${token}`, headers)).status).toBe(426);
  expect((await get(port, "//", { connection: "upgrade", upgrade: "x", origin: url })).status).toBe(403);
  expect((await get(port, "/program/program.json")).status).toBe(200);
});

test("the author's local files are served with their type, and ranges of them", async () => {
  const { port } = await start({ "img/图 1.svg": "<svg/>", "a.mp3": "0123456789", "empty.txt": "" });
  const image = await get(port, `/program/files/img/${encodeURIComponent("图 1.svg")}?v=1`);
  expect([image.status, image.headers["content-type"], image.text]).toEqual([200, "image/svg+xml", "<svg/>"]);
  const etag = image.headers.etag ?? "";
  const again = await get(port, `/program/files/img/${encodeURIComponent("图 1.svg")}`, {
    "if-none-match": etag,
  });
  expect([again.status, again.text]).toEqual([304, ""]);
  const ranges = ["bytes=2-4", "bytes=-2", "bytes=8-99"];
  const parts = await Promise.all(ranges.map((range) => get(port, "/program/files/a.mp3", { range })));
  expect(parts.map(({ status, text }) => [status, text])).toEqual([
    [206, "234"],
    [206, "89"],
    [206, "89"],
  ]);
  expect(parts[0]?.headers["content-range"]).toBe("bytes 2-4/10");
  expect((await get(port, "/program/files/a.mp3", { range: "bytes=20-" })).status).toBe(416);
  expect(await get(port, "/program/files/empty.txt")).toMatchObject({ status: 200, text: "" });
});

test.each([
  "../secret.txt",
  "..%2fsecret.txt",
  "%2e%2e/secret.txt",
  "img/../../secret.txt",
  "..%5csecret.txt",
  "%00",
  "%ff",
  "%",
  ".git/config",
  "img/.hidden",
  ".env",
  "project.config.json",
  "project.private.config.json",
  "node_modules/x/index.js",
  "link-out.txt",
  "folder-out/secret.txt",
  "img",
  "",
  "none.png",
])("no file is served at /program/files/%s", async (path) => {
  const outside = mkdtempSync(join(tmpdir(), "weapp-socket-outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true }));
  writeFileSync(join(outside, "secret.txt"), "secret");
  const { dir } = makeFolder({
    "project.config.json": '{"miniprogramRoot":"src"}',
    "secret.txt": "secret",
    "src/app.json": '{"pages":["a"]}',
    "src/img/.hidden": "secret",
    "src/.git/config": "secret",
    "src/.env": "secret",
    "src/project.config.json": "secret",
    "src/project.private.config.json": "secret",
    "src/node_modules/x/index.js": "secret",
  });
  symlinkSync(join(outside, "secret.txt"), join(dir, "src/link-out.txt"));
  symlinkSync(outside, join(dir, "src/folder-out"));
  const { port } = await startSimulator({ dir });
  const answer = await get(port, `/program/files/${path}`);
  expect([answer.status, answer.text === "secret"]).toEqual([404, false]);
});

test("what a place names is served: files of the program, originals; nothing else of node_modules or the folder", async () => {
  const map = { version: 3, sources: ["../../src/a.ts"], sourcesContent: ["original"], mappings: "" };
  const { port } = await start({
    "project.config.json": "{}",
    "package.json": '{"dependencies":{"shout":"1"}}',
    "node_modules/shout/package.json": "{}",
    "node_modules/shout/index.js": "module.exports = 'bundled'",
    "node_modules/shout/other.js": "secret",
    "pages/a/a.js": "require('shout')",
    "pages/a/a.js.map": JSON.stringify(map),
    "src/b.ts": "",
  });
  const text = async (path: string): Promise<unknown> => {
    const answer = await get(port, `/program/sources/${path}`);
    return answer.status === 200 ? answer.text : answer.status;
  };
  expect(await text("node_modules/shout/index.js")).toBe("module.exports = 'bundled'");
  expect(await text("pages/a/a.js")).toBe("require('shout')");
  expect(await text("src/a.ts")).toBe("original");
  const outside = ["../app.js", "%2e%2e/app.js", "..%5capp.js", "", ".env", "project.config.json"];
  for (const path of ["node_modules/shout/other.js", "src/none.ts", ...outside])
    expect([path, await text(path)]).toEqual([path, 404]);
});

test("a link inside the folder is served", async () => {
  const { port, dir } = await start({ "a.txt": "inside" });
  symlinkSync(join(dir, "a.txt"), join(dir, "b.txt"));
  expect((await get(port, "/program/files/b.txt")).text).toBe("inside");
});

test.each(["/../package.json", "/frame/../../package.json", "/%2e%2e/package.json", "/.tsbuildinfo"])(
  "nothing above the built pages is served: %s",
  async (path) => {
    const { port } = await start();
    expect((await get(port, path)).status).toBe(404);
  },
);

test("it listens on the loopback address alone", async () => {
  const { url } = await start();
  expect(new URL(url).hostname).toBe("127.0.0.1");
});
