import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BuildError, buildProgram, type Program } from "../../src/index.js";
import { makeFolder, makeProgram } from "../program-folder.js";

const pagesAreBuilt = existsSync(join(import.meta.dirname, "../../dist/frame/index.html"));

// `npm test` builds first; a run of single files on a fresh checkout has no pages to copy.
describe.skipIf(!pagesAreBuilt)("with the simulator's pages built", () => {
  test("the program is a folder of static files", async () => {
    const { dir } = makeProgram({
      "app.json": '{"pages":["pages/a/a"],"window":{"navigationBarTitleText":"<聊天>"}}',
      "pages/a/a.js": 'require("kit"); wx.connectSocket({ url: "wss://a" }); wx.request({})',
      "pages/a/a.json": '{"usingComponents":{"k":"kit/k"}}',
      "img/a.png": "PNG",
      "data/list.json": "[]",
      ".secret": "no",
      "project.config.json": "{}",
      "weapp-socket.json": '{"map":{"wss://a":"wss://b"}}',
      "node_modules/kit/package.json": '{"miniprogram":"lib"}',
      "node_modules/kit/lib/index.js": "",
      "node_modules/kit/lib/k.json": '{"component":true}',
      "node_modules/kit/lib/k.js": "Component({})",
      "node_modules/kit/lib/k.wxml": '<image src="k.png"/>',
      "node_modules/kit/lib/k.png": "KIT",
    });
    const out = join(makeFolder({}).dir, "www");
    const { needs, files, bytes } = await buildProgram(dir, out);
    const text = (path: string): string => readFileSync(join(out, path), "utf8");
    expect(text("index.html")).toContain("<title>&lt;聊天></title>");
    expect(text("index.html")).toContain('<iframe src="frame/"');
    expect(existsSync(join(out, "frame/index.html"))).toBe(true);
    expect((JSON.parse(text("program/program.json")) as Program).pages).toEqual(["pages/a/a"]);
    expect(text("program/modules.js")).toContain('__weappDefine("pages/a/a.js"');
    expect(JSON.parse(text("program/session.json"))).toMatchObject({
      token: null,
      map: [{ from: "wss://a", to: "wss://b" }],
      profile: "device",
    });
    const kept = readdirSync(join(out, "program/files"), { recursive: true, encoding: "utf8" });
    expect(kept.filter((path) => path.includes(".")).toSorted()).toEqual([
      "app.json",
      "data/list.json",
      "img/a.png",
      "miniprogram_npm/kit/k.json",
      "miniprogram_npm/kit/k.png",
      "pages/a/a.json",
    ]);
    expect(needs.map(({ api }) => api)).toEqual(["connectSocket", "request"]);
    expect(files).toBeGreaterThan(10);
    expect(bytes).toBeGreaterThan(1000);
  });

  test("an earlier build is replaced, a folder of something else is left alone", async () => {
    const { dir } = makeProgram();
    const out = makeFolder({});
    await buildProgram(dir, out.dir);
    out.write({ "program/old.txt": "old" });
    await buildProgram(dir, out.dir);
    expect(existsSync(join(out.dir, "program/old.txt"))).toBe(false);
    const precious = makeFolder({ "thesis.txt": "1" });
    await expect(buildProgram(dir, precious.dir)).rejects.toMatchObject({ code: "out" });
    expect(readdirSync(precious.dir)).toEqual(["thesis.txt"]);
  });

  test("a build inside the program's folder does not copy itself", async () => {
    const { dir } = makeProgram({ "a.png": "1" });
    await buildProgram(dir, join(dir, "www"));
    const second = await buildProgram(dir, join(dir, "www"));
    const first = await buildProgram(dir, join(dir, "www"));
    expect(second.files).toBe(first.files);
    expect(existsSync(join(dir, "www/program/files/www"))).toBe(false);
  });
});

test("a program with errors is not exported, and its diagnostics are told", async () => {
  const { dir } = makeProgram({ "app.json": '{"pages":["none"]}' });
  const error = await buildProgram(dir, join(dir, "www")).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(BuildError);
  expect(error).toMatchObject({ code: "program", diagnostics: [{ message: expect.any(String) as string }] });
  expect(existsSync(join(dir, "www"))).toBe(false);
});

test("the program's own folder, or one above it, is never written", async () => {
  const { dir } = makeProgram();
  await expect(buildProgram(dir, dir)).rejects.toMatchObject({ code: "out" });
  mkdirSync(join(dir, "sub"));
  await expect(buildProgram(dir, join(dir, ".."))).rejects.toMatchObject({ code: "out" });
  expect(existsSync(join(dir, "app.json"))).toBe(true);
});
