import type { Device } from "../wx/system.js";
import type { PageStage, Screen, StageEvents, TabBarLook } from "../view/screen.js";

/** What a screen without pixels remembers, for tests to look at. */
export interface HeadlessScreen extends Screen {
  readonly tabBar: TabBarLook | undefined;
  /** The window is another: the page that is shown hears of it. */
  resized(): void;
}

/** @param device whose window every page has */
export function createHeadlessScreen(device: () => Device): HeadlessScreen {
  let tabBar: TabBarLook | undefined;
  /** What each page that is shown hears. */
  const shown = new Map<PageStage, StageEvents>();
  return {
    resized() {
      for (const events of shown.values()) events.resized();
    },
    get tabBar() {
      return tabBar;
    },
    drawTabBar(look) {
      tabBar = look;
    },
    open(_, events): PageStage {
      let title = "";
      let scrollTop = 0;
      const stage: PageStage = {
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
        setVisible(isVisible) {
          if (isVisible) shown.set(stage, events);
          else shown.delete(stage);
        },
        setBarColor() {},
        setBarLoading() {},
        setBackground() {},
        setRootFontSize() {},
        hideHome() {},
        setPulled() {},
        remove: () => void shown.delete(stage),
      };
      shown.set(stage, events);
      return stage;
    },
  };
}
