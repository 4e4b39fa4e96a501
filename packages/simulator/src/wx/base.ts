import type { JsonObject } from "../program.js";
import { inert } from "./inert.js";
import { succeedAll, type WxFunctions } from "./functions.js";
import { binary } from "./text-encoding.js";
import { USER_DATA_PATH } from "./phone-files.js";

/** The constants of `wx`. */
export const WX_CONSTANTS: Readonly<Record<string, unknown>> = { env: { USER_DATA_PATH } };

export interface BaseParts {
  readonly nextTick: (act: () => void) => void;
  readonly log: (level: "debug" | "info" | "warn" | "error", parts: readonly unknown[]) => void;
  readonly random: () => number;
  readonly now: () => number;
  /** extConfig of ext.json, empty without one. */
  readonly extConfig: JsonObject;
  /** Makes a font known; rejects where it cannot be loaded. */
  readonly loadFont: (family: string, source: string) => Promise<void>;
}

/** Conversions, logs, updates and what else belongs to no subject. */
export function baseFunctions({ nextTick, log, random, now, extConfig, loadFont }: BaseParts): WxFunctions {
  const logger = (name: string) => ({
    ...Object.fromEntries(
      (["debug", "info", "warn"] as const).map((level) => [
        level === "debug" ? "debug" : level,
        (...parts: readonly unknown[]) => log(level, [`[${name}]`, ...parts]),
      ]),
    ),
    log: (...parts: readonly unknown[]) => log("info", [`[${name}]`, ...parts]),
    error: (...parts: readonly unknown[]) => log("error", [`[${name}]`, ...parts]),
    setFilterMsg() {},
    addFilterMsg() {},
    in() {},
    tag: (tag: unknown) => logger(`${name} ${String(tag)}`),
    getCurrentState: () => ({}),
  });
  return {
    calls: {
      ...succeedAll(["reportAnalytics"]),
      getExtConfig: () => ({ errMsg: "getExtConfig:ok", extConfig }),
      async loadFontFace({ family, source }) {
        await loadFont(String(family), String(source));
        return { errMsg: "loadFontFace:ok", status: "loaded" };
      },
      getRandomValues({ length }) {
        const randomValues = Uint8Array.from({ length: Number(length ?? 0) }, () =>
          Math.floor(random() * 256),
        );
        return { errMsg: "getRandomValues:ok", randomValues: randomValues.buffer };
      },
    },
    plain: {
      nextTick: (act) => {
        if (typeof act === "function") nextTick(act as () => void);
      },
      arrayBufferToBase64: (buffer) => btoa(binary(new Uint8Array(buffer as ArrayBuffer))),
      base64ToArrayBuffer: (text) =>
        Uint8Array.from(atob(String(text)), (character) => character.charCodeAt(0)).buffer,
      getExtConfigSync: () => extConfig,
      getUpdateManager: () => ({
        applyUpdate() {},
        onCheckForUpdate: (listener: unknown) => {
          if (typeof listener === "function")
            nextTick(() => (listener as (result: object) => void)({ hasUpdate: false }));
        },
        onUpdateReady() {},
        onUpdateFailed() {},
      }),
      getLogManager: () => logger("log"),
      getRealtimeLogManager: () => logger("realtime log"),
      getPerformance: () => ({
        ...inert("performance"),
        now,
        getEntries: () => [],
        getEntriesByName: () => [],
        getEntriesByType: () => [],
        createObserver: () => inert("observer"),
      }),
      reportEvent() {},
      reportMonitor() {},
      reportPerformance() {},
      getExptInfoSync: () => ({}),
      checkIsPictureInPictureActive: () => false,
      isVKSupport: () => false,
      requestIdleCallback: (act) => {
        if (typeof act === "function") nextTick(act as () => void);
        return 0;
      },
      cancelIdleCallback() {},
    },
  };
}
