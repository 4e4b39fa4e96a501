import type { PageLook, PageStage, Screen, StageEvents } from "../view/screen.js";
import { textOf } from "../wx/text.js";
import { createNavigationBar } from "./navigation-bar.js";
import { pageUnits } from "./page-units.js";
import { createPageWindow, type PageWindow } from "./page-window.js";
import { createTabBarView } from "./tab-bar.js";

/** The phone's screen in a browser: the navigation bar, one window for each open page, the tab bar. */
export interface PageScreen extends Screen {
  /** Holds all pages. */
  readonly container: HTMLElement;
  /** Between the bars, in CSS pixels. */
  window(): { readonly top: number; readonly height: number };
  /** The theme has changed: colours of the configuration may be others. */
  repaint(): void;
}

export interface PageScreenParts {
  readonly root: HTMLElement;
  readonly styles: Readonly<Record<string, string>>;
  readonly theme: () => "light" | "dark";
  /** What a colour of the configuration means, "@name" of theme.json among them. */
  readonly color: (value: unknown, fallback: string) => string;
  readonly assetUrl: (src: string) => string;
  readonly back: () => void;
  readonly home: () => void;
  readonly touchTab: (index: number) => void;
}

interface Shown {
  readonly look: PageLook;
  readonly events: StageEvents;
  readonly window: PageWindow;
  title: string;
  /** What `wx.setNavigationBarColor` chose; "" where the configuration decides. */
  front: string;
  background: string;
  /** What `wx.setBackgroundColor` chose. */
  behind: string;
  /** What "1rem" is on it, as CSS has it; "": the browser's. */
  rootFontSize: string;
  isLoading: boolean;
  hasHome: boolean;
  isVisible: boolean;
}

/** CSS pixels (onReachBottomDistance of a page's configuration). */
const BOTTOM_DISTANCE_PX = 50;

export function createScreen(parts: PageScreenParts): PageScreen {
  const { root, styles, color } = parts;
  const bar = createNavigationBar(parts.back, parts.home);
  const tabs = createTabBarView(color, parts.assetUrl, parts.touchTab);
  const container = document.createElement("main");
  container.className = "weapp-pages";
  root.append(bar.element, container, tabs.element);
  const stack: Shown[] = [];
  const top = (): Shown | undefined => stack.findLast(({ isVisible }) => isVisible);
  let lastTabs: Parameters<Screen["drawTabBar"]>[0] | undefined;

  new ResizeObserver(() => root.style.setProperty("--weapp-vh", `${container.clientHeight / 100}px`)).observe(
    container,
  );
  addEventListener("resize", () => top()?.events.resized());

  function paint(): void {
    const shown = top();
    if (shown === undefined) return;
    const config = shown.look.window;
    const text =
      shown.front || color(config["navigationBarTextStyle"], parts.theme() === "dark" ? "white" : "black");
    root.toggleAttribute("data-custom-bar", config["navigationStyle"] === "custom");
    root.dataset["barText"] = text;
    document.documentElement.style.fontSize = shown.rootFontSize;
    container.style.backgroundColor = shown.behind || color(config["backgroundColor"], "");
    bar.show({
      title: shown.title,
      text,
      background: shown.background || color(config["navigationBarBackgroundColor"], ""),
      hasBack: shown.look.hasBack,
      hasHome: shown.hasHome,
      isLoading: shown.isLoading,
    });
    for (const { window } of stack) {
      const isTop = window === shown.window;
      window.element.hidden = !isTop;
      // A page's styles reach only what is on the screen.
      const sheet = window.element.querySelector(":scope > style");
      if (sheet instanceof HTMLStyleElement) sheet.media = isTop ? "all" : "not all";
    }
  }

  function stageOf(shown: Shown): PageStage {
    const { element, scroller, host, tabBarHost, setPulled } = shown.window;
    return {
      element: host,
      tabBarElement: tabBarHost,
      get scrollTop() {
        return scroller.scrollTop;
      },
      get scrollHeight() {
        return scroller.scrollHeight;
      },
      get title() {
        return shown.title;
      },
      get rect() {
        const { left, top: above, width, height } = container.getBoundingClientRect();
        return { left, top: above, width, height };
      },
      setVisible(isVisible) {
        shown.isVisible = isVisible;
        paint();
      },
      setTitle(title) {
        shown.title = title;
        paint();
      },
      setBarColor(front, background) {
        if (background !== "") shown.background = background;
        if (front !== "") shown.front = front.toLowerCase() === "#ffffff" ? "white" : "black";
        paint();
      },
      setBarLoading(isLoading) {
        shown.isLoading = isLoading;
        paint();
      },
      setBackground(value) {
        shown.behind = value;
        paint();
      },
      setRootFontSize(value) {
        shown.rootFontSize = value;
        paint();
      },
      hideHome() {
        shown.hasHome = false;
        paint();
      },
      scrollTo: (above, durationMs) =>
        scroller.scrollTo({ top: above, behavior: durationMs > 0 ? "smooth" : "instant" }),
      setPulled,
      remove() {
        stack.splice(stack.indexOf(shown), 1);
        element.remove();
        paint();
      },
    };
  }

  return {
    container,
    window() {
      const { top: above, height } = container.getBoundingClientRect();
      return { top: above, height };
    },
    repaint() {
      paint();
      if (lastTabs !== undefined) tabs.show(lastTabs);
    },
    drawTabBar(look) {
      lastTabs = look;
      // The bar of tabs stands above the pages where the program says so.
      if (look.position === "top") container.before(tabs.element);
      tabs.show(look);
    },
    open(look, events) {
      const distance = look.window["onReachBottomDistance"];
      const window = createPageWindow(
        {
          css: pageUnits(styles[look.path] ?? ""),
          canPull: look.window["enablePullDownRefresh"] === true,
          bottomDistance: typeof distance === "number" ? distance : BOTTOM_DISTANCE_PX,
        },
        events,
      );
      container.append(window.element);
      const shown: Shown = {
        look,
        events,
        window,
        title: textOf(look.window["navigationBarTitleText"]),
        front: "",
        background: "",
        behind: "",
        rootFontSize: "",
        isLoading: false,
        hasHome: look.hasHome,
        isVisible: true,
      };
      stack.push(shown);
      paint();
      return stageOf(shown);
    },
  };
}
