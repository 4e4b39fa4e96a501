import type { Program } from "../program.js";
import type { TabBar } from "../wx/bars.js";
import { textOf } from "../wx/text.js";
import { tabItems } from "./page-stack.js";
import type { TabBarLook, TabLook } from "./screen.js";

export interface TabBarModel extends TabBar {
  /** Draws it as it is now. */
  redraw(): void;
}

/**
 * The tab bar of app.json, as `wx.setTabBarItem` and its like change it.
 *
 * @param selected the tab whose page is shown; -1: another page is
 */
export function createTabBar(
  program: Program,
  selected: () => number,
  draw: (look: TabBarLook) => void,
): TabBarModel {
  const config = (program.appJson["tabBar"] ?? {}) as Readonly<Record<string, unknown>>;
  const isCustom = config["custom"] === true;
  const items: TabLook[] = tabItems(program).map((item) => ({
    text: textOf(item["text"]),
    iconPath: textOf(item["iconPath"]),
    selectedIconPath: textOf(item["selectedIconPath"], textOf(item["iconPath"])),
    badge: "",
    hasDot: false,
  }));
  let style = {
    color: textOf(config["color"]),
    selectedColor: textOf(config["selectedColor"]),
    backgroundColor: textOf(config["backgroundColor"]),
    borderStyle: textOf(config["borderStyle"], "black"),
  };
  let isVisible = true;

  function redraw(): void {
    if (items.length === 0) return;
    const index = selected();
    draw({
      ...style,
      items,
      position: textOf(config["position"], "bottom"),
      selected: index,
      isVisible: isVisible && index >= 0 && !isCustom,
    });
  }

  return {
    length: items.length,
    get isHere() {
      return selected() >= 0;
    },
    redraw,
    setVisible(wanted) {
      isVisible = wanted;
      redraw();
    },
    setStyle(changes) {
      style = { ...style, ...changes };
      redraw();
    },
    setItem(index, change) {
      const item = items[index];
      if (item === undefined) return;
      items[index] = { ...item, ...change };
      redraw();
    },
  };
}
