import { button, coverView, image, label, text, view } from "./basic.js";
import type { BuiltinComponent } from "./definition.js";
import { checkbox, checkboxGroup, form, radio, radioGroup, switchField } from "./form.js";
import { createNavigator } from "./navigator.js";
import { scrollView } from "./scroll-view.js";
import { input, textarea } from "./text-field.js";

/** Components that are drawn as an empty, named box: they need a phone, or are not built yet. */
const PLACEHOLDERS = [
  "ad",
  "ad-custom",
  "audio",
  "camera",
  "canvas",
  "channel-live",
  "channel-video",
  "editor",
  "live-player",
  "live-pusher",
  "map",
  "official-account",
  "open-data",
  "picker",
  "picker-view",
  "picker-view-column",
  "slider",
  "video",
  "web-view",
];

/** Components that only hold others. */
const CONTAINERS = [
  "cover-image",
  "custom-wrapper",
  "match-media",
  "movable-area",
  "movable-view",
  "page-container",
  "page-meta",
  "navigation-bar",
  "root-portal",
  "share-element",
  "swiper",
  "swiper-item",
  "rich-text",
  "progress",
  "icon",
  "sticky-header",
  "sticky-section",
  "list-view",
  "grid-view",
];

const container = (tag: string): BuiltinComponent => ({ tag, properties: {} });

const placeholder = (tag: string): BuiltinComponent => ({
  tag,
  properties: {},
  create: (host) => ({
    attached() {
      if (host.element === undefined) return;
      host.element.classList.add("wx-placeholder");
      host.element.dataset["placeholder"] = `<${tag}>`;
    },
  }),
});

/** Every built-in component of the view, by author's tag. */
export function createBuiltins(
  navigate: (api: string, options: object) => void,
): readonly BuiltinComponent[] {
  return [
    view,
    text,
    button,
    image,
    input,
    textarea,
    scrollView,
    label,
    coverView,
    form,
    switchField,
    checkbox,
    checkboxGroup,
    radio,
    radioGroup,
    createNavigator(navigate),
    ...CONTAINERS.map(container),
    ...PLACEHOLDERS.map(placeholder),
  ];
}
