import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinServices } from "./definition.js";
import { part } from "./dom.js";

/** A page over the page: a sheet that comes from a side, and goes when what is beside it is touched, or by the way back. */
export function createPageContainer({ after, page }: BuiltinServices): BuiltinComponent {
  return {
    tag: "page-container",
    properties: {
      show: false,
      duration: 300,
      zIndex: 100,
      overlay: true,
      position: "bottom",
      round: false,
      closeOnSlideDown: false,
      overlayStyle: "",
      customStyle: "",
    },
    create(host) {
      const { element, get } = host;
      const overlay = element === undefined ? undefined : part("weapp-page-container-overlay");
      let isShown = false;
      let cancel: (() => void) | undefined;
      let letBack: (() => void) | undefined;

      function show(wanted: boolean): void {
        if (wanted === isShown) return;
        isShown = wanted;
        letBack?.();
        letBack = wanted ? page.holdBack(close) : undefined;
        cancel?.();
        const [before, during, end] = wanted
          ? ["beforeenter", "enter", "afterenter"]
          : ["beforeleave", "leave", "afterleave"];
        host.trigger(before, {});
        element?.toggleAttribute("data-shown", wanted);
        overlay?.toggleAttribute("data-shown", wanted && get("overlay") === true);
        host.trigger(during, {});
        cancel = after(Number(get("duration")), () => host.trigger(end, {}));
      }

      function close(): void {
        host.put("show", false);
      }

      function look(): void {
        if (element === undefined || overlay === undefined) return;
        element.dataset["position"] = textOf(get("position"));
        element.toggleAttribute("data-round", get("round") === true);
        element.style.cssText = textOf(get("customStyle"));
        element.style.zIndex = textOf(get("zIndex"));
        element.style.setProperty("--weapp-duration", `${Number(get("duration"))}ms`);
        overlay.style.cssText = textOf(get("overlayStyle"));
        overlay.style.zIndex = textOf(get("zIndex"));
      }

      overlay?.addEventListener("click", () => {
        host.trigger("clickoverlay", {});
        close();
      });
      return {
        attached() {
          if (overlay !== undefined) element?.before(overlay);
          look();
          show(get("show") === true);
        },
        changed(name, value) {
          if (name === "show") show(value === true);
          else look();
        },
        chosen(value) {
          if (value === false) close();
        },
        detached() {
          cancel?.();
          letBack?.();
          overlay?.remove();
        },
      };
    },
  };
}
