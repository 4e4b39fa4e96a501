import { textOf } from "../wx/text.js";
import { mark } from "./basic.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance } from "./definition.js";

const shared = {
  value: "",
  placeholder: "",
  placeholderStyle: "",
  placeholderClass: "input-placeholder",
  disabled: false,
  maxlength: 140,
  focus: false,
  autoFocus: false,
  cursorSpacing: 0,
  cursor: -1,
  selectionStart: -1,
  selectionEnd: -1,
  adjustPosition: true,
  holdKeyboard: false,
  name: "",
};

export const input: BuiltinComponent = {
  tag: "input",
  properties: { ...shared, type: "text", password: false, confirmType: "done", confirmHold: false },
  create: (host) => field(host, () => document.createElement("input")),
};

export const textarea: BuiltinComponent = {
  tag: "textarea",
  properties: { ...shared, autoHeight: false, fixed: false, showConfirmBar: true, confirmType: "return" },
  create: (host) => field(host, () => document.createElement("textarea")),
};

type Native = HTMLInputElement | HTMLTextAreaElement;

/** One life of a text field; without a DOM it types and submits all the same. */
function field(host: BuiltinHost, make: () => Native): BuiltinInstance {
  const native = host.element === undefined ? undefined : make();
  let value = "";
  const initial = (): string => textOf(host.get("value"));

  function write(next: string): void {
    value = next;
    if (native !== undefined && native.value !== next) native.value = next;
  }

  /** A person or a test typed: the handler may answer with another value. */
  function entered(next: string, keyCode: number | undefined): void {
    const max = host.get("maxlength") as number;
    value = max >= 0 ? next.slice(0, max) : next;
    host.put("value", value);
    const cursor = native?.selectionEnd ?? value.length;
    const answer = host.ask("input", { value, cursor, keyCode });
    const replaced =
      typeof answer === "object" && answer !== null ? (answer as { value?: unknown }).value : answer;
    if (typeof replaced === "string") host.put("value", replaced);
    write(typeof replaced === "string" ? replaced : value);
  }

  function confirm(): void {
    host.trigger("confirm", { value });
  }

  function show(): void {
    if (native === undefined) return;
    native.placeholder = String(host.get("placeholder"));
    native.disabled = host.get("disabled") === true;
    const max = host.get("maxlength") as number;
    if (max >= 0) native.maxLength = max;
    else native.removeAttribute("maxlength");
    native.setAttribute("enterkeyhint", enterKeys[String(host.get("confirmType"))] ?? "done");
    if (native instanceof HTMLInputElement) {
      native.type = host.get("password") === true ? "password" : "text";
      native.inputMode = inputModes[String(host.get("type"))] ?? "text";
    }
    mark(host.element, "auto-height", host.get("autoHeight") === true);
  }

  if (native !== undefined) {
    let keyCode: number | undefined;
    native.addEventListener("keydown", (event) => {
      const key = event as KeyboardEvent;
      keyCode = key.keyCode;
      // The Enter that ends a composition belongs to the input method.
      if (key.key === "Enter" && !key.isComposing && native instanceof HTMLInputElement) confirm();
    });
    native.addEventListener("input", () => entered(native.value, keyCode));
    native.addEventListener("focus", () => host.trigger("focus", { value, height: 0 }));
    native.addEventListener("blur", () => host.trigger("blur", { value, cursor: native.selectionEnd ?? 0 }));
  }

  return {
    attached() {
      show();
      write(initial());
      if (native === undefined) return;
      host.element?.append(native);
      if (host.get("focus") === true || host.get("autoFocus") === true) native.focus();
    },
    changed(name, next) {
      if (name === "value") write(textOf(next));
      else if (name === "focus" && native !== undefined) setFocus(native, next === true);
      else show();
    },
    tapped: () => native?.focus(),
    typed: (next) => entered(next, undefined),
    confirmed: confirm,
    value: () => value,
    reset() {
      host.put("value", "");
      write("");
    },
  };
}

function setFocus(native: Native, isFocused: boolean): void {
  if (isFocused) native.focus();
  else native.blur();
}

const enterKeys: Readonly<Record<string, string>> = {
  send: "send",
  search: "search",
  next: "next",
  go: "go",
  done: "done",
  return: "enter",
};

const inputModes: Readonly<Record<string, string>> = { number: "numeric", digit: "decimal", idcard: "text" };
