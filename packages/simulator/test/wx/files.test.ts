import { describe, expect, test } from "vitest";
import type { LaunchedProgram } from "@weapp-socket/simulator";
import { call, run } from "../headless-world.js";

const MB = 1_048_576;

type Sync = (...args: readonly unknown[]) => unknown;
const sync = (app: LaunchedProgram, name: string, ...args: readonly unknown[]): unknown =>
  (app.wx[name] as Sync)(...args);

describe("storage", () => {
  test("what is kept is JSON: a copy, with dates as text", async () => {
    const app = await run({});
    const list = [1];
    sync(app, "setStorageSync", "k", { list, at: new Date(0), none: undefined });
    list.push(2);
    expect(sync(app, "getStorageSync", "k")).toEqual({ list: [1], at: "1970-01-01T00:00:00.000Z" });
    expect(app.storage.get("k")).toEqual(sync(app, "getStorageSync", "k"));
  });

  test.each([0, false, "", null])("%o comes back as it is", async (value) => {
    const app = await run({});
    sync(app, "setStorageSync", "k", value);
    const data = await call(app, "getStorage", { key: "k" });
    expect(data).toEqual({ data: value, errMsg: "getStorage:ok" });
  });

  test("1 MB a key and 10 MB in all", async () => {
    const app = await run({});
    expect(await call(app, "setStorage", { key: "large", data: "x".repeat(MB) })).toEqual({
      errMsg: "setStorage:fail entry size limit reached",
    });
    expect(() => sync(app, "setStorageSync", "large", "x".repeat(MB))).toThrow(
      "setStorageSync:fail entry size limit reached",
    );
    const most = "x".repeat(MB - 100);
    for (let n = 0; n < 10; n += 1)
      expect(await call(app, "setStorage", { key: `k${n}`, data: most })).toEqual({
        errMsg: "setStorage:ok",
      });
    expect(await call(app, "setStorage", { key: "k10", data: most })).toEqual({
      errMsg: "setStorage:fail exceed storage max size 10Mb",
    });
    expect(await call(app, "setStorage", { key: "k9", data: most })).toEqual({ errMsg: "setStorage:ok" });
    sync(app, "removeStorageSync", "k0");
    expect(await call(app, "setStorage", { key: "k10", data: most })).toEqual({ errMsg: "setStorage:ok" });
    expect(sync(app, "getStorageInfoSync")).toMatchObject({ currentSize: 10_240, limitSize: 10_240 });
  });

  test("the synchronous forms throw what the others fail with", async () => {
    const app = await run({});
    expect(() => sync(app, "getStorageSync", 1)).toThrow(
      "getStorageSync:fail parameter error: parameter.key should be String instead of Number;",
    );
    expect(() => sync(app, "setStorageSync", "", 1)).toThrow(
      "setStorageSync:fail parameter error: parameter.key should not be empty;",
    );
  });

  test("permissions are kept beside, and no clearing of the program's takes them", async () => {
    const app = await run({});
    const asked = call(app, "authorize", { scope: "scope.camera" });
    const overlay = app.overlays.at(-1);
    if (overlay?.kind === "modal") overlay.confirm();
    await asked;
    sync(app, "clearStorageSync");
    expect(sync(app, "getStorageInfoSync")).toMatchObject({ keys: [] });
    expect(await call(app, "getSetting")).toMatchObject({ authSetting: { "scope.camera": true } });
  });
});

describe("the file system", () => {
  const root = "wxfile://usr";

  async function manager(): Promise<{ app: LaunchedProgram; fs: Record<string, Sync> }> {
    const app = await run({ "data.json": '{"of":"the package"}' });
    return { app, fs: (app.wx["getFileSystemManager"] as () => Record<string, Sync>)() };
  }

  test("writes, appends, reads in parts and encodings, copies, renames, truncates", async () => {
    const { fs } = await manager();
    const path = `${root}/a.txt`;
    fs["writeFileSync"]?.(path, "你好", "utf8");
    fs["appendFileSync"]?.(path, "!", "utf8");
    expect(fs["readFileSync"]?.(path, "utf8")).toBe("你好!");
    expect(fs["readFileSync"]?.(path, "base64")).toBe("5L2g5aW9IQ==");
    expect(fs["readFileSync"]?.(path, "hex", 0, 3)).toBe("e4bda0");
    expect(fs["readFileSync"]?.(path)).toEqual(new TextEncoder().encode("你好!").buffer);
    fs["copyFileSync"]?.(path, `${root}/b.txt`);
    fs["renameSync"]?.(`${root}/b.txt`, `${root}/c.txt`);
    fs["truncateSync"]?.(`${root}/c.txt`, 3);
    expect(fs["readFileSync"]?.(`${root}/c.txt`, "utf8")).toBe("你");
    expect(fs["readdirSync"]?.(root)).toEqual(["a.txt", "c.txt"]);
    expect(fs["statSync"]?.(path)).toMatchObject({ size: 7 });
    fs["unlinkSync"]?.(path);
    expect(fs["readdirSync"]?.(root)).toEqual(["c.txt"]);
    expect(fs["readFileSync"]?.("data.json", "utf8")).toBe('{"of":"the package"}');
  });

  test("folders", async () => {
    const { fs } = await manager();
    fs["mkdirSync"]?.(`${root}/a/b`, true);
    fs["writeFileSync"]?.(`${root}/a/b/x`, "x");
    expect(fs["readdirSync"]?.(`${root}/a`)).toEqual(["b"]);
    expect(() => fs["rmdirSync"]?.(`${root}/a`)).toThrow("rmdirSync:fail directory not empty");
    fs["rmdirSync"]?.(`${root}/a`, true);
    expect(() => fs["accessSync"]?.(`${root}/a/b/x`)).toThrow(
      `accessSync:fail no such file or directory "${root}/a/b/x"`,
    );
  });

  test.each([
    ["readFile", { filePath: `${root}/none` }, `readFile:fail no such file or directory "${root}/none"`],
    ["readFile", { filePath: root }, `readFile:fail illegal operation on a directory, open "${root}"`],
    ["writeFile", { filePath: "data.json", data: "x" }, 'writeFile:fail permission denied, open "data.json"'],
    [
      "writeFile",
      { filePath: `${root}/no/x`, data: "x" },
      `writeFile:fail no such file or directory, open "${root}/no/x"`,
    ],
    ["writeFile", { filePath: `${root}/x`, data: {} }, "writeFile:fail data must be a string or ArrayBuffer"],
    ["mkdir", { dirPath: `${root}/a/b` }, `mkdir:fail no such file or directory "${root}/a"`],
    ["mkdir", { dirPath: "here" }, 'mkdir:fail permission denied, open "here"'],
    ["readdir", { dirPath: `${root}/none` }, `readdir:fail no such file or directory "${root}/none"`],
    ["unlink", { filePath: `${root}/none` }, `unlink:fail no such file or directory "${root}/none"`],
    ["unlink", { filePath: root }, `unlink:fail operation not permitted, unlink "${root}"`],
    ["rmdir", { dirPath: `${root}/none` }, `rmdir:fail no such file or directory "${root}/none"`],
    ["access", { path: `${root}/none` }, `access:fail no such file or directory "${root}/none"`],
    ["stat", { path: `${root}/none` }, `stat:fail no such file or directory "${root}/none"`],
    [
      "removeSavedFile",
      { filePath: "wxfile://store_none" },
      'removeSavedFile:fail no such file or directory "wxfile://store_none"',
    ],
  ])("%s %o fails", async (name, options, errMsg) => {
    const { fs } = await manager();
    const result = await new Promise((resolve) =>
      fs[name]?.({ ...options, fail: resolve, success: resolve }),
    );
    expect(result).toEqual({ errMsg });
  });

  test("200 MB and no more", async () => {
    const { fs } = await manager();
    const part = new ArrayBuffer(50 * MB);
    for (let n = 0; n < 4; n += 1) fs["writeFileSync"]?.(`${root}/${n}`, part);
    expect(() => fs["writeFileSync"]?.(`${root}/over`, new ArrayBuffer(1))).toThrow(
      "writeFileSync:fail the maximum size of the file storage limit is exceeded",
    );
  });

  test("what was chosen is temporary; saveFile keeps it", async () => {
    const { app } = await manager();
    const { tempFilePaths } = (await call(app, "chooseImage", { count: 1 })) as { tempFilePaths: string[] };
    const saved = await call(app, "saveFile", { tempFilePath: tempFilePaths[0] });
    expect(saved).toMatchObject({
      errMsg: "saveFile:ok",
      savedFilePath: expect.stringMatching(/^wxfile:\/\/store_/u),
    });
    expect(await call(app, "getSavedFileList")).toMatchObject({
      fileList: [{ filePath: saved["savedFilePath"], size: expect.any(Number) }],
    });
    expect(await call(app, "getImageInfo", { src: saved["savedFilePath"] })).toMatchObject({ width: 640 });
    expect(await call(app, "removeSavedFile", { filePath: saved["savedFilePath"] })).toEqual({
      errMsg: "removeSavedFile:ok",
    });
  });
});
