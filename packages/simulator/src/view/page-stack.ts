import type { Program } from "../program.js";
import type { Framework, Mounted } from "./easel/framework.js";
import { textOf } from "../wx/text.js";
import { parsePageUrl } from "./url.js";

/** WeChat keeps at most ten pages (navigateTo documentation). */
const MAX_PAGES = 10;

export interface OpenPage {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly mounted: Mounted;
  readonly stage: PageStage;
  /** What the navigation bar shows. */
  title: string;
}

/** Where a page is drawn. Without a DOM there is nothing to do. */
export interface PageStage {
  /** The element that the page is put into; null where nothing is drawn. */
  readonly element: HTMLElement | null;
  setVisible(isVisible: boolean): void;
  remove(): void;
}

export interface StageOptions {
  readonly path: string;
  /** The page's own window settings over those of app.json. */
  readonly window: Readonly<Record<string, unknown>>;
  /** Whether there is a page to go back to. */
  readonly hasBack: boolean;
}

export interface PageStack {
  readonly pages: readonly OpenPage[];
  /** Each returns an errMsg: "navigateTo:ok", or why not. */
  navigateTo(url: string): string;
  redirectTo(url: string): string;
  reLaunch(url: string): string;
  switchTab(url: string): string;
  navigateBack(delta: number): string;
  /** To the background and back: the top page's onHide and onShow. */
  tellTop(name: string): void;
}

export interface PageStackParts {
  readonly program: Program;
  readonly framework: Framework;
  readonly stage: (options: StageOptions) => PageStage;
  /** Runs a unit's script, and those of the components that it uses, if they have not run. */
  readonly load: (path: string) => void;
  readonly guard: (where: string, act: () => unknown) => void;
  readonly changed: () => void;
  readonly afterMount: (act: () => void) => void;
}

export function createPageStack(parts: PageStackParts): PageStack {
  const { program, framework, guard } = parts;
  const stack: OpenPage[] = [];
  const tabs = tabPaths(program);

  function call(page: OpenPage, name: string, ...args: readonly unknown[]): void {
    const method = page.mounted.caller[name];
    if (typeof method !== "function") return;
    guard(`${page.path} ${name}`, () =>
      (method as (...a: unknown[]) => unknown).apply(page.mounted.caller, [...args]),
    );
  }

  function top(): OpenPage | undefined {
    return stack.at(-1);
  }

  function open(path: string, query: Readonly<Record<string, string>>): void {
    parts.load(path);
    const window = { ...(program.appJson["window"] as object), ...program.units[path]?.json };
    const stage = parts.stage({ path, window, hasBack: stack.length > 0 });
    const mounted = framework.create(path);
    const title = textOf((window as Record<string, unknown>)["navigationBarTitleText"]);
    const page: OpenPage = { path, query, mounted, stage, title };
    mounted.caller["route"] = path;
    mounted.caller["options"] = query;
    mounted.caller["__route__"] = path;
    stack.push(page);
    call(page, "onLoad", { ...query });
    framework.attach(mounted, stage.element);
    call(page, "onShow");
    parts.afterMount(() => {
      if (stack.includes(page)) call(page, "onReady");
    });
  }

  function close(page: OpenPage): void {
    call(page, "onUnload");
    page.mounted.release();
    page.stage.remove();
  }

  function reveal(): void {
    const page = top();
    page?.stage.setVisible(true);
    if (page !== undefined) call(page, "onShow");
  }

  /** The page that an address leads to, or what is wrong with it. */
  function find(
    api: string,
    url: unknown,
    isTab: boolean,
  ): { path: string; query: Readonly<Record<string, string>> } | string {
    if (typeof url !== "string") {
      return `${api}:fail parameter error: parameter.url should be String instead of ${typeName(url)};`;
    }
    const found = parsePageUrl(url, top()?.path ?? "");
    if (found === null || !program.pages.includes(found.path)) {
      return `${api}:fail page "${found?.path ?? url}" is not found`;
    }
    if (isTab && !tabs.has(found.path)) return `${api}:fail can not switch to no-tabBar page`;
    if (!isTab && api !== "reLaunch" && tabs.has(found.path))
      return `${api}:fail can not ${api} a tabbar page`;
    return found;
  }

  function replaceAll(api: string, url: string, isTab: boolean): string {
    const found = find(api, url, isTab);
    if (typeof found === "string") return found;
    for (const page of stack.splice(0).reverse()) close(page);
    open(found.path, found.query);
    parts.changed();
    return `${api}:ok`;
  }

  return {
    pages: stack,
    navigateTo(url) {
      const found = find("navigateTo", url, false);
      if (typeof found === "string") return found;
      if (stack.length >= MAX_PAGES) return `navigateTo:fail webview count limit exceed`;
      const before = top();
      if (before !== undefined) {
        call(before, "onHide");
        before.stage.setVisible(false);
      }
      open(found.path, found.query);
      parts.changed();
      return "navigateTo:ok";
    },
    redirectTo(url) {
      const found = find("redirectTo", url, false);
      if (typeof found === "string") return found;
      const before = stack.pop();
      if (before !== undefined) close(before);
      open(found.path, found.query);
      parts.changed();
      return "redirectTo:ok";
    },
    reLaunch: (url) => replaceAll("reLaunch", url, false),
    switchTab: (url) => replaceAll("switchTab", url, true),
    navigateBack(delta) {
      if (stack.length < 2) return "navigateBack:fail cannot navigate back at first page.";
      const count = Math.min(Math.max(1, Math.trunc(delta) || 1), stack.length - 1);
      for (const page of stack.splice(-count).reverse()) close(page);
      reveal();
      parts.changed();
      return "navigateBack:ok";
    },
    tellTop(name) {
      const page = top();
      if (page !== undefined) call(page, name);
    },
  };
}

function tabPaths(program: Program): ReadonlySet<string> {
  const tabBar = program.appJson["tabBar"] as
    | { readonly list?: ReadonlyArray<{ readonly pagePath?: string }> }
    | undefined;
  return new Set((tabBar?.list ?? []).flatMap(({ pagePath }) => (pagePath === undefined ? [] : [pagePath])));
}

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
