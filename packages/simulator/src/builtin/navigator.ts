import type { BuiltinComponent } from "./definition.js";

/** Needs `wx`, as its taps navigate. */
export function createNavigator(navigate: (api: string, options: object) => void): BuiltinComponent {
  const apis: Readonly<Record<string, string>> = {
    navigate: "navigateTo",
    redirect: "redirectTo",
    switchTab: "switchTab",
    reLaunch: "reLaunch",
    navigateBack: "navigateBack",
  };
  return {
    tag: "navigator",
    properties: { url: "", openType: "navigate", delta: 1, target: "self", hoverClass: "navigator-hover" },
    create: (host) => ({
      tapped() {
        const api = apis[String(host.get("openType"))];
        if (api === undefined) return;
        navigate(api, {
          url: host.get("url"),
          delta: host.get("delta"),
          success: (result: unknown) => host.trigger("success", result),
          fail: (result: unknown) => host.trigger("fail", result),
          complete: (result: unknown) => host.trigger("complete", result),
        });
      },
    }),
  };
}
