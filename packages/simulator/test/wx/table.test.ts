import { describe, expect, test } from "vitest";
import type { LaunchedProgram, LaunchOptions } from "@weapp-socket/simulator";
import { call, problems, run } from "../headless-world.js";
import { FIELD_FUNCTIONS } from "./field-functions.js";

const TABS = JSON.stringify({
  pages: ["pages/a/a", "pages/b/b"],
  tabBar: {
    list: [
      { pagePath: "pages/a/a", text: "A" },
      { pagePath: "pages/b/b", text: "B" },
    ],
  },
});

async function start(options: LaunchOptions = {}): Promise<LaunchedProgram> {
  return run(
    {
      "app.json": TABS,
      "pages/b/b.js": "Page({})",
      "pages/b/b.wxml": "",
      "pages/a/a.wxml": '<view id="there" />',
      "picture.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"/>',
    },
    options,
  );
}

/** Calls that go well: with these options, and these fields in the result beside errMsg. */
type Good = readonly [api: string, options?: object, fields?: object];
const GOOD: readonly Good[] = [
  ["setStorage", { key: "k", data: 1 }],
  ["getStorage", { key: "kept" }, { data: { x: 1 } }],
  ["removeStorage", { key: "kept" }],
  ["clearStorage"],
  ["getStorageInfo", {}, { keys: ["kept"], currentSize: 1, limitSize: 10_240 }],
  ["batchSetStorage", { kvList: [{ key: "a", value: 1 }] }],
  ["batchGetStorage", { keyList: ["kept", "none"] }, { dataList: [{ x: 1 }, ""] }],
  ["showToast", { title: "t" }],
  ["hideToast"],
  ["showLoading", { title: "t" }],
  ["hideLoading"],
  ["setNavigationBarTitle", { title: "t" }],
  ["setNavigationBarColor", { frontColor: "#ffffff", backgroundColor: "#000000" }],
  ["showNavigationBarLoading"],
  ["hideNavigationBarLoading"],
  ["hideHomeButton"],
  ["setBackgroundColor", { backgroundColor: "#ffffff" }],
  ["setBackgroundTextStyle", { textStyle: "dark" }],
  ["pageScrollTo", { scrollTop: 10 }],
  ["pageScrollTo", { selector: "#there" }],
  ["startPullDownRefresh"],
  ["stopPullDownRefresh"],
  ["showTabBar"],
  ["hideTabBar"],
  ["setTabBarStyle", { color: "#000000" }],
  ["setTabBarItem", { index: 0, text: "x" }],
  ["setTabBarBadge", { index: 0, text: "9" }],
  ["removeTabBarBadge", { index: 0 }],
  ["showTabBarRedDot", { index: 1 }],
  ["hideTabBarRedDot", { index: 1 }],
  ["getSystemInfo", {}, { windowWidth: 390, screenHeight: 844, platform: "devtools" }],
  ["getSystemInfoAsync", {}, { model: "weapp-socket" }],
  ["getNetworkType", {}, { networkType: "wifi" }],
  ["setClipboardData", { data: "text" }],
  ["getClipboardData", {}, { data: "" }],
  ["vibrateShort", { type: "light" }],
  ["vibrateLong"],
  ["setKeepScreenOn", { keepScreenOn: true }],
  ["setScreenBrightness", { value: 0.3 }],
  ["getScreenBrightness", {}, { value: 0.5 }],
  ["getBatteryInfo", {}, { level: 100 }],
  ["setInnerAudioOption", { obeyMuteSwitch: false }],
  ["login", {}, { code: expect.any(String) }],
  ["checkSession"],
  [
    "getUserInfo",
    {},
    { userInfo: expect.objectContaining({ nickName: "微信用户" }), iv: expect.any(String) },
  ],
  ["getUserProfile", { desc: "d" }, { userInfo: expect.objectContaining({ gender: 0 }) }],
  ["getSetting", {}, { authSetting: {} }],
  ["openSetting", {}, { authSetting: {} }],
  ["scanCode", {}, { result: "https://example.com/", scanType: "QR_CODE" }],
  ["chooseImage", { count: 1 }, { tempFilePaths: [expect.stringMatching(/^wxfile:\/\/tmp_/u)] }],
  ["chooseMedia", {}, { type: "image", tempFiles: [expect.objectContaining({ fileType: "image" })] }],
  ["chooseMessageFile", { count: 1 }, { tempFiles: [expect.objectContaining({ name: "picture.svg" })] }],
  ["chooseLocation", {}, { name: "广州塔" }],
  ["openLocation", { latitude: 1, longitude: 2 }],
  ["chooseAddress", {}, { userName: "张三" }],
  ["requestPayment", { timeStamp: "1", nonceStr: "n", package: "p", paySign: "s" }],
  ["requestSubscribeMessage", { tmplIds: ["one"] }, { one: "accept" }],
  ["saveImageToPhotosAlbum", { filePath: "picture.svg" }],
  ["openDocument", { filePath: "x.pdf" }],
  ["makePhoneCall", { phoneNumber: "1" }],
  ["addPhoneContact", { firstName: "x" }],
  ["previewImage", { urls: ["a.png"] }],
  ["previewMedia", { sources: [{ url: "a.png" }] }],
  ["getImageInfo", { src: "/picture.svg" }, { width: 8, height: 4, type: "svg" }],
  ["compressImage", { src: "/picture.svg" }, { tempFilePath: expect.stringMatching(/\.jpg$/u) }],
  ["showShareMenu"],
  ["hideShareMenu"],
  ["updateShareMenu", { withShareTicket: true }],
  ["startWifi"],
  ["stopWifi"],
  ["getWifiList"],
  ["closeBluetoothAdapter"],
  ["getExtConfig", {}, { extConfig: {} }],
  ["loadFontFace", { family: "f", source: "url(x)" }, { status: "loaded" }],
  ["getRandomValues", { length: 4 }, { randomValues: expect.any(ArrayBuffer) }],
  ["getSavedFileList", {}, { fileList: [] }],
  ["startAccelerometer"],
  ["stopAccelerometer"],
  ["startCompass"],
  ["stopCompass"],
  ["reportAnalytics", { event: "x" }],
  ["navigateToMiniProgram", { appId: "wx1" }],
  ["exitMiniProgram"],
  ["getPrivacySetting", {}, { needAuthorization: false }],
  ["reLaunch", { url: "/pages/b/b" }],
  ["switchTab", { url: "/pages/b/b" }],
];

describe("calls that go well, with callbacks and with a promise", () => {
  test.each(GOOD.map(([api, options = {}, fields = {}]) => ({ api, options, fields })))(
    "$api $options",
    async ({ api, options, fields }) => {
      const storage = { kept: { x: 1 } };
      const expected = { ...fields, errMsg: `${api}:ok` };
      const app = await start({ storage });
      expect(await call(app, api, options)).toMatchObject(expected);
      const other = await start({ storage });
      const promise = (other.wx[api] as (options: object) => unknown)(options);
      expect(promise).toBeInstanceOf(Promise);
      expect(await promise).toMatchObject(expected);
      expect([...problems(app), ...problems(other)]).toEqual([]);
      expect(app.calls.at(-1)).toMatchObject({ api, errMsg: `${api}:ok` });
    },
  );
});

/** Calls that fail, each with its exact errMsg. */
const BAD: ReadonlyArray<readonly [api: string, options: object, errMsg: string]> = [
  ["getStorage", { key: "none" }, "getStorage:fail data not found"],
  [
    "getStorage",
    { key: 1 },
    "getStorage:fail parameter error: parameter.key should be String instead of Number;",
  ],
  ["setStorage", {}, "setStorage:fail parameter error: parameter.key should be String instead of Undefined;"],
  ["setStorage", { key: "", data: 1 }, "setStorage:fail parameter error: parameter.key should not be empty;"],
  ["showToast", {}, "showToast:fail parameter error: parameter.title should be String instead of Undefined;"],
  [
    "showLoading",
    { title: {} },
    "showLoading:fail parameter error: parameter.title should be String instead of Object;",
  ],
  [
    "showModal",
    { confirmText: "12345" },
    "showModal:fail confirmText length should not larger than 4 Chinese characters",
  ],
  [
    "showActionSheet",
    {},
    "showActionSheet:fail parameter error: parameter.itemList should be Array instead of Undefined;",
  ],
  [
    "showActionSheet",
    { itemList: ["1", "2", "3", "4", "5", "6", "7"] },
    "showActionSheet:fail parameter error: itemList should not be larger than 6",
  ],
  [
    "setNavigationBarTitle",
    {},
    "setNavigationBarTitle:fail parameter error: parameter.title should be String instead of Undefined;",
  ],
  ["setNavigationBarColor", { frontColor: "red" }, 'setNavigationBarColor:fail invalid frontColor "red"'],
  ["pageScrollTo", { selector: "#none" }, "pageScrollTo:fail node not found"],
  ["setTabBarItem", { index: 7 }, "setTabBarItem:fail tabbar item not found"],
  [
    "setTabBarBadge",
    { index: 0 },
    "setTabBarBadge:fail parameter error: parameter.text should be String instead of Undefined;",
  ],
  [
    "setClipboardData",
    { data: 1 },
    "setClipboardData:fail parameter error: parameter.data should be String instead of Number;",
  ],
  ["vibrateShort", { type: "strong" }, "vibrateShort:fail invalid type"],
  ["setScreenBrightness", { value: 2 }, "setScreenBrightness:fail invalid value"],
  ["hideKeyboard", {}, "hideKeyboard:fail input not exists"],
  ["authorize", { scope: "scope.none" }, "authorize:fail 系统错误，错误码：-12007,scope unauthorized"],
  [
    "requestSubscribeMessage",
    {},
    "requestSubscribeMessage:fail parameter error: parameter.tmplIds should be Array instead of Undefined;",
  ],
  [
    "previewImage",
    {},
    "previewImage:fail parameter error: parameter.urls should be Array instead of Undefined;",
  ],
  [
    "getImageInfo",
    {},
    "getImageInfo:fail parameter error: parameter.src should be String instead of Undefined;",
  ],
  ["getImageInfo", { src: "none.png" }, "getImageInfo:fail file doesn't exist"],
  ["compressImage", { src: "none.png" }, "compressImage:fail file doesn't exist"],
  ["chooseVideo", {}, "chooseVideo:fail cancel"],
  [
    "saveFile",
    { tempFilePath: "wxfile://tmp_none" },
    'saveFile:fail no such file or directory "wxfile://tmp_none"',
  ],
  ["openBluetoothAdapter", {}, "openBluetoothAdapter:fail:not available"],
  ["startBluetoothDevicesDiscovery", {}, "startBluetoothDevicesDiscovery:fail:not init"],
  ["stopBluetoothDevicesDiscovery", {}, "stopBluetoothDevicesDiscovery:fail:not init"],
  ["createBLEConnection", { deviceId: "x" }, "createBLEConnection:fail:not init"],
  ["closeBLEConnection", { deviceId: "x" }, "closeBLEConnection:fail:not init"],
  ["getBLEDeviceServices", { deviceId: "x" }, "getBLEDeviceServices:fail:not init"],
  ["getBLEDeviceCharacteristics", { deviceId: "x" }, "getBLEDeviceCharacteristics:fail:not init"],
  ["notifyBLECharacteristicValueChange", {}, "notifyBLECharacteristicValueChange:fail:not init"],
  ["writeBLECharacteristicValue", {}, "writeBLECharacteristicValue:fail:not init"],
  ["sendSocketMessage", { data: "x" }, "sendSocketMessage:fail WebSocket is not connected"],
  ["closeSocket", {}, "closeSocket:fail WebSocket is not connected"],
  ["canvasToTempFilePath", { canvasId: "none" }, "canvasToTempFilePath:fail canvas is empty"],
  ["navigateBack", {}, "navigateBack:fail cannot navigate back at first page."],
  ["request", {}, "request:fail parameter error: parameter.url should be String instead of Undefined;"],
  ["request", { url: "not/absolute" }, 'request:fail invalid url "not/absolute"'],
  [
    "uploadFile",
    { url: "http://127.0.0.1/", name: "f" },
    "uploadFile:fail parameter error: parameter.filePath should be String instead of Undefined;",
  ],
  ["uploadFile", { url: "http://127.0.0.1/", name: "f", filePath: "none" }, "uploadFile:fail file not found"],
  [
    "downloadFile",
    {},
    "downloadFile:fail parameter error: parameter.url should be String instead of Undefined;",
  ],
];

describe("calls that fail, with callbacks and with a promise", () => {
  test.each(BAD)("%s %o", async (api, options, errMsg) => {
    const app = await start();
    expect(await call(app, api, options)).toMatchObject({ errMsg });
    const act = app.wx[api] as (options: object) => Promise<unknown>;
    await expect(act(options)).rejects.toMatchObject({ errMsg });
    expect(app.calls.at(-1)?.errMsg).toBe(errMsg);
  });
});

/** Functions that give something at once. */
const PLAIN: ReadonlyArray<readonly [api: string, args: readonly unknown[], gives: unknown]> = [
  ["setStorageSync", ["k", 1], undefined],
  ["getStorageSync", ["kept"], { x: 1 }],
  ["getStorageSync", ["none"], ""],
  ["removeStorageSync", ["kept"], undefined],
  ["clearStorageSync", [], undefined],
  ["getStorageInfoSync", [], { keys: ["kept"], currentSize: 1, limitSize: 10_240 }],
  [
    "getSystemInfoSync",
    [],
    { windowHeight: 753, pixelRatio: 3, language: "zh_CN", SDKVersion: expect.any(String) },
  ],
  ["getWindowInfo", [], { windowWidth: 390, statusBarHeight: 47, safeArea: { bottom: 810 } }],
  ["getDeviceInfo", [], { platform: "devtools" }],
  ["getAppBaseInfo", [], { theme: "light" }],
  ["getSystemSetting", [], { wifiEnabled: true }],
  ["getAppAuthorizeSetting", [], { cameraAuthorized: "authorized" }],
  ["getMenuButtonBoundingClientRect", [], { width: 87, height: 32, right: 383 }],
  ["getAccountInfoSync", [], { miniProgram: { envVersion: "develop" } }],
  ["getLaunchOptionsSync", [], { path: "pages/a/a", scene: 1001, query: {} }],
  ["getEnterOptionsSync", [], { path: "pages/a/a" }],
  ["getBatteryInfoSync", [], { level: 100 }],
  ["arrayBufferToBase64", [new Uint8Array([1, 2, 255]).buffer], "AQL/"],
  ["base64ToArrayBuffer", ["AQL/"], new Uint8Array([1, 2, 255]).buffer],
  ["canIUse", ["request"], true],
  ["canIUse", ["no.such.thing"], false],
  ["canIUse", ["connectSocket.object.protocols"], true],
  ["canIUse", ["button.open-type.share"], true],
  ["canIUse", ["joinVoIPChat"], false],
  ["getExtConfigSync", [], {}],
];

describe("functions that give something at once", () => {
  test.each(PLAIN)("%s(%o)", async (api, args, gives) => {
    const app = await start({ storage: { kept: { x: 1 } } });
    const act = app.wx[api] as (...args: readonly unknown[]) => unknown;
    const given = act(...args);
    if (typeof gives === "object") expect(given).toMatchObject(gives as object);
    else expect(given).toBe(gives);
  });

  test.each([
    ["createSelectorQuery", "exec"],
    ["createIntersectionObserver", "observe"],
    ["createAnimation", "export"],
    ["createCanvasContext", "draw"],
    ["createOffscreenCanvas", "getContext"],
    ["createInnerAudioContext", "play"],
    ["createVideoContext", "play"],
    ["createLivePlayerContext", "play"],
    ["createLivePusherContext", "start"],
    ["createCameraContext", "takePhoto"],
    ["createMapContext", "getScale"],
    ["getFileSystemManager", "readFile"],
    ["getRecorderManager", "start"],
    ["getBackgroundAudioManager", "play"],
    ["getUpdateManager", "onUpdateReady"],
    ["getLogManager", "info"],
    ["getRealtimeLogManager", "error"],
    ["createMediaQueryObserver", "observe"],
  ])("%s gives something that can %s", async (api, method) => {
    const app = await start();
    const made = (app.wx[api] as (...args: readonly unknown[]) => Record<string, unknown>)("id");
    expect(made[method]).toBeTypeOf("function");
    expect(problems(app)).toEqual([]);
  });
});

test("every function that two of the counted programs call is there", async () => {
  const app = await start();
  const canIUse = app.wx["canIUse"] as (name: string) => boolean;
  const missing = FIELD_FUNCTIONS.filter((name) => !canIUse(name));
  expect(missing).toEqual([]);
  expect(FIELD_FUNCTIONS).toHaveLength(110);
});
