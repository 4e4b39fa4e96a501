import type { CallOptions, Implementation } from "./call.js";
import { textOf } from "./text.js";

/** What covers the page: drawn in a browser, only remembered without one. */
export interface Overlays {
  toast(options: {
    readonly title: string;
    readonly icon: string;
    readonly image: string;
    readonly mask: boolean;
  }): void;
  hideToast(): void;
  /** Resolves with what was chosen. */
  modal(options: ModalOptions): Promise<{ readonly confirm: boolean; readonly content: string }>;
  /** Resolves with the index, or undefined when it was dismissed. */
  actionSheet(items: readonly string[], color: string): Promise<number | undefined>;
}

export interface ModalOptions {
  readonly title: string;
  readonly content: string;
  readonly showCancel: boolean;
  readonly cancelText: string;
  readonly confirmText: string;
  readonly editable: boolean;
  readonly placeholderText: string;
}

/** Milliseconds that a toast stays when nobody says (showToast documentation). */
const TOAST_MS = 1_500;

/** showToast, showModal and the other things that lie over a page. `after` is a timer that can be taken back. */
export function createInterface(
  overlays: Overlays,
  after: (ms: number, act: () => void) => () => void,
): Readonly<Record<string, Implementation>> {
  let cancel: (() => void) | undefined;
  let isLoading = false;

  function show(options: CallOptions, icon: string): void {
    cancel?.();
    cancel = undefined;
    overlays.toast({
      title: textOf(options["title"]),
      icon,
      image: textOf(options["image"]),
      mask: options["mask"] === true,
    });
  }

  function hide(): void {
    cancel?.();
    cancel = undefined;
    isLoading = false;
    overlays.hideToast();
  }

  return {
    showToast(options) {
      isLoading = false;
      show(options, textOf(options["icon"], "success"));
      cancel = after(Number(options["duration"] ?? TOAST_MS), hide);
      return { errMsg: "showToast:ok" };
    },
    hideToast() {
      if (!isLoading) hide();
      return { errMsg: "hideToast:ok" };
    },
    showLoading(options) {
      show(options, "loading");
      isLoading = true;
      return { errMsg: "showLoading:ok" };
    },
    hideLoading() {
      // On a phone this hides a toast as well: both are one and the same thing.
      hide();
      return { errMsg: "hideLoading:ok" };
    },
    async showModal(options) {
      const showCancel = options["showCancel"] !== false;
      const { confirm, content } = await overlays.modal({
        title: textOf(options["title"]),
        content: textOf(options["content"]),
        showCancel,
        cancelText: textOf(options["cancelText"], "取消"),
        confirmText: textOf(options["confirmText"], "确定"),
        editable: options["editable"] === true,
        placeholderText: textOf(options["placeholderText"]),
      });
      return { errMsg: "showModal:ok", confirm, cancel: !confirm, content: confirm ? content : null };
    },
    async showActionSheet(options) {
      const items = options["itemList"];
      if (!Array.isArray(items) || items.length === 0 || items.length > 6) {
        return {
          errMsg: "showActionSheet:fail parameter error: itemList should have at least 1 and at most 6 items",
        };
      }
      const tapIndex = await overlays.actionSheet(items.map(String), textOf(options["itemColor"]));
      return tapIndex === undefined
        ? { errMsg: "showActionSheet:fail cancel" }
        : { errMsg: "showActionSheet:ok", tapIndex };
    },
  };
}
