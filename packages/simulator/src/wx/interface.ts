import { ask, type DrawnOverlay, type Overlays } from "../view/overlays.js";
import type { CallOptions } from "./call.js";
import { wrongType, type WxFunctions } from "./functions.js";
import { textOf } from "./text.js";

/** Milliseconds that a toast stays when nobody says (showToast documentation). */
const TOAST_MS = 1_500;
/** Items of an action sheet (showActionSheet documentation). */
const MAX_ITEMS = 6;
/** Characters of a modal's button (showModal documentation). */
const MAX_BUTTON_TEXT = 4;

/** showToast, showModal and the other things that lie over a page. `after` is a timer that can be taken back. */
export function interfaceFunctions(
  overlays: Overlays,
  after: (ms: number, act: () => void) => () => void,
): WxFunctions {
  let drawn: DrawnOverlay | undefined;
  let cancel: (() => void) | undefined;

  function hide(): void {
    cancel?.();
    drawn?.remove();
    cancel = undefined;
    drawn = undefined;
  }

  function show(options: CallOptions, icon: string): void {
    hide();
    drawn = overlays.open({
      kind: "toast",
      title: textOf(options["title"]),
      icon,
      image: textOf(options["image"]),
      mask: options["mask"] === true,
    });
  }

  return {
    calls: {
      showToast(options) {
        if (typeof options["title"] !== "string") return missingTitle("showToast", options);
        show(options, textOf(options["icon"], "success"));
        cancel = after(Number(options["duration"] ?? TOAST_MS), hide);
        return { errMsg: "showToast:ok" };
      },
      // Toast and loading are one and the same thing on a phone: each of these hides either.
      hideToast() {
        hide();
        return { errMsg: "hideToast:ok" };
      },
      showLoading(options) {
        if (typeof options["title"] !== "string") return missingTitle("showLoading", options);
        show(options, "loading");
        return { errMsg: "showLoading:ok" };
      },
      hideLoading() {
        hide();
        return { errMsg: "hideLoading:ok" };
      },
      showModal: (options) => showModal(overlays, options),
      showActionSheet: (options) => showActionSheet(overlays, options),
    },
  };
}

function missingTitle(api: string, options: CallOptions): { errMsg: string } {
  return { errMsg: wrongType(api, "title", "String", options["title"]) };
}

async function showModal(overlays: Overlays, options: CallOptions) {
  for (const button of ["confirmText", "cancelText"]) {
    const text = options[button];
    if (typeof text === "string" && text.length > MAX_BUTTON_TEXT)
      return {
        errMsg: `showModal:fail ${button} length should not larger than ${MAX_BUTTON_TEXT} Chinese characters`,
      };
  }
  const editable = options["editable"] === true;
  const content = textOf(options["content"]);
  const typed = await ask<string | undefined>(overlays, (answer) => ({
    kind: "modal",
    title: textOf(options["title"]),
    content,
    confirmText: textOf(options["confirmText"], "确定"),
    confirmColor: textOf(options["confirmColor"]),
    cancelText: options["showCancel"] === false ? null : textOf(options["cancelText"], "取消"),
    cancelColor: textOf(options["cancelColor"]),
    placeholder: editable ? textOf(options["placeholderText"]) : null,
    confirm: (text = content) => answer(text),
    cancel: () => answer(undefined),
  }));
  const confirm = typed !== undefined;
  return { errMsg: "showModal:ok", confirm, cancel: !confirm, content: confirm && editable ? typed : null };
}

async function showActionSheet(overlays: Overlays, options: CallOptions) {
  const items = options["itemList"];
  if (!Array.isArray(items)) return { errMsg: wrongType("showActionSheet", "itemList", "Array", items) };
  if (items.length === 0 || items.length > MAX_ITEMS) {
    return {
      errMsg:
        items.length === 0
          ? "showActionSheet:fail parameter error: parameter.itemList should have at least 1 item;"
          : "showActionSheet:fail parameter error: itemList should not be larger than 6",
    };
  }
  const tapIndex = await ask<number | undefined>(overlays, (answer) => ({
    kind: "action-sheet",
    title: textOf(options["alertText"]),
    items: items.map((item) => textOf(item)),
    color: textOf(options["itemColor"]),
    choose: answer,
    cancel: () => answer(undefined),
  }));
  return tapIndex === undefined
    ? { errMsg: "showActionSheet:fail cancel" }
    : { errMsg: "showActionSheet:ok", tapIndex };
}
