import { mark } from "./basic.js";
import type { BuiltinComponent, BuiltinHost } from "./definition.js";

const FIELDS = ["input", "textarea", "switch", "checkbox-group", "radio-group", "slider", "picker"];

export const form: BuiltinComponent = {
  tag: "form",
  properties: { reportSubmit: false, reportSubmitTimeout: 0 },
  create: (host) => ({
    submitted(kind) {
      const fields = host.all(...FIELDS);
      if (kind === "reset") {
        for (const field of fields) field.instance.reset?.();
        host.trigger("reset", {});
        return;
      }
      const value: Record<string, unknown> = {};
      for (const field of fields) {
        const name = field.get("name");
        if (typeof name === "string" && name !== "") value[name] = field.instance.value?.();
      }
      host.trigger("submit", { value });
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

export const checkbox: BuiltinComponent = {
  tag: "checkbox",
  properties: { value: "", checked: false, disabled: false, color: "" },
  create: (host) =>
    checkable(host, () => {
      host.put("checked", host.get("checked") !== true);
      const group = host.closest("checkbox-group");
      group?.trigger("change", { value: checked(group, "checkbox") });
    }),
};

export const radio: BuiltinComponent = {
  tag: "radio",
  properties: { value: "", checked: false, disabled: false, color: "" },
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

function checkable(host: BuiltinHost, toggle: () => void) {
  const show = (): void => {
    mark(host.element, "checked", host.get("checked") === true);
    mark(host.element, "disabled", host.get("disabled") === true);
    const color = host.get("color");
    if (typeof color === "string" && color !== "") host.element?.style.setProperty("--weapp-control", color);
    host.element?.setAttribute(
      "role",
      host.tag === "radio" ? "radio" : host.tag === "switch" ? "switch" : "checkbox",
    );
    host.element?.setAttribute("aria-checked", String(host.get("checked")));
  };
  return {
    attached: show,
    changed: show,
    tapped() {
      if (host.get("disabled") !== true) toggle();
    },
    value: () => host.get("checked"),
    reset: () => host.put("checked", false),
  };
}
