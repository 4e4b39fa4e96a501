import type { Device } from "../wx/system.js";
import type { PageStage, Screen, TabBarLook } from "../view/screen.js";

/** What a screen without pixels remembers, for tests to look at. */
export interface HeadlessScreen extends Screen {
  readonly tabBar: TabBarLook | undefined;
}

/** @param device whose window every page has */
export function createHeadlessScreen(device: () => Device): HeadlessScreen {
  let tabBar: TabBarLook | undefined;
  return {
    get tabBar() {
      return tabBar;
    },
    drawTabBar(look) {
      tabBar = look;
    },
    open(): PageStage {
      let title = "";
      let scrollTop = 0;
      return {
        element: null,
        tabBarElement: null,
        scrollHeight: 0,
        get title() {
          return title;
        },
        get scrollTop() {
          return scrollTop;
        },
        get rect() {
          const { width, window } = device();
          return { left: 0, top: window.top, width, height: window.height };
        },
        setTitle(text) {
          title = text;
        },
        scrollTo(top) {
          scrollTop = top;
        },
        setVisible() {},
        setBarColor() {},
        setBarLoading() {},
        setBackground() {},
        hideHome() {},
        setPulled() {},
        remove() {},
      };
    },
  };
}
