import { part, pullByMouse } from "../builtin/dom.js";
import type { DrawnOverlay, PickerOverlay } from "../view/overlays.js";
import { createLayer, layerButton, openDialog } from "./layer.js";

/** One line of a column, in CSS pixels (overlays.css). */
const LINE_PX = 48;

/** Columns that scroll and stay on a line: what every picker is. */
export function drawPicker(root: HTMLElement, overlay: PickerOverlay): DrawnOverlay {
  const layer = createLayer(root, "weapp-sheet-layer", overlay.title || "选择");
  const sheet = part("weapp-sheet weapp-picker");
  const head = part("weapp-picker-head");
  const title = part("weapp-picker-title");
  const body = part("weapp-picker-body");
  title.textContent = overlay.title;
  head.append(
    layerButton("取消", "weapp-picker-cancel", "", () => overlay.cancel()),
    title,
    layerButton("确定", "weapp-picker-confirm", "", () => overlay.confirm()),
  );
  sheet.append(head, body);
  layer.append(sheet);
  const columns: Column[] = [];

  function update(): void {
    overlay.columns.forEach((lines, index) => {
      const column = (columns[index] ??= createColumn(body, index, overlay));
      column.show(lines, overlay.selected[index] ?? 0);
    });
    for (const { element } of columns.splice(overlay.columns.length)) element.remove();
  }

  update();
  layer.addEventListener("click", (event) => {
    if (event.target === layer) overlay.cancel();
  });
  columns[0]?.element.setAttribute("data-first", "");
  return { update, remove: openDialog(layer, () => overlay.cancel()) };
}

interface Column {
  readonly element: HTMLElement;
  show(lines: readonly string[], selected: number): void;
}

function createColumn(body: HTMLElement, index: number, overlay: PickerOverlay): Column {
  const element = part("weapp-picker-column");
  element.tabIndex = 0;
  element.setAttribute("role", "listbox");
  body.append(element);
  pullByMouse(element);
  let shown: readonly string[] = [];
  let chosen = -1;

  const choose = (line: number): void => {
    const wanted = Math.min(Math.max(0, line), shown.length - 1);
    if (wanted === chosen || wanted < 0) return;
    mark(wanted);
    overlay.move(index, wanted);
  };
  function mark(line: number): void {
    chosen = line;
    for (const [at, child] of [...element.children].entries())
      child.setAttribute("aria-selected", String(at === line));
  }

  element.addEventListener("scroll", () => choose(Math.round(element.scrollTop / LINE_PX)));
  element.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") overlay.confirm();
    if (step === 0) return;
    event.preventDefault();
    element.scrollTo({ top: (chosen + step) * LINE_PX });
  });
  element.addEventListener("click", (event) => {
    const line = [...element.children].indexOf(event.target as Element);
    if (line >= 0) element.scrollTo({ top: line * LINE_PX, behavior: "smooth" });
  });
  return {
    element,
    show(lines, selected) {
      if (lines !== shown) {
        shown = lines;
        element.replaceChildren(
          ...lines.map((text) => {
            const line = part("weapp-picker-line");
            line.setAttribute("role", "option");
            line.textContent = text;
            return line;
          }),
        );
        chosen = -1;
      }
      if (chosen === selected) return;
      mark(selected);
      element.scrollTo({ top: selected * LINE_PX });
    },
  };
}
