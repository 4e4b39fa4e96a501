import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { beforeAll, expect, test } from "vitest";
import type { connect } from "@weapp-socket/client";
import { createPhone, publication, welcome } from "./phone.js";

/** What mini programs get: one file of ES5, without a name that they do not have. */
const root = join(import.meta.dirname, "..");
let code = "";

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "scripts/build.js")]);
  code = readFileSync(join(root, "dist/miniprogram/index.js"), "utf8");
});

test("is ES5", () => {
  expect(() => parse(code, { ecmaVersion: 5, sourceType: "script" })).not.toThrow();
});

test("weighs at most 8 KiB gzipped", () => {
  const bytes = gzipSync(code, { level: 9 }).length;
  process.stdout.write(`client: ${code.length} characters, ${bytes} bytes gzipped\n`);
  expect(bytes).toBeLessThanOrEqual(8_192);
});

test("requires nothing", () => {
  expect(code).not.toMatch(/\brequire\b|\bimport\b/);
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  expect(manifest).not.toHaveProperty("dependencies");
  expect(manifest["miniprogram"]).toBe("dist/miniprogram");
});

/** Names of the language that are younger than ES5; mini programs polyfill Promise alone for everybody. */
const younger = `
  [Map, Set, WeakMap, WeakSet, Symbol, Proxy, Reflect].forEach(function (value) { delete globalThis[value.name]; });
  ["assign", "entries", "values", "fromEntries", "hasOwn", "is", "setPrototypeOf", "getOwnPropertySymbols"]
    .forEach(function (name) { delete Object[name]; });
  ["includes", "find", "findIndex", "flat", "flatMap", "fill", "at", "findLast", "keys", "values", "entries", "copyWithin"]
    .forEach(function (name) { delete Array.prototype[name]; });
  ["includes", "startsWith", "endsWith", "repeat", "padStart", "padEnd", "at", "matchAll", "replaceAll", "trimStart"]
    .forEach(function (name) { delete String.prototype[name]; });
  ["from", "of"].forEach(function (name) { delete Array[name]; });
  ["isInteger", "isSafeInteger", "isNaN", "isFinite", "parseFloat"].forEach(function (name) { delete Number[name]; });
  ["sign", "trunc", "log2", "hypot", "clz32", "imul"].forEach(function (name) { delete Math[name]; });
  ["structuredClone", "queueMicrotask", "escape", "unescape"].forEach(function (name) { delete globalThis[name]; });
  delete globalThis.globalThis;
`;

test("connects, delivers, publishes and calls back in a bare ES5 world", async () => {
  const phone = createPhone();
  // Neither Node's names nor the browser's: what is here is what the language has, and what WeChat adds.
  const sandbox: Record<string, unknown> = {
    exports: {},
    wx: phone.wx,
    setTimeout: (callback: () => void, delayMs: number) => phone.clock.setTimer(delayMs, callback),
    clearTimeout: (cancel: () => void) => cancel(),
  };
  createContext(sandbox);
  runInContext(younger, sandbox);
  runInContext(code, sandbox);
  const built = sandbox["exports"] as { connect: typeof connect };
  expect(Object.keys(built)).toEqual(["connect"]);

  const seen: unknown[] = [];
  const states: string[] = [];
  const client = built.connect({
    url: "wss://a.example/ws",
    getToken: () => "t-1",
    clock: phone.clock,
    random: () => 0.5,
  });
  client.on("state", (state) => void states.push(state));
  client.handle("add", (data) => (data as { a: number }).a + 1);
  const room = client.channel("room");
  room.on("messages", (messages) => void seen.push(messages.map(({ data }) => data)));
  room.on("gap", (gap) => void seen.push(gap));
  const hello = await welcome(phone);
  expect(hello).toMatchObject({ token: "t-1", channels: { room: null } });
  phone.socket.say(publication(2), publication(3));
  phone.socket.say({ t: "gap", c: "room", p: "9-00000009", why: "trimmed" });
  await phone.advance(20);
  expect(JSON.parse(JSON.stringify(seen))).toEqual([
    [{ n: 2 }, { n: 3 }],
    { channel: "room", why: "trimmed", position: "9-00000009" },
  ]);

  const published = room.publish({ text: "你好" });
  const [publish] = phone.socket.heard();
  expect(publish).toMatchObject({ t: "publish", c: "room", d: { text: "你好" } });
  phone.socket.say({ t: "reply", id: (publish as { id: number }).id, ok: { p: "10-0000000a" } });
  expect((await published).position).toBe("10-0000000a");

  phone.socket.say({ t: "call", id: -1, method: "add", d: { a: 1 } });
  await phone.settle();
  expect(phone.socket.heard()).toContainEqual({ t: "reply", id: -1, ok: 2 });

  // Cut, resumed, refused.
  phone.socket.emit("close", { code: 1006 });
  await phone.advance(1_000);
  expect(await welcome(phone)).toMatchObject({ session: "s-1", channels: { room: "9-00000009" } });
  phone.socket.say({ t: "bye", code: 4501, name: "unauthorized", retry: false });
  await phone.advance(2_500);
  expect(states).toEqual(["live", "waiting", "connecting", "live", "connecting", "ended"]);
  expect(client.error).toMatchObject({ code: "unauthorized", retry: false });
  expect(phone.storage.get("weapp-socket:wss://a.example/ws")).toContain('"positions":{"room":"9-00000009"}');
  expect(phone.thrown).toEqual([]);
});
