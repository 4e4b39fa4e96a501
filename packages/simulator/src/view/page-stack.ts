import type { Program } from "../program.js";
import type { CallResult } from "../wx/call.js";
import { wrongType } from "../wx/functions.js";
import type { Navigator } from "../wx/navigation.js";
import { textOf } from "../wx/text.js";
import type { Framework, Mounted } from "./easel/framework.js";
import { createChannelPair, type EventChannel } from "./event-channel.js";
import type { PageStage, Screen } from "./screen.js";
import { parsePageUrl, type PageUrl } from "./url.js";

/** WeChat keeps at most ten pages (navigateTo documentation). */
const MAX_PAGES = 10;

export interface OpenPage {
  readonly id: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly mounted: Mounted;
  readonly stage: PageStage;
  /** Its window settings over those of app.json. */
  readonly window: Readonly<Record<string, unknown>>;
  /** The program's own tab bar below it. */
  readonly tabBar: Mounted | undefined;
}

export interface PageStack extends Navigator {
  /** Bottom first. */
  readonly pages: readonly OpenPage[];
  /** Pages of the tab bar that were opened and are not shown now. */
  readonly tabs: ReadonlyMap<string, OpenPage>;
  /** A tab was touched by a person. */
  touchTab(index: number): void;
  /** Calls a method of the page that is shown, if its author wrote it, and tells its components. */
  tellTop(name: string, ...args: readonly unknown[]): unknown;
  /** Calls a method of any page. */
  tell(page: OpenPage, name: string, ...args: readonly unknown[]): unknown;
  /** What the next way back from the shown page does instead of leaving it; the returned function takes that away. */
  holdBack(instead: () => void): () => void;
  /** Everything ends. */
  closeAll(): void;
}

export interface PageStackParts {
  readonly program: Program;
  readonly framework: Framework;
  readonly screen: Screen;
  /** Paths of the tab bar's pages, in its order. */
  readonly tabPaths: readonly string[];
  readonly entry: string;
  /** The unit that is the program's own tab bar. */
  readonly customTabBar: string | undefined;
  /** Runs a unit's script, and those of the components that it uses, if they have not run. */
  readonly load: (path: string) => void;
  readonly guard: <T>(where: string, act: () => T) => T | undefined;
  /** The stack, or what of it is shown, has changed. */
  readonly changed: () => void;
  readonly afterDraw: (act: () => void) => void;
}

/** Page life-cycle functions that components hear of as well, by their names there. */
const COMPONENT_NAMES: Readonly<Record<string, string>> = {
  onShow: "show",
  onHide: "hide",
  onResize: "resize",
};

export function createPageStack(parts: PageStackParts): PageStack {
  const { program, framework, tabPaths } = parts;
  const stack: OpenPage[] = [];
  const tabs = new Map<string, OpenPage>();
  /** By page, the last one first to go. */
  const holders = new Map<OpenPage, (() => void)[]>();
  let lastId = 0;

  function tell(page: OpenPage, name: string, ...args: readonly unknown[]): unknown {
    // COMMUNITY: components hear of it before their page, the outer one first. Whoever printed it says so: an article at
    // WeChat's own (developers.weixin.qq.com/community/develop/article/doc/000002e9b647c833cab9ef81f51c13), manfredhu.com
    // (2021-01-13, weapp-component-lifetimes), blog.csdn.net 120764149 (DevTools; `hide` as well), wxopen.club
    // 5e2eaded8c60562a45cf808e, and a table of 星河小程序 of where its order is another than WeChat's ("生命周期说明").
    const own = COMPONENT_NAMES[name];
    if (own !== undefined) page.mounted.tellComponents(own, ...args);
    const method = page.mounted.caller[name];
    if (typeof method !== "function") return undefined;
    return parts.guard(`${page.path} ${name}`, () =>
      (method as (...given: readonly unknown[]) => unknown).apply(page.mounted.caller, [...args]),
    );
  }

  const top = (): OpenPage | undefined => stack.at(-1);

  function open({ path, query }: PageUrl, channel?: EventChannel): OpenPage {
    parts.load(path);
    lastId += 1;
    const window = {
      ...(program.appJson["window"] as object | undefined),
      ...program.units[path]?.json,
    } as Record<string, unknown>;
    const look = {
      path,
      window,
      hasBack: stack.length > 0,
      hasHome: stack.length === 0 && path !== parts.entry && !tabPaths.includes(path),
      tab: tabPaths.indexOf(path),
    };
    const stage = parts.screen.open(look, {
      scrolled: (scrollTop) => void tell(page, "onPageScroll", { scrollTop }),
      reachedBottom: () => void tell(page, "onReachBottom"),
      pulledDown: () => void tell(page, "onPullDownRefresh"),
      resized: () => void tell(page, "onResize", { size: sizeOf(stage) }),
    });
    const mounted = framework.create(path, query);
    const page: OpenPage = {
      id: lastId,
      path,
      query,
      mounted,
      stage,
      window,
      tabBar: look.tab < 0 ? undefined : createTabBar(),
    };
    Object.assign(mounted.caller, {
      route: path,
      __route__: path,
      options: { ...query },
      getOpenerEventChannel: () => channel ?? {},
    });
    stack.push(page);
    if (tabPaths.includes(path)) tabs.set(path, page);
    mounted.attach(stage.element);
    page.tabBar?.attach(stage.tabBarElement);
    tell(page, "onLoad", { ...query });
    tell(page, "onShow");
    parts.afterDraw(() => {
      if (!stack.includes(page) && !tabs.has(path)) return;
      tell(page, "onReady");
      mounted.tellComponents("routeDone");
    });
    return page;
  }

  function createTabBar(): Mounted | undefined {
    if (parts.customTabBar === undefined) return undefined;
    parts.load(parts.customTabBar);
    return framework.create(parts.customTabBar, {});
  }

  function hide(page: OpenPage | undefined): void {
    if (page === undefined) return;
    tell(page, "onHide");
    page.stage.setVisible(false);
  }

  function close(page: OpenPage): void {
    tell(page, "onUnload");
    if (tabs.get(page.path) === page) tabs.delete(page.path);
    holders.delete(page);
    page.mounted.release();
    page.tabBar?.release();
    page.stage.remove();
  }

  function reveal(page: OpenPage): void {
    page.stage.setVisible(true);
    tell(page, "onShow");
  }

  function closeAll(): void {
    const ending = new Set([...stack.splice(0).toReversed(), ...tabs.values()]);
    for (const page of ending) close(page);
  }

  /** The page that an address leads to, or what is wrong with it. */
  function find(api: string, url: unknown): PageUrl | CallResult {
    if (typeof url !== "string") return { errMsg: wrongType(api, "url", "String", url) };
    const found = parsePageUrl(url, top()?.path ?? "");
    if (found === null || !program.pages.includes(found.path))
      return { errMsg: `${api}:fail page "${found?.path ?? url}" is not found` };
    const isTab = tabPaths.includes(found.path);
    if (api === "switchTab" && !isTab) return { errMsg: "switchTab:fail can not switch to no-tabBar page" };
    if ((api === "navigateTo" || api === "redirectTo") && isTab)
      return { errMsg: `${api}:fail can not ${api} a tabbar page` };
    return found;
  }

  function showTab(path: string): void {
    const shown = top();
    if (shown?.path === path) return;
    const kept = tabs.get(path);
    // Pages above the tab end; the tab below them is hidden already.
    const above = stack.splice(0).toReversed();
    if (shown !== undefined && tabs.get(shown.path) === shown) hide(shown);
    for (const page of above) if (tabs.get(page.path) !== page) close(page);
    if (kept === undefined) {
      open({ path, query: {} });
    } else {
      stack.push(kept);
      reveal(kept);
    }
    parts.changed();
  }

  return {
    pages: stack,
    tabs,
    tell,
    tellTop(name, ...args) {
      const page = top();
      return page === undefined ? undefined : tell(page, name, ...args);
    },
    closeAll,
    holdBack(instead) {
      const page = top();
      if (page === undefined) return () => {};
      const held = holders.get(page) ?? [];
      holders.set(page, held);
      held.push(instead);
      return () => void held.splice(held.indexOf(instead), held.includes(instead) ? 1 : 0);
    },
    navigateTo(url, events) {
      const found = find("navigateTo", url);
      if ("errMsg" in found) return found;
      if (stack.length >= MAX_PAGES) return { errMsg: "navigateTo:fail webview count limit exceed" };
      const { opener, opened } = createChannelPair(events);
      hide(top());
      open(found, opened);
      parts.changed();
      return { errMsg: "navigateTo:ok", eventChannel: opener };
    },
    redirectTo(url) {
      const found = find("redirectTo", url);
      if ("errMsg" in found) return found;
      const before = stack.pop();
      if (before !== undefined) close(before);
      open(found);
      parts.changed();
      return { errMsg: "redirectTo:ok" };
    },
    reLaunch(url) {
      const found = find("reLaunch", url);
      if ("errMsg" in found) return found;
      closeAll();
      open(found);
      parts.changed();
      return { errMsg: "reLaunch:ok" };
    },
    switchTab(url) {
      const found = find("switchTab", url);
      if ("errMsg" in found) return found;
      showTab(found.path);
      return { errMsg: "switchTab:ok" };
    },
    navigateBack(delta) {
      const shown = top();
      const instead = shown === undefined ? undefined : holders.get(shown)?.pop();
      if (instead !== undefined) {
        instead();
        return { errMsg: "navigateBack:ok" };
      }
      if (stack.length < 2) return { errMsg: "navigateBack:fail cannot navigate back at first page." };
      const count = Math.min(Math.max(1, Math.trunc(delta) || 1), stack.length - 1);
      for (const page of stack.splice(-count).toReversed()) close(page);
      const page = top();
      if (page !== undefined) reveal(page);
      parts.changed();
      return { errMsg: "navigateBack:ok" };
    },
    touchTab(index) {
      const path = tabPaths[index];
      if (path === undefined) return;
      showTab(path);
      const item = tabItems(program)[index];
      const page = top();
      if (page !== undefined)
        tell(page, "onTabItemTap", { index: String(index), pagePath: path, text: textOf(item?.["text"]) });
    },
  };
}

/** app.json's list of tabs. */
export function tabItems(program: Program): readonly Readonly<Record<string, unknown>>[] {
  const tabBar = program.appJson["tabBar"] as { readonly list?: unknown } | undefined;
  return Array.isArray(tabBar?.list) ? (tabBar.list as readonly Readonly<Record<string, unknown>>[]) : [];
}

function sizeOf({ rect }: PageStage): object {
  return {
    windowWidth: rect.width,
    windowHeight: rect.height,
    screenWidth: rect.width,
    screenHeight: rect.height,
  };
}
