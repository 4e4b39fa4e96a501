import type { BuiltinComponent } from "./definition.js";

/** Classes that an element wears while it is held down (`hover-class`), after a delay and for a while longer. */
const hover = { hoverClass: "none", hoverStopPropagation: false, hoverStartTime: 50, hoverStayTime: 400 };

export const view: BuiltinComponent = { tag: "view", properties: hover };
export const coverView: BuiltinComponent = { tag: "cover-view", properties: { scrollTop: 0 } };
export const label: BuiltinComponent = {
  tag: "label",
  properties: { for: "" },
  create: (host) => ({
    tapped() {
      const wanted = host.get("for") as string;
      const fields = ["checkbox", "radio", "switch", "button", "input", "textarea"];
      const target =
        wanted === ""
          ? host.all(...fields)[0]
          : host
              .root()
              .all(...fields)
              .find(({ id }) => id === wanted);
      target?.instance.tapped?.();
    },
  }),
};

export const text: BuiltinComponent = {
  tag: "text",
  properties: { selectable: false, userSelect: false, space: "", decode: false },
  create: (host) => ({
    attached: () =>
      mark(host.element, "selectable", host.get("selectable") === true || host.get("userSelect") === true),
    changed: () =>
      mark(host.element, "selectable", host.get("selectable") === true || host.get("userSelect") === true),
  }),
};

export const button: BuiltinComponent = {
  tag: "button",
  properties: {
    ...hover,
    hoverClass: "button-hover",
    size: "default",
    type: "default",
    plain: false,
    disabled: false,
    loading: false,
    formType: "",
    openType: "",
  },
  create(host) {
    const show = (): void => {
      for (const name of ["size", "type"]) host.element?.setAttribute(name, String(host.get(name)));
      for (const name of ["plain", "disabled", "loading"]) mark(host.element, name, host.get(name) === true);
      if (host.element !== undefined) {
        host.element.tabIndex = host.get("disabled") === true ? -1 : 0;
        host.element.setAttribute("role", "button");
        host.element.setAttribute("aria-disabled", String(host.get("disabled")));
      }
    };
    return {
      attached: show,
      changed: show,
      tapped() {
        if (host.get("disabled") === true) return;
        const form = host.get("formType");
        if (form === "submit" || form === "reset") host.closest("form")?.instance.submitted?.(form, host);
      },
    };
  },
};

export const image: BuiltinComponent = {
  tag: "image",
  properties: { src: "", mode: "scaleToFill", webp: false, lazyLoad: false, showMenuByLongpress: false },
  create(host) {
    const { element } = host;
    if (element === undefined) return {};
    const picture = document.createElement("div");
    const loader = document.createElement("img");
    loader.alt = "";
    picture.className = "wx-image-picture";
    const show = (): void => {
      const src = host.get("src") as string;
      element.setAttribute("mode", String(host.get("mode")));
      picture.style.backgroundImage = src === "" ? "" : `url(${JSON.stringify(fileUrl(src))})`;
      if (src === "") loader.removeAttribute("src");
      else loader.src = fileUrl(src);
    };
    loader.addEventListener("load", () => {
      const { naturalWidth: width, naturalHeight: height } = loader;
      const mode = host.get("mode");
      const box = element.getBoundingClientRect();
      if (mode === "widthFix" && width > 0) element.style.height = `${(box.width * height) / width}px`;
      if (mode === "heightFix" && height > 0) element.style.width = `${(box.height * width) / height}px`;
      host.trigger("load", { width, height });
    });
    loader.addEventListener("error", () =>
      host.trigger("error", { errMsg: `GET ${host.get("src") as string} failed` }),
    );
    return {
      attached() {
        element.append(picture);
        show();
      },
      changed: show,
    };
  },
};

/** Paths of the author's folder are served beside the program; addresses stay as they are. */
export function fileUrl(src: string): string {
  return /^(?:https?:|data:|blob:|wxfile:)/i.test(src) ? src : `../program/files/${src.replace(/^\//, "")}`;
}

export function mark(element: HTMLElement | undefined, name: string, isOn: boolean): void {
  element?.toggleAttribute(name, isOn);
}
