import type { Overlays } from "../wx/interface.js";
import { fileUrl } from "../builtin/basic.js";

/** Toasts, dialogs and action sheets over the page, as WeChat draws them. */
export function createOverlays(root: HTMLElement): Overlays {
  let toast: HTMLElement | undefined;

  function layer(className: string, label: string): HTMLElement {
    const element = document.createElement("div");
    element.className = `weapp-layer ${className}`;
    element.setAttribute("aria-label", label);
    root.append(element);
    return element;
  }

  /** Keeps the keyboard inside a dialog and gives it back where it was. */
  function dialog(element: HTMLElement, onEscape: () => void): () => void {
    const before = document.activeElement;
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-modal", "true");
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") onEscape();
    });
    element.querySelector<HTMLElement>("input, button:last-of-type")?.focus();
    return () => {
      element.remove();
      if (before instanceof HTMLElement) before.focus();
    };
  }

  return {
    toast({ title, icon, image, mask }) {
      toast?.remove();
      toast = layer("weapp-toast-layer", title);
      toast.toggleAttribute("data-mask", mask);
      toast.setAttribute("role", "status");
      const box = document.createElement("div");
      box.className = "weapp-toast";
      box.dataset["icon"] = image === "" ? icon : "image";
      if (image !== "" || icon !== "none") {
        const picture = document.createElement("div");
        picture.className = "weapp-toast-icon";
        if (image !== "") picture.style.backgroundImage = `url(${JSON.stringify(fileUrl(image))})`;
        box.append(picture);
      }
      const text = document.createElement("div");
      text.className = "weapp-toast-text";
      text.textContent = title;
      box.append(text);
      toast.append(box);
    },
    hideToast() {
      toast?.remove();
      toast = undefined;
    },
    modal: (options) =>
      new Promise((resolve) => {
        const mask = layer("weapp-dialog-layer", options.title);
        const box = document.createElement("div");
        box.className = "weapp-dialog";
        const title = document.createElement("div");
        title.className = "weapp-dialog-title";
        title.textContent = options.title;
        const content = document.createElement("div");
        content.className = "weapp-dialog-content";
        const field = document.createElement("input");
        if (options.editable) {
          field.className = "weapp-dialog-field";
          field.value = options.content;
          field.placeholder = options.placeholderText;
          content.append(field);
        } else {
          content.textContent = options.content;
        }
        const actions = document.createElement("div");
        actions.className = "weapp-dialog-actions";
        const finish = (confirm: boolean): void => {
          close();
          resolve({ confirm, content: options.editable ? field.value : "" });
        };
        const add = (text: string, confirm: boolean): void => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = confirm ? "weapp-dialog-confirm" : "weapp-dialog-cancel";
          button.textContent = text;
          button.addEventListener("click", () => finish(confirm));
          actions.append(button);
        };
        if (options.showCancel) add(options.cancelText, false);
        add(options.confirmText, true);
        if (options.title !== "") box.append(title);
        box.append(content, actions);
        mask.append(box);
        const close = dialog(mask, () => {
          if (options.showCancel) finish(false);
        });
      }),
    actionSheet: (items, color) =>
      new Promise((resolve) => {
        const mask = layer("weapp-sheet-layer", "操作");
        const sheet = document.createElement("div");
        sheet.className = "weapp-sheet";
        const finish = (index: number | undefined): void => {
          close();
          resolve(index);
        };
        items.forEach((item, index) => {
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = item;
          button.style.color = color;
          button.addEventListener("click", () => finish(index));
          sheet.append(button);
        });
        const cancel = document.createElement("button");
        cancel.type = "button";
        cancel.className = "weapp-sheet-cancel";
        cancel.textContent = "取消";
        cancel.addEventListener("click", () => finish(undefined));
        sheet.append(cancel);
        mask.append(sheet);
        mask.addEventListener("click", (event) => {
          if (event.target === mask) finish(undefined);
        });
        const close = dialog(mask, () => finish(undefined));
      }),
  };
}
