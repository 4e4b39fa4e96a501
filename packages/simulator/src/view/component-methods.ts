import { componentOf, createSelectorQuery, type QueryParts } from "./easel/selector-query.js";
import { createIntersectionObserver } from "./easel/intersection.js";
import { animate, clearAnimation } from "./easel/animate.js";
import { nodeHandle } from "./easel/inspection.js";
import type { OpenPage, PageStack } from "./page-stack.js";
import type { Platform } from "./platform.js";

export interface ComponentMethodParts {
  readonly platform: Platform;
  readonly pages: () => PageStack;
  readonly tabPaths: readonly string[];
  readonly report: (error: unknown, where: string) => void;
}

/** What queries of pages, components and `wx` share. */
export function queryParts({ platform, pages, report }: ComponentMethodParts): QueryParts {
  const top = (): OpenPage | undefined => pages().pages.at(-1);
  return {
    surface: platform.surface,
    afterDraw: platform.afterDraw,
    currentPage: () => top()?.mounted.component,
    windowSize: () => {
      const { width, window } = platform.device();
      return { width, height: window.height };
    },
    pageScroll: () => {
      const { width } = platform.device();
      const stage = top()?.stage;
      return {
        scrollLeft: 0,
        scrollTop: stage?.scrollTop ?? 0,
        scrollWidth: width,
        scrollHeight: stage?.scrollHeight ?? 0,
      };
    },
    handleOf: nodeHandle,
    report,
  };
}

/** `createMediaQueryObserver`: tells at once whether the window is as described, and again when that changes. */
export function createMediaQueryObserver(platform: Platform): object {
  return {
    observe(wanted: Readonly<Record<string, unknown>>, listener: (result: { matches: boolean }) => void) {
      const { width, window } = platform.device();
      const { height } = window;
      const matches = Object.entries(wanted).every(([name, value]) => {
        const limit = Number(value);
        if (name === "minWidth") return width >= limit;
        if (name === "maxWidth") return width <= limit;
        if (name === "width") return width === limit;
        if (name === "minHeight") return height >= limit;
        if (name === "maxHeight") return height <= limit;
        if (name === "height") return height === limit;
        if (name === "orientation") return value === (width > height ? "landscape" : "portrait");
        return true;
      });
      platform.afterDraw(() => listener({ matches }));
    },
    disconnect() {},
  };
}

/** Methods of every page and component, beside the framework's own. */
export function componentMethods(
  parts: ComponentMethodParts,
): Readonly<Record<string, (this: object, ...args: readonly unknown[]) => unknown>> {
  const { platform, pages } = parts;
  const query = queryParts(parts);
  /** The page that a component is part of. */
  const pageOf = (caller: object): OpenPage | undefined => {
    let component = componentOf(caller);
    for (;;) {
      const owner = component?.ownerShadowRoot?.getHostNode();
      if (owner === undefined) break;
      component = owner;
    }
    const open = [...pages().pages, ...pages().tabs.values()];
    return open.find(
      ({ mounted, tabBar }) => mounted.component === component || tabBar?.component === component,
    );
  };
  return {
    createSelectorQuery() {
      return createSelectorQuery(query, componentOf(this));
    },
    createIntersectionObserver(options) {
      return createIntersectionObserver(
        platform.surface,
        () => componentOf(this),
        options as object | undefined,
      );
    },
    createMediaQueryObserver: () => createMediaQueryObserver(platform),
    getTabBar() {
      return pageOf(this)?.tabBar?.caller;
    },
    getPageId() {
      return `pageId:${pageOf(this)?.id ?? 0}`;
    },
    animate(selector, keyframes, duration, callback) {
      animate(platform, componentOf(this), String(selector), keyframes, Number(duration), callback);
    },
    clearAnimation(selector, options, callback) {
      const done = typeof options === "function" ? options : callback;
      clearAnimation(platform, componentOf(this), String(selector), done);
    },
  };
}
