import { createButton } from "./button.js";
import { createContainers } from "./containers.js";
import type { BuiltinComponent, BuiltinServices } from "./definition.js";
import { checkbox, checkboxGroup, form, radio, radioGroup, switchField } from "./form.js";
import { icon } from "./icon.js";
import { createImages } from "./image.js";
import { createNavigator } from "./navigator.js";
import { createCanvas } from "./canvas.js";
import { createEditor } from "./editor.js";
import { createMedia } from "./media.js";
import { createMovables } from "./movable.js";
import { createPageContainer } from "./page-container.js";
import { createPageLook } from "./page-look.js";
import { createPlaceholders } from "./placeholders.js";
import { createRichText } from "./rich-text.js";
import { createWebView } from "./web-view.js";
import { createPickerView } from "./picker-view.js";
import { createPicker } from "./picker.js";
import { createProgress } from "./progress.js";
import { scrollView } from "./scroll-view.js";
import { slider } from "./slider.js";
import { createSwiper } from "./swiper.js";
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
    icon,
    slider,
    createProgress(services),
    createPicker(services),
    ...createPickerView(),
    ...createSwiper(services),
    ...createContainers(services),
    ...createMovables(services),
    createRichText(services),
    createCanvas(services),
    ...createMedia(services),
    createWebView(services),
    ...createPageLook(services),
    createPageContainer(services),
    createEditor(services),
    ...createPlaceholders(services),
  ];
}
