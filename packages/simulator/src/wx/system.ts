/** The phone that the view plays. */
export interface Device {
  readonly model: string;
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly statusBarHeight: number;
  readonly theme: "light" | "dark";
}

/** Functions that say what phone this is: each answers the same with and without "Sync". */
export function systemFunctions(device: () => Device, appId: string): Readonly<Record<string, () => object>> {
  const windowInfo = () => {
    const { width, height, pixelRatio, statusBarHeight } = device();
    return {
      pixelRatio,
      screenWidth: width,
      screenHeight: height,
      windowWidth: width,
      windowHeight: height - statusBarHeight - 44,
      statusBarHeight,
      screenTop: statusBarHeight + 44,
      safeArea: {
        left: 0,
        right: width,
        top: statusBarHeight,
        bottom: height,
        width,
        height: height - statusBarHeight,
      },
    };
  };
  const baseInfo = () => ({
    SDKVersion: "3.8.0",
    version: "8.0.50",
    language: "zh_CN",
    theme: device().theme,
    enableDebug: false,
    host: { env: "WeChat" },
    fontSizeSetting: 16,
  });
  const deviceInfo = () => ({
    brand: "weapp-socket",
    model: device().model,
    system: "iOS 17.0",
    platform: "devtools",
    benchmarkLevel: 50,
    abi: "",
  });
  return {
    getWindowInfo: windowInfo,
    getAppBaseInfo: baseInfo,
    getDeviceInfo: deviceInfo,
    getSystemInfo: () => ({ ...windowInfo(), ...baseInfo(), ...deviceInfo() }),
    getAccountInfo: () => ({ miniProgram: { appId, envVersion: "develop", version: "" }, plugin: {} }),
    getMenuButtonBoundingClientRect() {
      const { width, statusBarHeight } = device();
      const top = statusBarHeight + 6;
      return { width: 87, height: 32, top, bottom: top + 32, right: width - 7, left: width - 94 };
    },
    getLaunchOptions: () => ({ path: "", query: {}, scene: 1001, referrerInfo: {} }),
    getEnterOptions: () => ({ path: "", query: {}, scene: 1001, referrerInfo: {} }),
  };
}
