import type { ElementHandle, PageHandle } from "../handle.js";
import { textOf as optionText } from "../wx/text.js";
import { copyOf, findAll, nodeAt, textOf, treeOf } from "./easel/inspection.js";
import type { Surface } from "./easel/surface.js";
import type { OpenPage, PageStack } from "./page-stack.js";

/** A page as people and tests handle it. */
export function createPageHandle(page: OpenPage, pages: PageStack, surface: Surface): PageHandle {
  const { mounted, stage } = page;
  /** The page as it is drawn with all that was set. */
  const drawn = () => {
    surface.settle();
    return mounted.component;
  };
  const find = (selector: string): ElementHandle[] =>
    [mounted, ...(page.tabBar === undefined ? [] : [page.tabBar])].flatMap(({ component }) =>
      findAll(component, selector, surface),
    );
  return {
    path: page.path,
    query: page.query,
    instance: mounted.caller,
    get title() {
      return stage.title || optionText(page.window["navigationBarTitleText"]);
    },
    data: (path) => copyOf(valueAt(mounted.caller.data, path)),
    setData: (changes) => mounted.caller.setData(changes),
    find: (selector) => find(selector)[0] ?? null,
    findAll: find,
    text: () => textOf(drawn()),
    tree: () => ({ ...treeOf(drawn()), tag: "page" }),
    at: (path) => nodeAt(drawn(), path, surface),
    pullDown() {
      stage.setPulled(true);
      pages.tell(page, "onPullDownRefresh");
    },
    reachBottom: () => void pages.tell(page, "onReachBottom"),
    scrollTo(top) {
      stage.scrollTo(top, 0);
      // Without a DOM nobody else says that it was scrolled.
      if (stage.element === null) pages.tell(page, "onPageScroll", { scrollTop: top });
    },
  };
}

/** "list[0].content" of a value. */
function valueAt(value: unknown, path: string | undefined): unknown {
  if (path === undefined) return value;
  let at = value;
  for (const name of path.split(/[.[\]]+/u).filter((part) => part !== "")) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
