import { succeedAll, type WxFunctions } from "./functions.js";

/** The phone that the view plays. */
export interface Device {
  readonly model: string;
  /** CSS pixels, as all lengths here. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly statusBarHeight: number;
  readonly theme: "light" | "dark";
  /** As the person has it in WeChat's settings. */
  readonly fontSize: number;
  /** What of the screen belongs to the page that is shown: below the navigation bar, above the tab bar. */
  readonly window: { readonly top: number; readonly height: number };
  /** The part at the bottom that the home indicator covers. */
  readonly safeBottom: number;
}

/** How the program was opened. */
export interface LaunchOptions {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly scene: number;
  readonly referrerInfo: object;
}

/** CSS pixels. OFFICIAL for Android (the guide of designing for the elderly); an iPhone's is 17. */
export const STANDARD_FONT_SIZE = 16;

/** The base library that is played. */
const SDK_VERSION = "3.8.0";

/** Functions that say what phone this is: each answers the same with and without "Sync". */
export function systemFunctions(
  device: () => Device,
  appId: string,
  launch: () => LaunchOptions,
  entered: () => LaunchOptions,
): WxFunctions {
  const windowInfo = () => {
    const { width, height, pixelRatio, statusBarHeight, window, safeBottom } = device();
    return {
      pixelRatio,
      screenWidth: width,
      screenHeight: height,
      windowWidth: width,
      windowHeight: window.height,
      statusBarHeight,
      screenTop: window.top,
      safeArea: {
        left: 0,
        right: width,
        top: statusBarHeight,
        bottom: height - safeBottom,
        width,
        height: height - statusBarHeight - safeBottom,
      },
    };
  };
  const baseInfo = () => ({
    SDKVersion: SDK_VERSION,
    version: "8.0.50",
    language: "zh_CN",
    theme: device().theme,
    enableDebug: false,
    host: { env: "WeChat" },
    fontSizeSetting: device().fontSize,
    fontSizeScaleFactor: device().fontSize / STANDARD_FONT_SIZE,
  });
  const deviceInfo = () => ({
    brand: "devtools",
    model: device().model,
    system: "iOS 17.0",
    platform: "devtools",
    benchmarkLevel: 50,
    abi: "",
    cpuType: "unknown",
    memorySize: "4096",
  });
  const settings = {
    bluetoothEnabled: true,
    locationEnabled: true,
    wifiEnabled: true,
    deviceOrientation: "portrait",
  };
  const authorized = {
    albumAuthorized: true,
    bluetoothAuthorized: true,
    cameraAuthorized: true,
    locationAuthorized: true,
    locationReducedAccuracy: false,
    microphoneAuthorized: true,
    notificationAuthorized: true,
    notificationAlertAuthorized: true,
    notificationBadgeAuthorized: true,
    notificationSoundAuthorized: true,
  };
  const systemInfo = () => ({
    ...windowInfo(),
    ...baseInfo(),
    ...deviceInfo(),
    ...settings,
    ...authorized,
  });
  const skyline = () => ({
    isSupported: false,
    version: "",
    reason: "weapp-socket draws pages in a browser",
  });
  return {
    calls: {
      ...succeedAll(["openAppAuthorizeSetting", "openSystemBluetoothSetting", "updateWeChatApp"]),
      getSystemInfo: () => ({ ...systemInfo(), errMsg: "getSystemInfo:ok" }),
      getSystemInfoAsync: () => ({ ...systemInfo(), errMsg: "getSystemInfoAsync:ok" }),
      getSkylineInfo: () => ({ ...skyline(), errMsg: "getSkylineInfo:ok" }),
    },
    plain: {
      getSystemInfoSync: systemInfo,
      getWindowInfo: windowInfo,
      getAppBaseInfo: baseInfo,
      getDeviceInfo: deviceInfo,
      getSystemSetting: () => ({ ...settings }),
      getAppAuthorizeSetting: () =>
        Object.fromEntries(
          Object.entries(authorized).map(([name, value]) => [
            name,
            name.endsWith("Accuracy") ? value : value ? "authorized" : "denied",
          ]),
        ),
      getSkylineInfoSync: skyline,
      getRendererUserAgent: () => Promise.resolve(`weapp-socket/${SDK_VERSION}`),
      getAccountInfoSync: () => ({ miniProgram: { appId, envVersion: "develop", version: "" } }),
      getLaunchOptionsSync: () => ({ ...launch() }),
      getEnterOptionsSync: () => ({ ...entered() }),
      getMenuButtonBoundingClientRect() {
        const { width, statusBarHeight } = device();
        const top = statusBarHeight + 6;
        return { width: 87, height: 32, top, bottom: top + 32, right: width - 7, left: width - 94 };
      },
      getApiCategory: () => "default",
    },
  };
}
