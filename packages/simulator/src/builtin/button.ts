import type { BuiltinComponent, BuiltinHost, BuiltinServices } from "./definition.js";
import { mark } from "./dom.js";
import { HOVER } from "./view.js";

/** What a button's open-type asks, and the event that tells the answer. */
const OPEN_TYPES: Readonly<Record<string, readonly [asks: string, event: string]>> = {
  getUserInfo: ["getUserInfo", "getuserinfo"],
  getPhoneNumber: ["getPhoneNumber", "getphonenumber"],
  getRealtimePhoneNumber: ["getRealtimePhoneNumber", "getrealtimephonenumber"],
  chooseAvatar: ["chooseAvatar", "chooseavatar"],
  contact: ["contact", "contact"],
  openSetting: ["openSetting", "opensetting"],
  launchApp: ["launchApp", "launchapp"],
  agreePrivacyAuthorization: ["agreePrivacyAuthorization", "agreeprivacyauthorization"],
};

export function createButton(services: BuiltinServices): BuiltinComponent {
  return {
    tag: "button",
    properties: {
      ...HOVER,
      hoverClass: "button-hover",
      hoverStartTime: 20,
      hoverStayTime: 70,
      size: "default",
      type: "default",
      plain: false,
      disabled: false,
      loading: false,
      formType: "",
      openType: "",
      lang: "en",
      sessionFrom: "",
      sendMessageTitle: "",
      sendMessagePath: "",
      sendMessageImg: "",
      showMessageCard: false,
      appParameter: "",
      phoneNumberNoQuotaToast: true,
    },
    create(host) {
      const show = (): void => {
        const { element } = host;
        if (element === undefined) return;
        for (const name of ["size", "type"]) element.setAttribute(name, String(host.get(name)));
        for (const name of ["plain", "disabled", "loading"]) mark(element, name, host.get(name) === true);
        element.tabIndex = host.get("disabled") === true ? -1 : 0;
        element.setAttribute("role", "button");
        element.setAttribute("aria-disabled", String(host.get("disabled")));
      };
      return {
        attached: show,
        changed: show,
        tapped() {
          if (host.get("disabled") === true) return;
          const form = host.get("formType");
          if (form === "submit" || form === "reset") host.closest("form")?.instance.submitted?.(form, host);
          void open(host, services);
        },
      };
    },
  };
}

async function open(host: BuiltinHost, services: BuiltinServices): Promise<void> {
  const type = String(host.get("openType"));
  if (type === "share") services.share(host);
  const [asks, event] = OPEN_TYPES[type] ?? [];
  if (asks === undefined || event === undefined) return;
  const detail = await services.answer(asks);
  host.trigger(event, detail);
}
