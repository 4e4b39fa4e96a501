import type { DrawnOverlay } from "../view/overlays.js";
import { textOf } from "../wx/text.js";
import type { BuiltinComponent, BuiltinHost, BuiltinInstance, BuiltinServices } from "./definition.js";
import {
  dateColumns,
  multiSelectorColumns,
  selectorColumns,
  timeColumns,
  type PickerColumns,
} from "./picker-columns.js";
import { loadRegions, regionColumns } from "./picker-region.js";

export function createPicker(services: BuiltinServices): BuiltinComponent {
  return {
    tag: "picker",
    properties: {
      mode: "selector",
      headerText: "",
      disabled: false,
      range: [],
      rangeKey: "",
      value: null,
      start: "",
      end: "",
      fields: "day",
      customItem: "",
      level: "region",
      name: "",
    },
    create: (host) => createInstance(host, services),
  };
}

/** What a picker is before anything was picked, by mode. */
const NOTHING: Readonly<Record<string, unknown>> = { selector: 0, multiSelector: [], region: [] };

function createInstance(host: BuiltinHost, { overlays, now }: BuiltinServices): BuiltinInstance {
  const { get } = host;
  let open: { columns: PickerColumns; readonly drawn: DrawnOverlay } | undefined;

  const read = async (): Promise<PickerColumns> =>
    get("mode") === "region"
      ? regionColumns(await loadRegions(), {
          value: get("value"),
          customItem: textOf(get("customItem")),
          level: textOf(get("level")),
        })
      : columnsOf(host, new Date(now()));

  function close(): void {
    open?.drawn.remove();
    open = undefined;
  }

  function tell(detail: { readonly value: unknown }): void {
    host.put("value", detail.value);
    host.trigger("change", detail);
  }

  function show(columns: PickerColumns): void {
    if (open !== undefined) return;
    const current = (): PickerColumns => open?.columns ?? columns;
    const drawn = overlays.open({
      kind: "picker",
      title: textOf(get("headerText")),
      get columns() {
        return current().columns;
      },
      get selected() {
        return current().selected;
      },
      move(column, index) {
        if (current().selected[column] === index) return;
        current().move(column, index);
        if (get("mode") === "multiSelector") host.trigger("columnchange", { column, value: index });
        open?.drawn.update();
      },
      confirm() {
        const detail = current().detail();
        close();
        tell(detail);
      },
      cancel() {
        close();
        host.trigger("cancel", {});
      },
    });
    open = { columns, drawn };
  }

  return {
    tapped() {
      if (get("disabled") === true) return;
      if (get("mode") === "region") void read().then(show);
      else show(columnsOf(host, new Date(now())));
    },
    changed(name) {
      if (open === undefined || (name !== "range" && name !== "value")) return;
      // The author fills a column after another one was moved.
      const before = open.columns.selected;
      const isFilled = name === "range" && get("mode") === "multiSelector";
      open.columns = isFilled
        ? multiSelectorColumns(get("range"), textOf(get("rangeKey")), before)
        : columnsOf(host, new Date(now()));
      open.drawn.update();
    },
    detached: close,
    chosen(value) {
      if (get("disabled") === true) return;
      close();
      tell({ value: get("mode") === "selector" ? String(value) : value });
    },
    value: () => get("value") ?? NOTHING[textOf(get("mode"))] ?? "",
    reset: () => host.put("value", NOTHING[textOf(get("mode"))] ?? ""),
  };
}

function columnsOf({ get }: BuiltinHost, now: Date): PickerColumns {
  const rangeKey = textOf(get("rangeKey"));
  const bounds = { value: get("value"), start: get("start"), end: get("end") };
  switch (get("mode")) {
    case "multiSelector":
      return multiSelectorColumns(get("range"), rangeKey, get("value"));
    case "time":
      return timeColumns(bounds, now);
    case "date":
      return dateColumns(bounds, textOf(get("fields")), now);
    default:
      return selectorColumns(get("range"), rangeKey, get("value"));
  }
}
