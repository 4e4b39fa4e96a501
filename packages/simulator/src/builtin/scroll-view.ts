import { mark } from "./basic.js";
import type { BuiltinComponent } from "./definition.js";

export const scrollView: BuiltinComponent = {
  tag: "scroll-view",
  properties: {
    scrollX: false,
    scrollY: false,
    upperThreshold: 50,
    lowerThreshold: 50,
    scrollTop: 0,
    scrollLeft: 0,
    scrollIntoView: "",
    scrollWithAnimation: false,
    enableFlex: false,
    enhanced: false,
    showScrollbar: true,
    refresherEnabled: false,
    refresherTriggered: false,
  },
  create(host) {
    const { element } = host;
    if (element === undefined) return {};
    let lastTop = 0;
    let lastLeft = 0;
    const behavior = (): ScrollBehavior => (host.get("scrollWithAnimation") === true ? "smooth" : "instant");

    function show(): void {
      for (const [name, attribute] of [
        ["scrollX", "scroll-x"],
        ["scrollY", "scroll-y"],
        ["enableFlex", "enable-flex"],
      ] as const) {
        mark(element, attribute, host.get(name) === true);
      }
    }

    function reveal(): void {
      const id = host.get("scrollIntoView") as string;
      if (id === "" || element === undefined) return;
      // The children of the same update may not exist yet.
      requestAnimationFrame(() => {
        const target = element.querySelector(`#${CSS.escape(id)}`);
        if (target === null) return;
        const offset = target.getBoundingClientRect();
        const own = element.getBoundingClientRect();
        element.scrollTo({
          top: element.scrollTop + offset.top - own.top,
          left: element.scrollLeft + offset.left - own.left,
          behavior: behavior(),
        });
      });
    }

    element.addEventListener("scroll", () => {
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element;
      const deltaY = lastTop - scrollTop;
      const deltaX = lastLeft - scrollLeft;
      host.trigger("scroll", { scrollTop, scrollLeft, scrollHeight, scrollWidth, deltaX, deltaY });
      const upper = host.get("upperThreshold") as number;
      const lower = host.get("lowerThreshold") as number;
      if (deltaY > 0 && scrollTop <= upper && lastTop > upper)
        host.trigger("scrolltoupper", { direction: "top" });
      const below = (top: number): number => scrollHeight - clientHeight - top;
      if (deltaY < 0 && below(scrollTop) <= lower && below(lastTop) > lower) {
        host.trigger("scrolltolower", { direction: "bottom" });
      }
      const beside = (left: number): number => scrollWidth - clientWidth - left;
      if (deltaX < 0 && beside(scrollLeft) <= lower && beside(lastLeft) > lower) {
        host.trigger("scrolltolower", { direction: "right" });
      }
      lastTop = scrollTop;
      lastLeft = scrollLeft;
    });

    return {
      attached() {
        show();
        reveal();
      },
      changed(name, value) {
        if (name === "scrollIntoView") reveal();
        else if (name === "scrollTop")
          requestAnimationFrame(() => element.scrollTo({ top: Number(value), behavior: behavior() }));
        else if (name === "scrollLeft")
          requestAnimationFrame(() => element.scrollTo({ left: Number(value), behavior: behavior() }));
        else show();
      },
    };
  },
};
