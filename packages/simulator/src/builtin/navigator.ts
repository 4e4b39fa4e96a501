import type { BuiltinComponent, BuiltinServices } from "./definition.js";
import { HOVER } from "./view.js";

const APIS: Readonly<Record<string, string>> = {
  navigate: "navigateTo",
  redirect: "redirectTo",
  switchTab: "switchTab",
  reLaunch: "reLaunch",
  navigateBack: "navigateBack",
  exit: "exitMiniProgram",
};

/** Needs `wx`, as its taps navigate. */
export function createNavigator({ wx }: BuiltinServices): BuiltinComponent {
  return {
    tag: "navigator",
    properties: {
      ...HOVER,
      hoverClass: "navigator-hover",
      hoverStayTime: 600,
      url: "",
      openType: "navigate",
      delta: 1,
      target: "self",
      appId: "",
      path: "",
      extraData: {},
      version: "release",
      shortLink: "",
    },
    create: (host) => ({
      tapped() {
        const openType = String(host.get("openType")) || "navigate";
        const isElsewhere = host.get("target") === "miniProgram";
        const api = isElsewhere ? "navigateToMiniProgram" : APIS[openType];
        if (api === undefined) return;
        wx(api, {
          ...(isElsewhere
            ? { appId: host.get("appId"), path: host.get("path"), extraData: host.get("extraData") }
            : { url: host.get("url"), delta: host.get("delta") }),
          success: (result: unknown) => host.trigger("success", result),
          fail: (result: unknown) => host.trigger("fail", result),
          complete: (result: unknown) => host.trigger("complete", result),
        });
      },
    }),
  };
}
