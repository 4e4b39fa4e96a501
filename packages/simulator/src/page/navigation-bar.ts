/** What the navigation bar shows of a page. */
export interface BarLook {
  readonly title: string;
  /** Colour of its texts: "black" or "white". */
  readonly text: string;
  /** "": the theme's. */
  readonly background: string;
  readonly hasBack: boolean;
  readonly hasHome: boolean;
  readonly isLoading: boolean;
}

/** The bar above the pages. */
export interface NavigationBarView {
  readonly element: HTMLElement;
  show(look: BarLook): void;
}

export function createNavigationBar(back: () => void, home: () => void): NavigationBarView {
  const element = document.createElement("header");
  const backButton = barButton("weapp-bar-back", "返回", back);
  const homeButton = barButton("weapp-bar-home", "首页", home);
  const title = document.createElement("div");
  const capsule = document.createElement("div");
  element.className = "weapp-bar";
  title.className = "weapp-bar-title";
  title.setAttribute("role", "heading");
  title.setAttribute("aria-level", "1");
  capsule.className = "weapp-bar-capsule";
  capsule.setAttribute("aria-hidden", "true");
  element.append(backButton, homeButton, title, capsule);
  return {
    element,
    show(look) {
      element.style.backgroundColor = look.background;
      element.dataset["text"] = look.text;
      element.toggleAttribute("data-loading", look.isLoading);
      title.textContent = look.title;
      backButton.hidden = !look.hasBack;
      homeButton.hidden = !look.hasHome;
    },
  };
}

function barButton(className: string, label: string, act: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  // Until there is a page that has one.
  button.hidden = true;
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}
