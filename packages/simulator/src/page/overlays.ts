import { part } from "../builtin/dom.js";
import type {
  ActionSheetOverlay,
  DrawnOverlay,
  ModalOverlay,
  Overlay,
  PreviewOverlay,
  ToastOverlay,
} from "../view/overlays.js";
import { createLayer, layerButton, openDialog } from "./layer.js";
import { drawPicker } from "./picker-overlay.js";

/** Draws what lies over the page, as WeChat does. */
export function createOverlayDrawer(
  root: HTMLElement,
  assetUrl: (src: string) => string,
): (overlay: Overlay) => DrawnOverlay {
  return (overlay) => {
    switch (overlay.kind) {
      case "toast":
        return drawToast(root, overlay, assetUrl);
      case "modal":
        return drawModal(root, overlay);
      case "action-sheet":
        return drawActionSheet(root, overlay);
      case "picker":
        return drawPicker(root, overlay);
      case "preview":
        return drawPreview(root, overlay, assetUrl);
    }
  };
}

function still(remove: () => void): DrawnOverlay {
  return { update() {}, remove };
}

function drawToast(
  root: HTMLElement,
  { title, icon, image, mask }: ToastOverlay,
  assetUrl: (src: string) => string,
): DrawnOverlay {
  const layer = createLayer(root, "weapp-toast-layer", title);
  layer.toggleAttribute("data-mask", mask);
  layer.setAttribute("role", "status");
  const box = part("weapp-toast");
  box.dataset["icon"] = image === "" ? icon : "image";
  if (image !== "" || icon !== "none") {
    const picture = part("weapp-toast-icon");
    if (image !== "") picture.style.backgroundImage = `url(${JSON.stringify(assetUrl(image))})`;
    box.append(picture);
  }
  const text = part("weapp-toast-text");
  text.textContent = title;
  box.append(text);
  layer.append(box);
  return still(() => layer.remove());
}

function drawModal(root: HTMLElement, overlay: ModalOverlay): DrawnOverlay {
  const layer = createLayer(root, "weapp-dialog-layer", overlay.title);
  const box = part("weapp-dialog");
  const content = part("weapp-dialog-content");
  const field = document.createElement("input");
  if (overlay.placeholder === null) {
    content.textContent = overlay.content;
  } else {
    field.className = "weapp-dialog-field";
    field.value = overlay.content;
    field.placeholder = overlay.placeholder;
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) confirm();
    });
    content.append(field);
  }
  const confirm = (): void =>
    overlay.placeholder === null ? overlay.confirm() : overlay.confirm(field.value);
  if (overlay.title !== "") {
    const title = part("weapp-dialog-title");
    title.textContent = overlay.title;
    box.append(title);
  }
  const actions = part("weapp-dialog-actions");
  if (overlay.cancelText !== null) {
    actions.append(
      layerButton(overlay.cancelText, "weapp-dialog-cancel", overlay.cancelColor, () => overlay.cancel()),
    );
  }
  actions.append(layerButton(overlay.confirmText, "weapp-dialog-confirm", overlay.confirmColor, confirm));
  box.append(content, actions);
  layer.append(box);
  return still(
    openDialog(layer, () => {
      if (overlay.cancelText !== null) overlay.cancel();
    }),
  );
}

function drawActionSheet(root: HTMLElement, overlay: ActionSheetOverlay): DrawnOverlay {
  const layer = createLayer(root, "weapp-sheet-layer", overlay.title || "操作");
  const sheet = part("weapp-sheet");
  if (overlay.title !== "") {
    const title = part("weapp-sheet-title");
    title.textContent = overlay.title;
    sheet.append(title);
  }
  overlay.items.forEach((item, index) =>
    sheet.append(layerButton(item, "", overlay.color, () => overlay.choose(index))),
  );
  sheet.append(layerButton("取消", "weapp-sheet-cancel", "", () => overlay.cancel()));
  layer.append(sheet);
  layer.addEventListener("click", (event) => {
    if (event.target === layer) overlay.cancel();
  });
  return still(openDialog(layer, () => overlay.cancel()));
}

function drawPreview(
  root: HTMLElement,
  overlay: PreviewOverlay,
  assetUrl: (src: string) => string,
): DrawnOverlay {
  const layer = createLayer(root, "weapp-preview-layer", "预览图片");
  const strip = part("weapp-preview");
  const count = part("weapp-preview-count");
  const total = overlay.urls.length;
  strip.tabIndex = 0;
  strip.setAttribute("data-first", "");
  strip.append(
    ...overlay.urls.map((url) => {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = assetUrl(url);
      return picture;
    }),
  );
  const tell = (): void => {
    const at = Math.round(strip.scrollLeft / Math.max(1, strip.clientWidth));
    count.textContent = total > 1 ? `${at + 1} / ${total}` : "";
  };
  strip.addEventListener("scroll", tell);
  layer.addEventListener("click", () => overlay.close());
  layer.append(strip, count);
  strip.scrollLeft = overlay.current * strip.clientWidth;
  tell();
  return still(openDialog(layer, () => overlay.close()));
}
