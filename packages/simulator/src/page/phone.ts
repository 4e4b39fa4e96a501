import type { PhoneLook } from "../handle.js";
import { STANDARD_FONT_SIZE } from "../wx/system.js";

/** The phone that the page plays: dark or light, and its status bar. */
export interface Phone {
  statusBarHeight(): number;
  theme(): "light" | "dark";
  fontSize(): number;
  change(changes: Partial<PhoneLook>): void;
}

/**
 * @param canBeDark whether the program says that it knows the dark ("darkmode" of app.json): else it is always light
 * @param themeChanged it has become dark, or light
 */
export function createPhone(root: HTMLElement, canBeDark: boolean, themeChanged: () => void): Phone {
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
  // An exported program is its own phone: there is no clock in it.
  let look: PhoneLook = { theme: "auto", statusBarHeight: 0, fontSize: STANDARD_FONT_SIZE };
  const bar = createStatusBar();
  root.prepend(bar);

  function theme(): "light" | "dark" {
    const isDark = look.theme === "auto" ? systemIsDark.matches : look.theme === "dark";
    return isDark && canBeDark ? "dark" : "light";
  }

  function update(act: () => void): void {
    const before = document.documentElement.dataset["theme"];
    act();
    apply();
    if (document.documentElement.dataset["theme"] !== before) themeChanged();
  }

  function apply(): void {
    document.documentElement.dataset["theme"] = theme();
    root.style.setProperty("--weapp-status-height", `${look.statusBarHeight}px`);
    document.documentElement.style.setProperty("--weapp-font-size", `${look.fontSize}px`);
    bar.hidden = look.statusBarHeight === 0;
  }

  systemIsDark.addEventListener("change", () => update(() => {}));
  apply();
  return {
    statusBarHeight: () => look.statusBarHeight,
    theme,
    fontSize: () => look.fontSize,
    change(changes) {
      update(() => {
        look = { ...look, ...changes };
      });
    },
  };
}

/** Clock, signal and battery, over whatever lies below. */
function createStatusBar(): HTMLElement {
  const bar = document.createElement("div");
  bar.className = "weapp-status";
  bar.setAttribute("aria-hidden", "true");
  const clock = document.createElement("span");
  const signs = document.createElement("span");
  signs.className = "weapp-status-signs";
  bar.append(clock, signs);
  const tick = (): void => {
    const now = new Date();
    clock.textContent = `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
    setTimeout(tick, 60_000 - (now.getTime() % 60_000));
  };
  tick();
  return bar;
}
