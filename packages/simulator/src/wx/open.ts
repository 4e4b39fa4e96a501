import { ask, type Overlays } from "../view/overlays.js";
import type { Answers } from "./answers.js";
import type { CallOptions, CallResult } from "./call.js";
import { DEFAULT_ANSWERS } from "./default-answers.js";
import { succeedAll, wrongType, type WxFunctions } from "./functions.js";
import type { Store } from "./storage.js";
import { textOf } from "./text.js";

/** What each permission says when it is asked for. */
const SCOPES: Readonly<Record<string, string>> = {
  "scope.userInfo": "获取你的昵称、头像",
  "scope.userLocation": "获取你的位置信息",
  "scope.userFuzzyLocation": "获取你的大致位置信息",
  "scope.userLocationBackground": "在后台获取你的位置信息",
  "scope.address": "获取你的通讯地址",
  "scope.invoiceTitle": "获取你的发票抬头",
  "scope.werun": "获取你的微信运动步数",
  "scope.record": "使用你的麦克风",
  "scope.writePhotosAlbum": "保存图片或视频到你的相册",
  "scope.camera": "使用你的摄像头",
  "scope.bluetooth": "使用你的蓝牙",
  "scope.addPhoneContact": "添加到你的通讯录",
  "scope.addPhoneCalendar": "添加到你的日历",
};

/** Functions that need one of them; the first call asks. */
const NEEDS: Readonly<Record<string, string>> = {
  getLocation: "scope.userLocation",
  getFuzzyLocation: "scope.userFuzzyLocation",
  getWeRunData: "scope.werun",
};

/** Where the permissions stand in the store; no program can have this key. */
const SETTING_KEY = "\u0000setting";

/** Login, user, permissions, payment, and whatever else the phone's owner or WeChat's servers would answer. */
export function openFunctions(answers: Answers, overlays: Overlays, store: Store): WxFunctions {
  const granted = (): Record<string, boolean> =>
    JSON.parse(store.get(SETTING_KEY) ?? "{}") as Record<string, boolean>;

  async function allowed(scope: string): Promise<boolean> {
    const known = granted()[scope];
    if (known !== undefined) return known;
    const answer = await ask<boolean>(overlays, (decide) => ({
      kind: "modal",
      title: "申请使用",
      content: SCOPES[scope] ?? scope,
      confirmText: "允许",
      confirmColor: "",
      cancelText: "拒绝",
      cancelColor: "",
      placeholder: null,
      confirm: () => decide(true),
      cancel: () => decide(false),
    }));
    store.set(SETTING_KEY, JSON.stringify({ ...granted(), [scope]: answer }));
    return answer;
  }

  async function guarded(api: string, scope: string, options: CallOptions): Promise<CallResult> {
    if (scope !== "" && answers.scripted(api) === undefined && !(await allowed(scope)))
      return { errMsg: `${api}:fail auth deny` };
    return answers.answer(api, options);
  }

  const setting = (api: string): CallResult => ({
    errMsg: `${api}:ok`,
    authSetting: granted(),
    subscriptionsSetting: { mainSwitch: true, itemSettings: {} },
  });

  return {
    calls: {
      ...Object.fromEntries(
        Object.keys(DEFAULT_ANSWERS).map((api) => [
          api,
          (options: CallOptions) => guarded(api, NEEDS[api] ?? "", options),
        ]),
      ),
      ...succeedAll([
        "showShareMenu",
        "hideShareMenu",
        "updateShareMenu",
        "setEnableDebug",
        "setBackgroundFetchToken",
        "setVisualEffectOnCapture",
        "preDownloadSubpackage",
        "exitMiniProgram",
        "enableAlertBeforeUnload",
        "disableAlertBeforeUnload",
      ]),
      async authorize({ scope }) {
        const name = textOf(scope);
        if (!Object.hasOwn(SCOPES, name))
          return { errMsg: "authorize:fail 系统错误，错误码：-12007,scope unauthorized" };
        return { errMsg: (await allowed(name)) ? "authorize:ok" : "authorize:fail auth deny" };
      },
      getSetting: () => setting("getSetting"),
      async openSetting() {
        const before = granted();
        // The page of settings: what was refused can be allowed again.
        for (const [scope, isAllowed] of Object.entries(before)) if (!isAllowed) before[scope] = true;
        store.set(SETTING_KEY, JSON.stringify(before));
        return setting("openSetting");
      },
      async requestSubscribeMessage({ tmplIds }) {
        if (!Array.isArray(tmplIds) || tmplIds.length === 0)
          return {
            errMsg: wrongType("requestSubscribeMessage", "tmplIds", "Array", tmplIds),
            errCode: 10_001,
          };
        const accepted = tmplIds.map((id) => [textOf(id), "accept"] as const);
        return { ...Object.fromEntries(accepted), errMsg: "requestSubscribeMessage:ok" };
      },
    },
  };
}
