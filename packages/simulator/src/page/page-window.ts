import { followPull, part } from "../builtin/dom.js";
import { PAGE_TAG, SCROLLER_TAG } from "../view/easel/dom-surface.js";
import type { StageEvents } from "../view/screen.js";

/** What one page is drawn in: it scrolls, and it can be pulled down. */
export interface PageWindow {
  readonly element: HTMLElement;
  readonly scroller: HTMLElement;
  /** What the page is put into. */
  readonly host: HTMLElement;
  readonly tabBarHost: HTMLElement;
  readonly setPulled: (isPulled: boolean) => void;
}

export interface PageWindowOptions {
  readonly css: string;
  readonly canPull: boolean;
  /** CSS pixels from the end at which the page is told that it comes. */
  readonly bottomDistance: number;
}

/** How far a page is pulled down while it refreshes, in CSS pixels; from here on it does. */
const PULLED_PX = 50;

export function createPageWindow(options: PageWindowOptions, events: StageEvents): PageWindow {
  const element = document.createElement(PAGE_TAG);
  const style = document.createElement("style");
  const scroller = document.createElement(SCROLLER_TAG);
  const dots = part("weapp-pull");
  const host = document.createElement("wx-page");
  const tabBarHost = part("weapp-custom-tabs");
  style.textContent = options.css;
  dots.setAttribute("aria-hidden", "true");
  dots.append(part("weapp-pull-dot"), part("weapp-pull-dot"), part("weapp-pull-dot"));
  scroller.append(dots, host);
  element.append(style, scroller, tabBarHost);

  let lastLeft = 0;
  scroller.addEventListener("scroll", () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    events.scrolled(scrollTop);
    const left = scrollHeight - clientHeight - scrollTop;
    if (left <= options.bottomDistance && lastLeft > options.bottomDistance) events.reachedBottom();
    lastLeft = left;
  });
  new ResizeObserver(() => {
    lastLeft = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  }).observe(host);

  function pull(distance: number): void {
    dots.style.height = `${distance}px`;
  }

  function setPulled(isPulled: boolean): void {
    pull(isPulled ? PULLED_PX : 0);
    dots.toggleAttribute("data-running", isPulled);
  }

  followPull(scroller, {
    canStart: () => options.canPull && scroller.scrollTop <= 0 && !dots.hasAttribute("data-running"),
    move: (distance) => pull(distance / 2),
    end(distance) {
      const isFar = distance / 2 >= PULLED_PX;
      setPulled(isFar);
      if (isFar) events.pulledDown();
    },
  });
  return { element, scroller, host, tabBarHost, setPulled };
}
