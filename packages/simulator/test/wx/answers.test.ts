import { describe, expect, test } from "vitest";
import { createVirtualClock, type LaunchedProgram } from "@weapp-socket/simulator";
import { call, problems, run, said } from "../headless-world.js";

/** What lies on top, which must be of this kind. */
function top<K extends LaunchedProgram["overlays"][number]["kind"]>(
  app: LaunchedProgram,
  kind: K,
): Extract<LaunchedProgram["overlays"][number], { kind: K }> {
  const overlay = app.overlays.at(-1);
  if (overlay?.kind !== kind) throw new Error(`expected ${kind} on top, got ${overlay?.kind ?? "nothing"}`);
  return overlay as Extract<LaunchedProgram["overlays"][number], { kind: K }>;
}

describe("answers", () => {
  test("a value, a failure, a function of the options, and back to the default", async () => {
    const app = await run({});
    const scan = (): Promise<Record<string, unknown>> => call(app, "scanCode", { onlyFromCamera: true });
    app.answers.set("scanCode", { result: "42" });
    expect(await scan()).toEqual({ result: "42", errMsg: "scanCode:ok" });
    app.answers.set("scanCode", { errMsg: "scanCode:fail cancel" });
    expect(await scan()).toEqual({ errMsg: "scanCode:fail cancel" });
    app.answers.set("scanCode", async ({ onlyFromCamera }) => ({ result: String(onlyFromCamera) }));
    expect(await scan()).toMatchObject({ result: "true" });
    app.answers.set("scanCode", () => {
      throw new Error("no camera");
    });
    expect(await scan()).toEqual({ errMsg: "scanCode:fail no camera" });
    app.answers.reset("scanCode");
    expect(await scan()).toMatchObject({ result: "https://example.com/" });
  });

  test.each([
    ["request", { url: "http://nowhere.example" }],
    ["setStorage", { key: "x", data: 1 }],
    ["showModal", {}],
    ["getNetworkType", {}],
    ["navigateTo", { url: "/none" }],
  ])("any function can be answered for: %s", async (api, options) => {
    const app = await run({});
    app.answers.set(api, { mine: true });
    expect(await call(app, api, options)).toEqual({ mine: true, errMsg: `${api}:ok` });
    expect(app.overlays).toEqual([]);
  });

  test("functions that answer at once, too", async () => {
    const app = await run({});
    app.answers.set("getSystemInfoSync", { model: "mine" });
    expect((app.wx["getSystemInfoSync"] as () => object)()).toEqual({ model: "mine" });
  });

  test("given to launch", async () => {
    const app = await run(
      { "pages/a/a.js": "Page({ async onLoad() { console.log((await wx.login()).code); } })" },
      { answers: { login: { code: "from the test" } } },
    );
    expect(said(app)).toEqual(["from the test"]);
  });
});

describe("what asks its user", () => {
  test("showModal: confirmed, cancelled, typed into", async () => {
    const app = await run({});
    const first = call(app, "showModal", { title: "T", content: "C", confirmText: "好" });
    expect(top(app, "modal")).toMatchObject({
      title: "T",
      content: "C",
      confirmText: "好",
      cancelText: "取消",
    });
    top(app, "modal").confirm();
    expect(await first).toEqual({ errMsg: "showModal:ok", confirm: true, cancel: false, content: null });
    const second = call(app, "showModal", { showCancel: false });
    expect(top(app, "modal").cancelText).toBe(null);
    top(app, "modal").cancel();
    expect(await second).toMatchObject({ confirm: false, cancel: true });
    const third = call(app, "showModal", { editable: true, placeholderText: "name" });
    expect(top(app, "modal").placeholder).toBe("name");
    top(app, "modal").confirm("Ann");
    expect(await third).toMatchObject({ confirm: true, content: "Ann" });
    expect(app.overlays).toEqual([]);
  });

  test("showActionSheet: chosen, cancelled", async () => {
    const app = await run({});
    const first = call(app, "showActionSheet", { itemList: ["a", "b"] });
    expect(top(app, "action-sheet").items).toEqual(["a", "b"]);
    top(app, "action-sheet").choose(1);
    expect(await first).toEqual({ errMsg: "showActionSheet:ok", tapIndex: 1 });
    const second = call(app, "showActionSheet", { itemList: ["a"] });
    top(app, "action-sheet").cancel();
    expect(await second).toEqual({ errMsg: "showActionSheet:fail cancel" });
  });

  test("getLocation asks once; what was refused stays refused until the settings are opened", async () => {
    const app = await run({});
    const first = call(app, "getLocation", {});
    top(app, "modal").cancel();
    expect(await first).toEqual({ errMsg: "getLocation:fail auth deny" });
    expect(await call(app, "getLocation", {})).toEqual({ errMsg: "getLocation:fail auth deny" });
    expect(await call(app, "getSetting", {})).toMatchObject({ authSetting: { "scope.userLocation": false } });
    await call(app, "openSetting", {});
    expect(await call(app, "getLocation", {})).toMatchObject({
      errMsg: "getLocation:ok",
      latitude: 23.10229,
    });
  });

  test("authorize: allowed", async () => {
    const app = await run({});
    const asked = call(app, "authorize", { scope: "scope.record" });
    expect(top(app, "modal").content).toBe("使用你的麦克风");
    top(app, "modal").confirm();
    expect(await asked).toEqual({ errMsg: "authorize:ok" });
  });

  test("previewImage shows pictures until they are closed", async () => {
    const app = await run({});
    await call(app, "previewImage", { urls: ["a.png", "b.png"], current: "b.png" });
    expect(top(app, "preview")).toMatchObject({ urls: ["a.png", "b.png"], current: 1 });
    top(app, "preview").close();
    expect(app.overlays).toEqual([]);
  });

  test("toasts end by themselves, on the clock's time; a loading stays; one replaces the other", async () => {
    const app = await run({}, { clock: createVirtualClock() });
    await call(app, "showToast", { title: "one" });
    expect(top(app, "toast")).toMatchObject({ title: "one", icon: "success", mask: false });
    await app.advance(1_499);
    expect(app.overlays).toHaveLength(1);
    await app.advance(1);
    expect(app.overlays).toHaveLength(0);
    await call(app, "showLoading", { title: "two", mask: true });
    await app.advance(60_000);
    expect(top(app, "toast")).toMatchObject({ title: "two", icon: "loading", mask: true });
    await call(app, "showToast", { title: "three", duration: 10, icon: "none" });
    expect(app.overlays).toHaveLength(1);
    await app.advance(10);
    expect(app.overlays).toHaveLength(0);
  });
});

test("events of wx: emitted by a test, heard by every listener until it is off", async () => {
  const app = await run({
    "pages/a/a.js": `Page({
      onLoad() {
        this.hear = ({ direction }) => console.log("one", direction);
        wx.onCompassChange(this.hear);
        wx.onCompassChange(() => { throw new Error("of a listener"); });
        wx.onCompassChange(({ direction }) => console.log("two", direction));
      },
      stop() { wx.offCompassChange(this.hear); },
      stopAll() { wx.offCompassChange(); },
    })`,
    "pages/a/a.wxml": '<view id="stop" bindtap="stop" /><view id="all" bindtap="stopAll" />',
  });
  app.emit("onCompassChange", { direction: 90 });
  app.page().find("#stop")?.tap();
  app.emit("onCompassChange", { direction: 180 });
  app.page().find("#all")?.tap();
  app.emit("onCompassChange", { direction: 270 });
  expect(said(app)).toEqual(["one 90", "two 90", "two 180"]);
  expect(problems(app)).toEqual(["Error: of a listener", "Error: of a listener"]);
});

test("network: its kind, and who listens to it", async () => {
  const app = await run({
    "pages/a/a.js":
      "Page({ onLoad() { wx.onNetworkStatusChange((status) => console.log(JSON.stringify(status))); } })",
  });
  app.setNetworkType("4g");
  app.setNetworkType("none");
  expect(await call(app, "getNetworkType", {})).toMatchObject({
    networkType: "none",
    errMsg: "getNetworkType:ok",
  });
  await app.waitFor(() => said(app).length === 2);
  expect(said(app).map((line) => JSON.parse(line) as object)).toEqual([
    { isConnected: true, networkType: "4g" },
    { isConnected: false, networkType: "none" },
  ]);
});

test("the clipboard keeps what is written, and says so", async () => {
  const app = await run({});
  await call(app, "setClipboardData", { data: "copied" });
  expect(top(app, "toast").title).toBe("内容已复制");
  expect(await call(app, "getClipboardData", {})).toEqual({ data: "copied", errMsg: "getClipboardData:ok" });
});

test("the recorder, and the older functions for it", async () => {
  const app = await run(
    {
      "pages/a/a.js": `Page({
        onLoad() {
          const recorder = wx.getRecorderManager();
          recorder.onStart(() => console.log("start"));
          recorder.onStop(({ duration, fileSize }) => console.log("stop", duration, fileSize > 0));
          recorder.onError(({ errMsg }) => console.log(errMsg));
          recorder.start({ duration: 5000 });
          recorder.start();
          wx.startRecord({ success: ({ tempFilePath }) => console.log(/\\.wav$/.test(tempFilePath)) });
        },
      })`,
    },
    { clock: createVirtualClock() },
  );
  await app.advance(10_000);
  expect(await call(app, "stopRecord", {})).toEqual({ errMsg: "stopRecord:ok" });
  expect(await call(app, "stopRecord", {})).toEqual({ errMsg: "stopRecord:fail recorder not start" });
  expect(said(app)).toEqual([
    "operateRecorder:fail audio is recording, don't start record again",
    "start",
    "stop 5000 true",
    "true",
  ]);
});
