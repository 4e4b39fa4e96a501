import { createButton } from "./button.js";
import type { BuiltinComponent, BuiltinServices } from "./definition.js";
import { checkbox, checkboxGroup, form, radio, radioGroup, switchField } from "./form.js";
import { createImages } from "./image.js";
import { createNavigator } from "./navigator.js";
import { scrollView } from "./scroll-view.js";
import { input, textarea } from "./text-field.js";
import { label, text, view } from "./view.js";

/** Every built-in component of the view, by author's tag. */
export function createBuiltins(services: BuiltinServices): readonly BuiltinComponent[] {
  return [
    view,
    text,
    label,
    createButton(services),
    ...createImages(services),
    createNavigator(services),
    input,
    textarea,
    scrollView,
    form,
    switchField,
    checkbox,
    checkboxGroup,
    radio,
    radioGroup,
  ];
}
