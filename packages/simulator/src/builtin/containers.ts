import type { BuiltinComponent, BuiltinHost, BuiltinServices } from "./definition.js";
import { cssLength } from "./dom.js";
import { HOVER } from "./view.js";

/** Components that hold others and do nothing else in a browser; builtin.css lays them out. */
export function createContainers(services: BuiltinServices): readonly BuiltinComponent[] {
  return [...PLAIN, coverView, stickyHeader, stickySection, gridView, createMatchMedia(services)];
}

const PLAIN: readonly BuiltinComponent[] = [
  { tag: "span", properties: HOVER },
  { tag: "root-portal", properties: { enable: true } },
  { tag: "custom-wrapper", properties: {} },
  { tag: "aria-component", properties: {} },
  {
    tag: "share-element",
    properties: { key: "", transform: false, duration: 300, easingFunction: "ease-out" },
  },
  { tag: "snapshot", properties: { mode: "view" } },
  { tag: "selection", properties: { contentEditable: false } },
  { tag: "keyboard-accessory", properties: {} },
  { tag: "list-view", properties: { padding: [] } },
  { tag: "list-builder", properties: { list: [], type: "static", padding: [] } },
  { tag: "grid-builder", properties: { list: [], type: "aligned", padding: [] } },
  { tag: "open-container", properties: { transitionType: "fade", transitionDuration: 300 } },
  { tag: "draggable-sheet", properties: { initialChildSize: 0.5, minChildSize: 0.25, maxChildSize: 1 } },
  { tag: "nested-scroll-header", properties: {} },
  { tag: "nested-scroll-body", properties: {} },
  { tag: "editor-portal", properties: { key: "" } },
  { tag: "animation-view", properties: {} },
];

/** Sets what the component's attributes say as variables that its own rules read. */
function styled(
  tag: string,
  properties: BuiltinComponent["properties"],
  styles: (get: BuiltinHost["get"]) => Readonly<Record<string, string>>,
): BuiltinComponent {
  return {
    tag,
    properties,
    create({ element, get }) {
      const show = (): void => {
        for (const [name, value] of Object.entries(styles(get))) element?.style.setProperty(name, value);
      };
      return { attached: show, changed: show };
    },
  };
}

const coverView: BuiltinComponent = { tag: "cover-view", properties: { ...HOVER, scrollTop: null } };

const stickyHeader: BuiltinComponent = styled("sticky-header", { offsetTop: 0, padding: [] }, (get) => ({
  "--weapp-sticky-top": cssLength(get("offsetTop")),
}));

const stickySection: BuiltinComponent = {
  tag: "sticky-section",
  properties: { pushPinnedHeader: true, padding: [] },
};

const gridView: BuiltinComponent = styled(
  "grid-view",
  { type: "aligned", crossAxisCount: 2, maxCrossAxisExtent: 0, mainAxisGap: 0, crossAxisGap: 0, padding: [] },
  (get) => ({
    "--weapp-grid-count": String(get("crossAxisCount")),
    "--weapp-grid-gap": `${Number(get("mainAxisGap"))}px ${Number(get("crossAxisGap"))}px`,
  }),
);

/** Shown only while the page's window is as it wants it. */
function createMatchMedia({ windowSize }: BuiltinServices): BuiltinComponent {
  return {
    tag: "match-media",
    properties: {
      minWidth: null,
      maxWidth: null,
      width: null,
      minHeight: null,
      maxHeight: null,
      height: null,
      orientation: "",
    },
    create(host) {
      const check = (): void => host.put("hidden", !matches(host.get, windowSize()));
      return {
        attached() {
          check();
          if (host.element !== undefined) addEventListener("resize", check);
        },
        changed: check,
        detached() {
          if (host.element !== undefined) removeEventListener("resize", check);
        },
      };
    },
  };
}

function matches(
  get: BuiltinHost["get"],
  { width, height }: { readonly width: number; readonly height: number },
): boolean {
  const holds = (name: string, test: (wanted: number) => boolean): boolean => {
    const wanted = get(name);
    return wanted === null || wanted === undefined || wanted === "" || test(Number(wanted));
  };
  const orientation = get("orientation");
  return (
    holds("minWidth", (least) => width >= least) &&
    holds("maxWidth", (most) => width <= most) &&
    holds("width", (exact) => width === exact) &&
    holds("minHeight", (least) => height >= least) &&
    holds("maxHeight", (most) => height <= most) &&
    holds("height", (exact) => height === exact) &&
    (orientation === "" || orientation === (width > height ? "landscape" : "portrait"))
  );
}
