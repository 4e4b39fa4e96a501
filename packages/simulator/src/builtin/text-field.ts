import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance } from "./definition.js";
import { mark, part } from "./dom.js";

const SHARED = {
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
  cursorColor: "",
  selectionStart: -1,
  selectionEnd: -1,
  adjustPosition: true,
  holdKeyboard: false,
  confirmHold: false,
  name: "",
} as const;

export const input: BuiltinComponent = {
  tag: "input",
  properties: {
    ...SHARED,
    type: "text",
    password: false,
    confirmType: "done",
    alwaysEmbed: false,
    safePasswordLength: 0,
  },
  create: (host) => createField(host, () => document.createElement("input")),
};

export const textarea: BuiltinComponent = {
  tag: "textarea",
  properties: {
    ...SHARED,
    placeholderClass: "textarea-placeholder",
    autoHeight: false,
    fixed: false,
    showConfirmBar: true,
    disableDefaultPadding: false,
    confirmType: "return",
  },
  create: (host) => createField(host, () => document.createElement("textarea")),
};

type Native = HTMLInputElement | HTMLTextAreaElement;

/** How high a phone's keyboard is, in CSS pixels: what `focus` tells. */
const KEYBOARD_PX = 0;

/** One life of a text field; without a DOM it types and submits all the same. */
function createField(host: BuiltinHost, make: () => Native): BuiltinInstance {
  const view = host.element === undefined ? undefined : new FieldView(host, host.element, make());
  let value = "";

  function write(next: string): void {
    value = next;
    view?.write(next);
  }

  /** A person or a test typed: the handler may answer with another value. */
  function entered(next: string, keyCode: number | undefined): void {
    const max = host.get("maxlength") as number;
    value = max >= 0 ? Array.from(next).slice(0, max).join("") : next;
    host.put("value", value);
    const cursor = view?.cursor ?? value.length;
    const answer = host.ask("input", { value, cursor, keyCode });
    const replaced =
      typeof answer === "object" && answer !== null ? (answer as { value?: unknown }).value : answer;
    if (typeof replaced === "string") host.put("value", replaced);
    write(typeof replaced === "string" ? replaced : value);
  }

  const confirm = (): void => host.trigger("confirm", { value });
  view?.listen({
    entered,
    confirm,
    focused: () => host.trigger("focus", { value, height: KEYBOARD_PX }),
    blurred: (cursor) => host.trigger("blur", { value, cursor }),
  });

  return {
    attached() {
      view?.show();
      write(textOf(host.get("value")));
      view?.attach();
    },
    changed(name, next) {
      if (name === "value") write(textOf(next));
      else if (name === "focus") view?.setFocus(next === true);
      else view?.show();
    },
    tapped: () => view?.setFocus(true),
    typed: (next) => entered(next, undefined),
    confirmed: confirm,
    value: () => value,
    reset() {
      host.put("value", "");
      write("");
    },
  };
}

interface FieldEvents {
  entered(value: string, keyCode: number | undefined): void;
  confirm(): void;
  focused(): void;
  blurred(cursor: number): void;
}

/** The browser's own field, with a placeholder that takes the author's styles. */
class FieldView {
  readonly #host: BuiltinHost;
  readonly #element: HTMLElement;
  readonly #native: Native;
  readonly #placeholder: HTMLElement = part("weapp-placeholder");
  #lines = 0;

  constructor(host: BuiltinHost, element: HTMLElement, native: Native) {
    this.#host = host;
    this.#element = element;
    this.#native = native;
  }

  get cursor(): number {
    return this.#native.selectionEnd ?? this.#native.value.length;
  }

  attach(): void {
    const { get } = this.#host;
    const field = part("weapp-field");
    field.append(this.#placeholder, this.#native);
    this.#element.append(field);
    if (get("focus") === true || get("autoFocus") === true) this.setFocus(true);
    this.#fit();
  }

  write(value: string): void {
    if (this.#native.value !== value) this.#native.value = value;
    this.#placeholder.hidden = value !== "";
    this.#fit();
  }

  show(): void {
    const { get, classNames } = this.#host;
    const native = this.#native;
    native.disabled = get("disabled") === true;
    const max = get("maxlength") as number;
    if (max >= 0) native.maxLength = max;
    else native.removeAttribute("maxlength");
    native.setAttribute("enterkeyhint", ENTER_KEYS[String(get("confirmType"))] ?? "done");
    native.setAttribute("aria-label", String(get("placeholder")));
    native.style.caretColor = String(get("cursorColor"));
    if (native instanceof HTMLInputElement) {
      native.type = get("password") === true || get("type") === "safe-password" ? "password" : "text";
      native.inputMode = INPUT_MODES[String(get("type"))] ?? "text";
    }
    this.#placeholder.textContent = String(get("placeholder"));
    this.#placeholder.style.cssText = String(get("placeholderStyle"));
    const classes = classNames(`${this.#host.tag}-placeholder ${String(get("placeholderClass"))}`);
    this.#placeholder.className = ["weapp-placeholder", ...new Set(classes)].join(" ");
    mark(this.#element, "auto-height", get("autoHeight") === true);
  }

  setFocus(isFocused: boolean): void {
    if (!isFocused) {
      this.#native.blur();
      return;
    }
    this.#native.focus({ preventScroll: this.#host.get("adjustPosition") !== true });
    const { get } = this.#host;
    const [start, end, cursor] = ["selectionStart", "selectionEnd", "cursor"].map((name) =>
      Number(get(name)),
    );
    if (start! >= 0 && end! >= 0) this.#native.setSelectionRange(start!, end!);
    else if (cursor! >= 0) this.#native.setSelectionRange(cursor!, cursor!);
  }

  listen(events: FieldEvents): void {
    const native = this.#native;
    let keyCode: number | undefined;
    native.addEventListener("keydown", (event) => {
      const key = event as KeyboardEvent;
      keyCode = key.keyCode;
      // The Enter that ends a composition belongs to the input method.
      const confirms = native instanceof HTMLInputElement || this.#host.get("confirmType") !== "return";
      if (key.key !== "Enter" || key.isComposing || !confirms) return;
      event.preventDefault();
      events.confirm();
      if (this.#host.get("confirmHold") !== true && native instanceof HTMLInputElement) native.blur();
    });
    native.addEventListener("input", () => events.entered(native.value, keyCode));
    native.addEventListener("focus", () => events.focused());
    native.addEventListener("blur", () => events.blurred(this.cursor));
  }

  /** A textarea says how many lines it has, and grows with them where it may. */
  #fit(): void {
    const native = this.#native;
    if (!(native instanceof HTMLTextAreaElement) || !native.isConnected) return;
    const isGrowing = this.#host.get("autoHeight") === true;
    if (isGrowing) native.style.height = "0";
    const height = native.scrollHeight;
    if (isGrowing) native.style.height = `${height}px`;
    const line = Number.parseFloat(getComputedStyle(native).lineHeight) || 20;
    const lines = Math.max(1, Math.round(height / line));
    if (lines === this.#lines) return;
    this.#lines = lines;
    this.#host.trigger("linechange", {
      height,
      heightRpx: (height * 750) / innerWidth,
      lineCount: lines,
      lineHeight: line,
    });
  }
}

const ENTER_KEYS: Readonly<Record<string, string>> = {
  send: "send",
  search: "search",
  next: "next",
  go: "go",
  done: "done",
  return: "enter",
};

const INPUT_MODES: Readonly<Record<string, string>> = { number: "numeric", digit: "decimal", idcard: "text" };
