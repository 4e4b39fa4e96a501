import type { BuiltinComponent, BuiltinHost, BuiltinInstance } from "./definition.js";
import { followPull, mark, part } from "./dom.js";

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
    scrollIntoViewOffset: 0,
    scrollIntoViewAlignment: "start",
    scrollWithAnimation: false,
    enableBackToTop: false,
    enableFlex: false,
    enhanced: false,
    bounces: true,
    showScrollbar: true,
    pagingEnabled: false,
    fastDeceleration: false,
    scrollAnchoring: false,
    enablePassive: false,
    usingSticky: false,
    type: "list",
    refresherEnabled: false,
    refresherTriggered: false,
    refresherThreshold: 45,
    refresherDefaultStyle: "black",
    refresherBackground: "",
    refresherZoom: false,
  },
  create: (host) => (host.element === undefined ? {} : createScroller(host, host.element)),
};

function createScroller(host: BuiltinHost, element: HTMLElement): BuiltinInstance {
  let lastTop = 0;
  let lastLeft = 0;
  const { get } = host;
  const refresher = createRefresher(host, element);
  const behavior = (): ScrollBehavior => (get("scrollWithAnimation") === true ? "smooth" : "instant");

  function show(): void {
    for (const [name, attribute] of ATTRIBUTES) mark(element, attribute, get(name) === true);
    refresher.show();
  }

  let wanted: readonly [id: string, how: ScrollBehavior] | undefined;

  /** The children of the same update may not exist yet; of several wishes in one frame the last one counts. */
  function reveal(id: string, how: ScrollBehavior): void {
    const isAsked = wanted !== undefined;
    wanted = [id, how];
    if (!isAsked) requestAnimationFrame(scrollToWanted);
  }

  function scrollToWanted(): void {
    const [id, how] = wanted!;
    wanted = undefined;
    if (id === "") return;
    const target = element.querySelector(`#${CSS.escape(id)}`);
    if (target === null) return;
    const offset = target.getBoundingClientRect();
    const own = element.getBoundingClientRect();
    const shift = Number(get("scrollIntoViewOffset"));
    const alignment = get("scrollIntoViewAlignment");
    const share = alignment === "center" ? 0.5 : alignment === "end" ? 1 : 0;
    element.scrollTo({
      top: element.scrollTop + offset.top - own.top - (own.height - offset.height) * share + shift,
      left: element.scrollLeft + offset.left - own.left - (own.width - offset.width) * share + shift,
      behavior: how,
    });
  }

  const scrollTo = (place: ScrollToOptions): void =>
    void requestAnimationFrame(() => element.scrollTo({ behavior: behavior(), ...place }));

  element.addEventListener("scroll", () => {
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element;
    const deltaY = lastTop - scrollTop;
    const deltaX = lastLeft - scrollLeft;
    const [before, beside] = [lastTop, lastLeft];
    lastTop = scrollTop;
    lastLeft = scrollLeft;
    host.trigger("scroll", {
      scrollTop,
      scrollLeft,
      scrollHeight,
      scrollWidth,
      deltaX,
      deltaY,
      isDrag: false,
    });
    const upper = Number(get("upperThreshold"));
    const lower = Number(get("lowerThreshold"));
    const crossed = (from: number, to: number, at: number): boolean => from > at && to <= at;
    if (crossed(before, scrollTop, upper)) host.trigger("scrolltoupper", { direction: "top" });
    if (crossed(beside, scrollLeft, upper)) host.trigger("scrolltoupper", { direction: "left" });
    const below = scrollHeight - clientHeight;
    const right = scrollWidth - clientWidth;
    if (crossed(below - before, below - scrollTop, lower))
      host.trigger("scrolltolower", { direction: "bottom" });
    if (crossed(right - beside, right - scrollLeft, lower))
      host.trigger("scrolltolower", { direction: "right" });
  });

  return {
    attached() {
      show();
      if (Number(get("scrollTop")) > 0) scrollTo({ top: Number(get("scrollTop")), behavior: "instant" });
      if (Number(get("scrollLeft")) > 0) scrollTo({ left: Number(get("scrollLeft")), behavior: "instant" });
      reveal(String(get("scrollIntoView")), "instant");
    },
    changed(name, value) {
      if (name === "scrollIntoView") reveal(String(value), behavior());
      else if (name === "scrollTop") scrollTo({ top: Number(value) });
      else if (name === "scrollLeft") scrollTo({ left: Number(value) });
      else show();
    },
    node: () => ({
      scrollTo({ top, left, animated }: { top?: number; left?: number; animated?: boolean }) {
        element.scrollTo({
          ...(top === undefined ? {} : { top }),
          ...(left === undefined ? {} : { left }),
          behavior: animated === true ? "smooth" : "instant",
        });
      },
      scrollIntoView: (selector: string, options?: { animated?: boolean }) =>
        reveal(selector.replace(/^#/u, ""), options?.animated === false ? "instant" : "smooth"),
      triggerRefresh: () => host.put("refresherTriggered", true),
      closeRefresh: () => host.put("refresherTriggered", false),
    }),
  };
}

const ATTRIBUTES = [
  ["scrollX", "scroll-x"],
  ["scrollY", "scroll-y"],
  ["enableFlex", "enable-flex"],
  ["enhanced", "enhanced"],
  ["showScrollbar", "show-scrollbar"],
  ["pagingEnabled", "paging-enabled"],
] as const;

/** What appears at the top when the list is pulled down. */
function createRefresher(host: BuiltinHost, element: HTMLElement): { show(): void } {
  const head = part("weapp-refresher");
  let pulled = 0;

  function pull(distance: number): void {
    pulled = distance;
    head.style.height = `${distance}px`;
  }

  function show(): void {
    if (host.get("refresherEnabled") !== true) {
      head.remove();
      return;
    }
    if (!head.isConnected) element.prepend(head);
    head.dataset["style"] = String(host.get("refresherDefaultStyle"));
    head.style.background = String(host.get("refresherBackground"));
    const isTriggered = host.get("refresherTriggered") === true;
    const wasPulled = pulled > 0;
    pull(isTriggered ? Number(host.get("refresherThreshold")) : 0);
    head.toggleAttribute("data-running", isTriggered);
    if (!isTriggered && wasPulled) host.trigger("refresherrestore", { dy: 0 });
  }

  followPull(element, {
    canStart: () =>
      host.get("refresherEnabled") === true &&
      host.get("refresherTriggered") !== true &&
      element.scrollTop <= 0,
    move(distance) {
      pull(distance / 2);
      host.trigger("refresherpulling", { dy: pulled });
    },
    end() {
      if (pulled < Number(host.get("refresherThreshold"))) {
        host.trigger("refresherabort", { dy: pulled });
        pull(0);
        return;
      }
      host.put("refresherTriggered", true);
      host.trigger("refresherrefresh", { dy: pulled });
    },
  });
  return { show };
}
