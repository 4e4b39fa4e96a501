import type { BuiltinComponent, BuiltinHost, BuiltinInstance } from "./definition.js";
import { mark } from "./dom.js";

export const form: BuiltinComponent = {
  tag: "form",
  properties: { reportSubmit: false, reportSubmitTimeout: 0 },
  create: (host) => ({
    submitted(kind) {
      const fields = host.fields();
      if (kind === "reset") {
        for (const field of fields) field.reset();
        host.trigger("reset", {});
        return;
      }
      const value = Object.fromEntries(fields.map((field) => [field.name, field.value()]));
      host.trigger("submit", {
        value,
        ...(host.get("reportSubmit") === true ? { formId: "weapp-socket" } : {}),
      });
    },
  }),
};

export const switchField: BuiltinComponent = {
  tag: "switch",
  properties: { checked: false, disabled: false, type: "switch", color: "", name: "" },
  create: (host) =>
    checkable(host, () => {
      host.put("checked", host.get("checked") !== true);
      host.trigger("change", { value: host.get("checked") });
    }),
};

const BOX = { value: "", checked: false, disabled: false, color: "", backgroundColor: "" } as const;

export const checkbox: BuiltinComponent = {
  tag: "checkbox",
  properties: { ...BOX, borderColor: "", activeBackgroundColor: "", activeBorderColor: "", iconColor: "" },
  create: (host) =>
    checkable(host, () => {
      host.put("checked", host.get("checked") !== true);
      const group = host.closest("checkbox-group");
      group?.trigger("change", { value: checked(group, "checkbox") });
    }),
};

export const radio: BuiltinComponent = {
  tag: "radio",
  properties: { ...BOX, borderColor: "", activeBackgroundColor: "", activeBorderColor: "", iconColor: "" },
  create: (host) =>
    checkable(host, () => {
      if (host.get("checked") === true) return;
      const group = host.closest("radio-group");
      for (const other of group?.all("radio") ?? []) other.put("checked", other === host);
      host.put("checked", true);
      group?.trigger("change", { value: host.get("value") });
    }),
};

export const checkboxGroup: BuiltinComponent = {
  tag: "checkbox-group",
  properties: { name: "" },
  create: (host) => ({
    value: () => checked(host, "checkbox"),
    reset: () => host.all("checkbox").forEach((box) => box.put("checked", false)),
  }),
};

export const radioGroup: BuiltinComponent = {
  tag: "radio-group",
  properties: { name: "" },
  create: (host) => ({
    value: () => checked(host, "radio")[0] ?? "",
    reset: () => host.all("radio").forEach((button) => button.put("checked", false)),
  }),
};

function checked(group: BuiltinHost, tag: string): unknown[] {
  return group
    .all(tag)
    .filter((box) => box.get("checked") === true)
    .map((box) => box.get("value"));
}

function checkable(host: BuiltinHost, toggle: () => void): BuiltinInstance {
  const show = (): void => {
    const { element } = host;
    if (element === undefined) return;
    mark(element, "checked", host.get("checked") === true);
    mark(element, "disabled", host.get("disabled") === true);
    const isBox = host.tag === "checkbox" || host.get("type") === "checkbox";
    mark(element, "data-box", isBox);
    const color = host.get("color");
    if (typeof color === "string" && color !== "") element.style.setProperty("--weapp-control", color);
    element.setAttribute("role", host.tag === "radio" ? "radio" : isBox ? "checkbox" : "switch");
    element.setAttribute("aria-checked", String(host.get("checked")));
    element.tabIndex = host.get("disabled") === true ? -1 : 0;
  };
  return {
    attached: show,
    changed: show,
    tapped() {
      if (host.get("disabled") !== true) toggle();
    },
    chosen(value) {
      if ((host.get("checked") === true) !== (value === true)) toggle();
    },
    value: () => host.get("checked"),
    reset: () => host.put("checked", false),
  };
}
