import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinServices } from "./definition.js";

/** "system": as large as the person has it in WeChat's settings. The page keeps that size in a variable. */
function fontSizeOf(value: string): string {
  return value === "system" ? "var(--weapp-font-size)" : value;
}

/** page-meta and navigation-bar: they show nothing, and change the page around them. */
export function createPageLook({ page }: BuiltinServices): readonly BuiltinComponent[] {
  const pageMeta: BuiltinComponent = {
    tag: "page-meta",
    properties: {
      backgroundTextStyle: "",
      backgroundColor: "",
      backgroundColorTop: "",
      backgroundColorBottom: "",
      rootBackgroundColor: "",
      rootFontSize: "",
      pageStyle: "",
      pageFontSize: "",
      pageOrientation: "",
      scrollTop: "",
      scrollDuration: 300,
    },
    create(host) {
      const { element, get } = host;
      const act = (name: string): void => {
        const value = textOf(get(name));
        const body = element?.closest<HTMLElement>("wx-page");
        if (name === "pageStyle" && body !== null && body !== undefined) body.style.cssText = value;
        if (name === "pageFontSize" && body !== null && body !== undefined)
          body.style.fontSize = fontSizeOf(value);
        if (name === "rootFontSize") page.setRootFontSize(fontSizeOf(value));
        if (value === "") return;
        if (name === "backgroundColor") page.setBackground(value);
        if (name === "rootBackgroundColor" && body !== null && body !== undefined)
          body.style.backgroundColor = value;
        if (name !== "scrollTop") return;
        page.scrollTo(Number.parseFloat(value), Number(get("scrollDuration")));
        host.trigger("scrolldone", {});
      };
      return {
        attached() {
          for (const name of [
            "pageStyle",
            "rootFontSize",
            "pageFontSize",
            "backgroundColor",
            "rootBackgroundColor",
            "scrollTop",
          ])
            act(name);
        },
        changed: act,
      };
    },
  };
  const navigationBar: BuiltinComponent = {
    tag: "navigation-bar",
    properties: {
      title: "",
      loading: false,
      frontColor: "",
      backgroundColor: "",
      colorAnimationDuration: 0,
      colorAnimationTimingFunc: "linear",
    },
    create({ get }) {
      const show = (): void => {
        const title = textOf(get("title"));
        if (title !== "") page.setTitle(title);
        page.setBarLoading(get("loading") === true);
        const [front, background] = [textOf(get("frontColor")), textOf(get("backgroundColor"))];
        if (front !== "" || background !== "") page.setBarColor(front, background);
      };
      return { attached: show, changed: show };
    },
  };
  return [pageMeta, navigationBar];
}
