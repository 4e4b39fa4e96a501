import type { BuiltinComponent, BuiltinHost } from "./definition.js";
import { part, pullByMouse } from "./dom.js";

/** Columns in the page, of which each has one line in the middle. */
export function createPickerView(): readonly BuiltinComponent[] {
  const views = new WeakMap<BuiltinHost, PickerView>();
  const pickerView: BuiltinComponent = {
    tag: "picker-view",
    properties: {
      value: [],
      indicatorStyle: "",
      indicatorClass: "",
      maskStyle: "",
      maskClass: "",
      immediateChange: false,
      name: "",
    },
    create(host) {
      const view = new PickerView(host);
      views.set(host, view);
      return {
        attached: () => view.show(),
        changed: () => view.show(),
        chosen: (value) => view.choose(value),
        value: () => view.value,
        reset: () => view.reset(),
      };
    },
  };
  const column: BuiltinComponent = {
    tag: "picker-view-column",
    properties: {},
    create(host) {
      let view: PickerView | undefined;
      const drawn = host.element === undefined ? undefined : createColumn(host.element);
      return {
        attached() {
          const owner = host.closest("picker-view");
          view = owner === undefined ? undefined : views.get(owner);
          if (drawn === undefined || view === undefined) return;
          const at = view;
          drawn.listen({
            moved: (line) => at.moved(host, line),
            started: () => at.started(),
            ended: () => at.ended(),
          });
          at.add(host, drawn);
        },
        detached() {
          drawn?.stop();
          view?.remove(host);
        },
      };
    },
  };
  return [pickerView, column];
}

/** How high the middle line is unless the author says, in CSS pixels. */
const LINE_PX = 34;
/** A column that has not moved for this long has come to rest. */
const REST_MS = 120;

class PickerView {
  readonly #host: BuiltinHost;
  readonly #columns = new Map<BuiltinHost, DrawnColumn>();
  readonly #mask: HTMLElement | undefined;
  readonly #indicator: HTMLElement | undefined;
  #isPicking = false;

  constructor(host: BuiltinHost) {
    this.#host = host;
    if (host.element === undefined) return;
    this.#mask = part("weapp-picker-view-mask");
    this.#indicator = part("weapp-picker-view-indicator");
  }

  /** The chosen line of each column. */
  get value(): number[] {
    const value = this.#host.get("value");
    return Array.isArray(value) ? value.map((line) => Math.max(0, Number(line) || 0)) : [];
  }

  add(host: BuiltinHost, column: DrawnColumn): void {
    this.#columns.set(host, column);
    this.show();
  }

  remove(host: BuiltinHost): void {
    this.#columns.delete(host);
  }

  reset(): void {
    this.#host.put(
      "value",
      this.#order().map(() => 0),
    );
  }

  show(): void {
    const { element, get, classNames } = this.#host;
    if (element === undefined || this.#mask === undefined || this.#indicator === undefined) return;
    if (!this.#indicator.isConnected) element.append(this.#mask, this.#indicator);
    this.#mask.style.cssText = String(get("maskStyle"));
    this.#mask.className = ["weapp-picker-view-mask", ...classNames(String(get("maskClass")))].join(" ");
    this.#indicator.style.cssText = String(get("indicatorStyle"));
    this.#indicator.className = [
      "weapp-picker-view-indicator",
      ...classNames(String(get("indicatorClass"))),
    ].join(" ");
    const height = this.#indicator.offsetHeight || LINE_PX;
    this.#order().forEach((host, index) => this.#columns.get(host)?.show(this.value[index] ?? 0, height));
  }

  choose(value: unknown): void {
    if (!Array.isArray(value))
      throw new Error(`choose: expected a line for each column, got ${JSON.stringify(value)}`);
    this.started();
    this.#set(value.map(Number));
    this.ended();
  }

  started(): void {
    if (this.#isPicking) return;
    this.#isPicking = true;
    this.#host.trigger("pickstart", {});
  }

  /** A column came past a line, or to rest on it. */
  moved(column: BuiltinHost, line: number): void {
    const order = this.#order();
    const next = order.map((host, index) => (host === column ? line : (this.value[index] ?? 0)));
    this.#set(next);
  }

  ended(): void {
    if (!this.#isPicking) return;
    this.#isPicking = false;
    this.#host.trigger("pickend", {});
  }

  #set(next: readonly number[]): void {
    if (next.join() === this.value.join()) return;
    this.#host.put("value", next);
    this.#host.trigger("change", { value: [...next] });
  }

  #order(): BuiltinHost[] {
    return this.#host
      .all("picker-view-column")
      .filter((column) => column.closest("picker-view") === this.#host);
  }
}

interface ColumnEvents {
  readonly moved: (line: number) => void;
  readonly started: () => void;
  readonly ended: () => void;
}

interface DrawnColumn {
  show(line: number, lineHeight: number): void;
  listen(events: ColumnEvents): void;
  stop(): void;
}

/** A column scrolls, and snaps to its lines. */
function createColumn(element: HTMLElement): DrawnColumn {
  let height = LINE_PX;
  let shown = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let isOwn = false;
  const place = (): void => {
    const padding = `${Math.max(0, (element.clientHeight - height) / 2)}px`;
    element.style.setProperty("--weapp-line", `${height}px`);
    element.style.setProperty("--weapp-line-padding", padding);
    if (Math.round(element.scrollTop / height) === shown) return;
    isOwn = true;
    element.scrollTo({ top: shown * height, behavior: "instant" });
  };
  // Lines come after the column, and an author's style may give it another height.
  const lines = new MutationObserver(place);
  const size = new ResizeObserver(place);
  return {
    show(line, lineHeight) {
      shown = line;
      height = lineHeight;
      requestAnimationFrame(place);
    },
    listen({ moved, started, ended }) {
      lines.observe(element, { childList: true });
      size.observe(element);
      element.tabIndex = 0;
      pullByMouse(element);
      element.addEventListener("scroll", () => {
        if (isOwn) {
          isOwn = false;
          return;
        }
        started();
        clearTimeout(rest);
        rest = setTimeout(() => {
          shown = Math.round(element.scrollTop / height);
          moved(shown);
          ended();
        }, REST_MS);
      });
      element.addEventListener("keydown", (event) => {
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        if (step === 0) return;
        event.preventDefault();
        element.scrollTo({ top: (shown + step) * height });
      });
      element.addEventListener("click", (event) => {
        const line = [...element.children].findIndex((child) => child.contains(event.target as Node));
        if (line >= 0) element.scrollTo({ top: line * height, behavior: "smooth" });
      });
    },
    stop() {
      clearTimeout(rest);
      lines.disconnect();
      size.disconnect();
    },
  };
}
