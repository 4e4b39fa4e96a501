import type { BuiltinComponent, BuiltinServices } from "./definition.js";

/** Pictures: `image`, and the one of cover-view. */
export function createImages(services: BuiltinServices): readonly BuiltinComponent[] {
  return [
    picture(
      "image",
      { mode: "scaleToFill", webp: false, lazyLoad: false, showMenuByLongpress: false },
      services,
    ),
    picture("cover-image", { mode: "scaleToFill", referrerPolicy: "no-referrer" }, services),
  ];
}

function picture(
  tag: string,
  properties: BuiltinComponent["properties"],
  { assetUrl }: BuiltinServices,
): BuiltinComponent {
  return {
    tag,
    properties: { src: "", ...properties },
    create(host) {
      const { element } = host;
      if (element === undefined) return {};
      const img = document.createElement("img");
      img.alt = "";
      img.draggable = false;
      const show = (): void => {
        element.setAttribute("mode", String(host.get("mode")));
        if (host.get("lazyLoad") === true) img.loading = "lazy";
      };
      const load = (): void => {
        const src = String(host.get("src"));
        element.toggleAttribute("data-empty", src === "");
        if (src === "") img.removeAttribute("src");
        else img.src = assetUrl(src);
      };
      img.addEventListener("load", () => {
        const { naturalWidth: width, naturalHeight: height } = img;
        const mode = host.get("mode");
        const box = element.getBoundingClientRect();
        if (mode === "widthFix" && width > 0) element.style.height = `${(box.width * height) / width}px`;
        if (mode === "heightFix" && height > 0) element.style.width = `${(box.height * width) / height}px`;
        host.trigger("load", { width, height });
      });
      img.addEventListener("error", () => {
        element.toggleAttribute("data-empty", true);
        host.trigger("error", { errMsg: `GET ${String(host.get("src"))} 404 (Not Found)` });
      });
      return {
        attached() {
          element.append(img);
          show();
          load();
        },
        changed(name) {
          if (name === "src") load();
          else show();
        },
      };
    },
  };
}
