import type { BuiltinComponent } from "./definition.js";
import { cssLength, part } from "./dom.js";

/** The icons are masks in builtin.css, by type. */
export const icon: BuiltinComponent = {
  tag: "icon",
  properties: { type: "", size: null, color: "" },
  create(host) {
    const { element } = host;
    if (element === undefined) return {};
    const sign = part("weapp-icon");
    const show = (): void => {
      sign.dataset["type"] = String(host.get("type"));
      sign.style.width = sign.style.height = cssLength(host.get("size") ?? 23);
      sign.style.backgroundColor = String(host.get("color"));
    };
    return {
      attached() {
        element.append(sign);
        show();
      },
      changed: show,
    };
  },
};
