import type { CallResult } from "./call.js";
import { succeedAll, wrongType, type WxFunctions } from "./functions.js";
import { textOf } from "./text.js";

/** What leaves the program for the phone around it. */
export interface Clipboard {
  read(): string;
  write(text: string): void;
}

/** A clipboard of the program's own. */
export function createClipboard(): Clipboard {
  let content = "";
  return {
    read: () => content,
    write(text) {
      content = text;
    },
  };
}

/** Clipboard, screen, vibration, sensors. */
export function deviceFunctions(
  clipboard: Clipboard,
  toast: (title: string) => void,
  hideKeyboard: () => boolean,
): WxFunctions {
  let brightness = 0.5;
  return {
    calls: {
      ...succeedAll([
        "vibrateLong",
        "setKeepScreenOn",
        "startAccelerometer",
        "stopAccelerometer",
        "startCompass",
        "stopCompass",
        "startGyroscope",
        "stopGyroscope",
        "startDeviceMotionListening",
        "stopDeviceMotionListening",
        "startLocationUpdate",
        "startLocationUpdateBackground",
        "stopLocationUpdate",
        "setInnerAudioOption",
        "setWifiList",
        "getWifiList",
      ]),
      vibrateShort({ type }) {
        const isKnown = type === undefined || ["heavy", "medium", "light"].includes(textOf(type));
        return { errMsg: isKnown ? "vibrateShort:ok" : "vibrateShort:fail invalid type" };
      },
      setClipboardData({ data }): CallResult {
        if (typeof data !== "string")
          return { errMsg: wrongType("setClipboardData", "data", "String", data) };
        clipboard.write(data);
        toast("内容已复制");
        return { errMsg: "setClipboardData:ok" };
      },
      getClipboardData: () => ({ errMsg: "getClipboardData:ok", data: clipboard.read() }),
      setScreenBrightness({ value }) {
        if (typeof value !== "number" || value < 0 || value > 1)
          return { errMsg: "setScreenBrightness:fail invalid value" };
        brightness = value;
        return { errMsg: "setScreenBrightness:ok" };
      },
      getScreenBrightness: () => ({ errMsg: "getScreenBrightness:ok", value: brightness }),
      hideKeyboard: () => ({
        errMsg: hideKeyboard() ? "hideKeyboard:ok" : "hideKeyboard:fail input not exists",
      }),
      getSelectedTextRange: () => ({ errMsg: "getSelectedTextRange:fail no focused input" }),
      getScreenRecordingState: () => ({ errMsg: "getScreenRecordingState:ok", state: "off" }),
      checkDeviceSupportHevc: () => ({ errMsg: "checkDeviceSupportHevc:ok", isSupport: false }),
    },
    plain: {
      getBatteryInfoSync: () => ({ level: 100, isCharging: true, isLowPowerModeEnabled: false }),
    },
  };
}
