import type { PageStage, StageOptions } from "../view/page-stack.js";
import { textOf } from "../wx/text.js";
import type { NavigationBar } from "../view/wx.js";

/** The frame of the phone's screen: the navigation bar, and one container for each open page. */
export interface Chrome {
  readonly container: HTMLElement;
  readonly bar: NavigationBar;
  stage(options: StageOptions): PageStage;
  scrollPage(top: number, durationMs: number): void;
}

interface Shown {
  readonly element: HTMLElement;
  readonly window: Readonly<Record<string, unknown>>;
  readonly hasBack: boolean;
  title: string;
  /** What `wx.setNavigationBarColor` chose; "" where the configuration decides. */
  front: string;
  background: string;
  isVisible: boolean;
}

/**
 * @param color what a colour of the configuration means, "@name" of theme.json among them
 * @param back goes back one page
 */
export function createChrome(
  root: HTMLElement,
  styles: Readonly<Record<string, string>>,
  color: (value: unknown, fallback: string) => string,
  back: () => void,
): Chrome {
  const bar = document.createElement("header");
  const backButton = document.createElement("button");
  const title = document.createElement("div");
  const capsule = document.createElement("div");
  bar.className = "weapp-bar";
  backButton.className = "weapp-bar-back";
  backButton.type = "button";
  backButton.setAttribute("aria-label", "返回");
  title.className = "weapp-bar-title";
  title.setAttribute("role", "heading");
  title.setAttribute("aria-level", "1");
  capsule.className = "weapp-bar-capsule";
  capsule.setAttribute("aria-hidden", "true");
  bar.append(backButton, title, capsule);
  backButton.addEventListener("click", back);

  const container = document.createElement("main");
  container.className = "weapp-pages";
  root.append(bar, container);
  new ResizeObserver(() => root.style.setProperty("--weapp-vh", `${container.clientHeight / 100}px`)).observe(
    container,
  );
  const stack: Shown[] = [];

  const top = (): Shown | undefined => stack.findLast(({ isVisible }) => isVisible);

  function paint(): void {
    const shown = top();
    if (shown === undefined) return;
    const { window } = shown;
    root.toggleAttribute("data-custom-bar", window["navigationStyle"] === "custom");
    bar.style.backgroundColor = shown.background || color(window["navigationBarBackgroundColor"], "");
    bar.dataset["text"] = shown.front || color(window["navigationBarTextStyle"], "black");
    root.dataset["barText"] = bar.dataset["text"];
    container.style.backgroundColor = color(window["backgroundColor"], "");
    title.textContent = shown.title;
    backButton.hidden = !shown.hasBack;
    // A page's styles reach only what is on the screen.
    for (const { element } of stack) {
      const sheet = element.querySelector(":scope > style");
      if (sheet instanceof HTMLStyleElement) sheet.media = element === shown.element ? "all" : "not all";
    }
  }

  // "@name" means another colour in the dark.
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

  return {
    container,
    bar: {
      setTitle(text) {
        const shown = top();
        if (shown !== undefined) shown.title = text;
        paint();
      },
      setColor(front, background) {
        const shown = top();
        if (shown === undefined) return;
        if (background !== "") shown.background = background;
        if (front !== "") shown.front = front.toLowerCase() === "#ffffff" ? "white" : "black";
        paint();
      },
      setLoading: (isLoading) => bar.toggleAttribute("data-loading", isLoading),
    },
    stage({ path, window, hasBack }) {
      const element = document.createElement("wx-page-container");
      const style = document.createElement("style");
      style.textContent = pageUnits(styles[path] ?? "");
      const host = document.createElement("wx-page");
      element.append(style, host);
      container.append(element);
      const shown: Shown = {
        element,
        window,
        hasBack,
        title: textOf(window["navigationBarTitleText"]),
        front: "",
        background: "",
        isVisible: true,
      };
      for (const other of stack) other.element.hidden = true;
      stack.push(shown);
      paint();
      return {
        element: host,
        setVisible(isVisible) {
          shown.isVisible = isVisible;
          element.hidden = !isVisible;
          paint();
        },
        remove() {
          stack.splice(stack.indexOf(shown), 1);
          element.remove();
          const next = top();
          if (next !== undefined) next.element.hidden = false;
          paint();
        },
      };
    },
    scrollPage(scrollTop, durationMs) {
      top()?.element.scrollTo({ top: scrollTop, behavior: durationMs > 0 ? "smooth" : "instant" });
    },
  };
}

/** On a phone the bar is outside of the page: 100vh is what lies below it. */
export function pageUnits(css: string): string {
  return css.replace(/(-?\d*\.?\d+)vh\b/g, "calc($1 * var(--weapp-vh))");
}
