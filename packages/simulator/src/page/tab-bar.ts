import type { TabBarLook, TabLook } from "../view/screen.js";

/** The bar of tabs below the pages, or above them. */
export interface TabBarView {
  readonly element: HTMLElement;
  show(look: TabBarLook): void;
}

/**
 * @param color what a colour of the configuration means
 * @param iconUrl where the browser finds an icon
 * @param touch a person touched a tab
 */
export function createTabBarView(
  color: (value: string, fallback: string) => string,
  iconUrl: (path: string) => string,
  touch: (index: number) => void,
): TabBarView {
  const element = document.createElement("nav");
  element.className = "weapp-tabs";
  element.hidden = true;

  function tab(look: TabLook, index: number, isSelected: boolean, tint: string): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "weapp-tab";
    button.style.color = tint;
    if (isSelected) button.setAttribute("aria-current", "page");
    const icon = isSelected ? look.selectedIconPath : look.iconPath;
    if (icon !== "") {
      const picture = document.createElement("img");
      picture.className = "weapp-tab-icon";
      picture.alt = "";
      picture.src = iconUrl(icon);
      button.append(picture);
    }
    const text = document.createElement("span");
    text.textContent = look.text;
    button.append(text);
    if (look.badge !== "" || look.hasDot) {
      const badge = document.createElement("span");
      badge.className = look.badge === "" ? "weapp-tab-dot" : "weapp-tab-badge";
      badge.textContent = look.badge;
      button.append(badge);
    }
    button.addEventListener("click", () => touch(index));
    return button;
  }

  return {
    element,
    show(look) {
      element.hidden = !look.isVisible;
      element.dataset["position"] = look.position;
      element.dataset["border"] = look.borderStyle;
      element.style.backgroundColor = color(look.backgroundColor, "");
      // A tab that has the keyboard keeps it.
      const focused = [...element.children].indexOf(document.activeElement as HTMLElement);
      element.replaceChildren(
        ...look.items.map((item, index) => {
          const isSelected = index === look.selected;
          const tint = isSelected ? color(look.selectedColor, "") : color(look.color, "");
          return tab(item, index, isSelected, tint);
        }),
      );
      const again = element.children[focused];
      if (again instanceof HTMLElement) again.focus();
    },
  };
}
