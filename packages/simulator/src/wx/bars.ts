import { succeedAll, wrongType, type WxFunctions } from "./functions.js";
import { textOf } from "./text.js";

/** The navigation bar of the page that is shown. */
export interface NavigationBar {
  setTitle(title: string): void;
  /** "": as it is. */
  setColor(front: string, background: string): void;
  setLoading(isLoading: boolean): void;
  hideHome(): void;
}

/** How the tab bar looks; what is not said stays. */
export interface TabBarStyle {
  readonly color?: string;
  readonly selectedColor?: string;
  readonly backgroundColor?: string;
  readonly borderStyle?: string;
}

export interface TabBarItemChange {
  readonly text?: string;
  readonly iconPath?: string;
  readonly selectedIconPath?: string;
  /** "": none. */
  readonly badge?: string;
  readonly hasDot?: boolean;
}

/** The program's tab bar. */
export interface TabBar {
  /** 0: the program has none. */
  readonly length: number;
  /** Whether it is on the screen: the page that is shown is one of its own. */
  readonly isHere: boolean;
  setVisible(isVisible: boolean): void;
  setStyle(style: TabBarStyle): void;
  setItem(index: number, change: TabBarItemChange): void;
}

/** The window that a page stands in. */
export interface PageWindow {
  scrollTo(top: number, durationMs: number): void;
  /** CSS pixels from the page's top to an element that a selector names; undefined where there is none. */
  offsetOf(selector: string): number | undefined;
  startPullDown(): void;
  stopPullDown(): void;
  setBackground(color: string): void;
}

/** Badges have at most four characters (setTabBarBadge documentation). */
const MAX_BADGE = 4;

export function barFunctions(bar: NavigationBar, tabs: TabBar, window: PageWindow): WxFunctions {
  return {
    calls: {
      ...succeedAll(["setBackgroundTextStyle", "setTopBarText", "setWindowSize"]),
      setNavigationBarTitle({ title }) {
        if (typeof title !== "string")
          return { errMsg: wrongType("setNavigationBarTitle", "title", "String", title) };
        bar.setTitle(title);
        return { errMsg: "setNavigationBarTitle:ok" };
      },
      setNavigationBarColor({ frontColor, backgroundColor }) {
        const front = textOf(frontColor).toLowerCase();
        if (front !== "#ffffff" && front !== "#000000")
          return { errMsg: `setNavigationBarColor:fail invalid frontColor "${front}"` };
        bar.setColor(front, textOf(backgroundColor));
        return { errMsg: "setNavigationBarColor:ok" };
      },
      showNavigationBarLoading() {
        bar.setLoading(true);
        return { errMsg: "showNavigationBarLoading:ok" };
      },
      hideNavigationBarLoading() {
        bar.setLoading(false);
        return { errMsg: "hideNavigationBarLoading:ok" };
      },
      hideHomeButton() {
        bar.hideHome();
        return { errMsg: "hideHomeButton:ok" };
      },
      setBackgroundColor({ backgroundColor }) {
        window.setBackground(textOf(backgroundColor));
        return { errMsg: "setBackgroundColor:ok" };
      },
      pageScrollTo({ scrollTop, selector, duration, offsetTop }) {
        const found = typeof selector === "string" ? window.offsetOf(selector) : Number(scrollTop ?? 0);
        if (found === undefined) return { errMsg: "pageScrollTo:fail node not found" };
        window.scrollTo(found + Number(offsetTop ?? 0), Number(duration ?? 300));
        return { errMsg: "pageScrollTo:ok" };
      },
      startPullDownRefresh() {
        window.startPullDown();
        return { errMsg: "startPullDownRefresh:ok" };
      },
      stopPullDownRefresh() {
        window.stopPullDown();
        return { errMsg: "stopPullDownRefresh:ok" };
      },
      ...tabBarCalls(tabs),
    },
  };
}

function tabBarCalls(tabs: TabBar): NonNullable<WxFunctions["calls"]> {
  const onTabPage = (api: string, act: () => void) => {
    if (tabs.length === 0 || !tabs.isHere) return { errMsg: `${api}:fail not TabBar page` };
    act();
    return { errMsg: `${api}:ok` };
  };
  const onItem = (api: string, index: unknown, change: TabBarItemChange) => {
    if (typeof index !== "number") return { errMsg: wrongType(api, "index", "Number", index) };
    if (index < 0 || index >= tabs.length) return { errMsg: `${api}:fail tabbar item not found` };
    return onTabPage(api, () => tabs.setItem(index, change));
  };
  return {
    showTabBar: () => onTabPage("showTabBar", () => tabs.setVisible(true)),
    hideTabBar: () => onTabPage("hideTabBar", () => tabs.setVisible(false)),
    setTabBarStyle: (options) =>
      onTabPage("setTabBarStyle", () =>
        tabs.setStyle(texts(options, ["color", "selectedColor", "backgroundColor", "borderStyle"])),
      ),
    setTabBarItem: (options) =>
      onItem("setTabBarItem", options["index"], texts(options, ["text", "iconPath", "selectedIconPath"])),
    setTabBarBadge({ index, text }) {
      if (typeof text !== "string") return { errMsg: wrongType("setTabBarBadge", "text", "String", text) };
      const badge = text.length > MAX_BADGE ? "…" : text;
      return onItem("setTabBarBadge", index, { badge, hasDot: false });
    },
    removeTabBarBadge: ({ index }) => onItem("removeTabBarBadge", index, { badge: "" }),
    showTabBarRedDot: ({ index }) => onItem("showTabBarRedDot", index, { hasDot: true, badge: "" }),
    hideTabBarRedDot: ({ index }) => onItem("hideTabBarRedDot", index, { hasDot: false }),
  };
}

function texts(options: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof options[name] === "string" ? [[name, options[name]] as const] : [])),
  );
}
