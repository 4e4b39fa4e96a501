import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";
import { part } from "./dom.js";
import { contentsOfHtml, escapeHtml, htmlOfDelta, type EditorContents } from "./editor-delta.js";

type Options = Readonly<Record<string, unknown>>;

/** Text that is formatted while it is written. Its context is what `createSelectorQuery().context()` gives. */
export function createEditor(services: BuiltinServices): BuiltinComponent {
  return {
    tag: "editor",
    properties: {
      readOnly: false,
      placeholder: "",
      showImgSize: false,
      showImgToolbar: false,
      showImgResize: false,
      name: "",
    },
    create: (host) => createInstance(host, services),
  };
}

/** What is written: a browser's editable element, or only its HTML. */
interface Paper {
  html: string;
  focus(): void;
  blur(): void;
  /** What the browser's own editing does. */
  exec(command: string, value?: string): void;
  /** Whether a format is on where the cursor is. */
  isOn(command: string): boolean;
  selected(): string;
}

/** Formats that the browser toggles by itself. */
const COMMANDS: Readonly<Record<string, string>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strike: "strikeThrough",
};

/** What `statuschange` says of a format that is on. */
const STATUS: Readonly<Record<string, unknown>> = {
  bold: "strong",
  italic: "em",
  underline: true,
  strike: "del",
};

const ALIGN: Readonly<Record<string, string>> = {
  left: "justifyLeft",
  center: "justifyCenter",
  right: "justifyRight",
  justify: "justifyFull",
};

function createInstance(host: BuiltinHost, { after, assetUrl }: BuiltinServices): BuiltinInstance {
  const { element, get } = host;
  const paper = element === undefined ? createBlindPaper() : createPaper(host, element, { tell, status });
  let formats: Record<string, unknown> = {};

  function contents(): EditorContents {
    return contentsOfHtml(paper.html);
  }

  function tell(event: "focus" | "blur" | "input"): void {
    host.trigger(event, contents());
  }

  /** Says which formats are on, if they are others than before. */
  function status(): void {
    const now: Record<string, unknown> = {};
    for (const [name, command] of Object.entries(COMMANDS)) if (paper.isOn(command)) now[name] = STATUS[name];
    if (JSON.stringify(now) === JSON.stringify(formats)) return;
    formats = now;
    host.trigger("statuschange", now);
  }

  function edit(command: string, value?: string): void {
    paper.focus();
    paper.exec(command, value);
    status();
  }

  function format(name: string, value: unknown): void {
    const text = textOf(value);
    const command = COMMANDS[name];
    if (command !== undefined) edit(command);
    else if (name === "header") edit("formatBlock", text === "" ? "p" : `h${text}`);
    else if (name === "align") edit(ALIGN[text] ?? "justifyLeft");
    else if (name === "list") edit(text === "ordered" ? "insertOrderedList" : "insertUnorderedList");
    else if (name === "color") edit("foreColor", text);
    else if (name === "backgroundColor") edit("hiliteColor", text);
    else if (name === "script") edit(text === "sub" ? "subscript" : "superscript");
    else if (name === "indent") edit(text === "-1" ? "outdent" : "indent");
    else if (name === "direction") paper.exec("direction", text);
    else throw new Error(`format: expected a format of the editor, got ${name}`);
  }

  const commands: Readonly<Record<string, (options: Options) => unknown>> = {
    getContents: contents,
    setContents({ html, delta }) {
      paper.html = typeof html === "string" ? html : htmlOfDelta(delta);
      tell("input");
    },
    insertText: ({ text }) => edit("insertText", textOf(text)),
    insertDivider: () => edit("insertHorizontalRule"),
    insertImage({ src, alt, width, height }) {
      const size = [
        ["width", width],
        ["height", height],
      ].flatMap(([name, value]) => (value === undefined ? [] : [` ${textOf(name)}="${escapeHtml(value)}"`]));
      edit(
        "insertHTML",
        `<img src="${escapeHtml(assetUrl(textOf(src)))}" alt="${escapeHtml(textOf(alt))}"${size.join("")}>`,
      );
    },
    clear() {
      paper.html = "";
      tell("input");
    },
    format: ({ name, value }) => format(textOf(name), value),
    removeFormat: () => edit("removeFormat"),
    undo: () => edit("undo"),
    redo: () => edit("redo"),
    blur: () => paper.blur(),
    scrollIntoView: () => element?.scrollIntoView({ block: "nearest" }),
    getSelectionText: () => ({ text: paper.selected() }),
  };

  return {
    attached: () => void after(0, () => host.trigger("ready", {})),
    typed(value) {
      if (get("readOnly") === true) return;
      paper.html = value
        .split("\n")
        .map((line) => `<p>${escapeHtml(line)}</p>`)
        .join("");
      tell("input");
    },
    command(name, options) {
      const act = commands[name];
      if (act === undefined) throw new Error(`${name} is not supported`);
      return act((options ?? {}) as Options);
    },
    value: () => paper.html,
    text: () => contents().text.trimEnd(),
  };
}

/** Paper that nobody sees: text goes to its end, formats are for eyes. */
function createBlindPaper(): Paper {
  let before: string[] = [];
  let after: string[] = [];
  let html = "";
  const formats = new Set<string>();
  const write = (next: string): void => {
    before.push(html);
    after = [];
    html = next;
  };
  const acts: Readonly<Record<string, (value: string) => void>> = {
    insertText: (value) => write(`${html}<p>${escapeHtml(value)}</p>`),
    insertHTML: (value) => write(html + value),
    insertHorizontalRule: () => write(`${html}<hr>`),
    undo() {
      const last = before.pop();
      if (last === undefined) return;
      after.push(html);
      html = last;
    },
    redo() {
      const next = after.pop();
      if (next === undefined) return;
      before.push(html);
      html = next;
    },
    removeFormat: () => formats.clear(),
  };
  return {
    get html() {
      return html;
    },
    set html(next) {
      write(next);
    },
    focus() {},
    blur() {},
    exec(command, value = "") {
      const act = acts[command];
      if (act !== undefined) act(value);
      else if (!formats.delete(command)) formats.add(command);
    },
    isOn: (command) => formats.has(command),
    selected: () => "",
  };
}

interface PaperEvents {
  readonly tell: (event: "focus" | "blur" | "input") => void;
  readonly status: () => void;
}

function createPaper({ get, tag }: BuiltinHost, element: HTMLElement, { tell, status }: PaperEvents): Paper {
  const page = part("weapp-editor");
  page.setAttribute("role", "textbox");
  page.setAttribute("aria-multiline", "true");
  element.append(page);
  const show = (): void => {
    page.contentEditable = String(get("readOnly") !== true);
    page.dataset["placeholder"] = textOf(get("placeholder"));
    page.setAttribute("aria-label", textOf(get("placeholder"), tag));
    page.toggleAttribute("data-empty", page.textContent === "" && page.querySelector("img, hr") === null);
  };
  requestAnimationFrame(show);
  page.addEventListener("input", () => {
    show();
    tell("input");
    status();
  });
  page.addEventListener("focus", () => {
    show();
    tell("focus");
  });
  page.addEventListener("blur", () => tell("blur"));
  page.addEventListener("keyup", status);
  page.addEventListener("pointerup", status);
  return {
    get html() {
      return page.innerHTML;
    },
    set html(next) {
      page.innerHTML = clean(next);
      show();
    },
    focus() {
      if (document.activeElement !== page) page.focus();
    },
    blur: () => page.blur(),
    exec(command, value) {
      if (command === "direction") {
        page.dir = value ?? "";
        return;
      }
      // The only editing that every browser has, with undo and selection; deprecated, without a successor.
      // oxlint-disable-next-line typescript/no-deprecated
      document.execCommand(command, false, value);
    },
    // oxlint-disable-next-line typescript/no-deprecated -- as above
    isOn: (command) => document.activeElement === page && document.queryCommandState(command),
    selected: () => String(getSelection() ?? ""),
  };
}

/** Without what could run: elements that load code, and handlers. */
function clean(html: string): string {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const bad of body.querySelectorAll("script, style, iframe, object, embed, link, meta")) bad.remove();
  for (const element of body.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || /^\s*javascript:/iu.test(value)) element.removeAttribute(name);
    }
  }
  return body.innerHTML;
}
