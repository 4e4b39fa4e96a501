import selectorParser from "postcss-selector-parser";
import { BUILT_IN_TAGS } from "./built-in-tags.js";

/** A selector of WXSS as the page's document needs it, and what in it WeChat forbids in components. */
export interface ConvertedSelector {
  readonly selector: string;
  /** "tag", "id" or "attribute" selectors reach beyond a component's own elements. */
  readonly reaches: ReadonlySet<"tag" | "id" | "attribute">;
}

/** Null where the selector cannot be read. @param prefix class prefix, "" for shared styles */
export function convertSelector(selector: string, prefix: string): ConvertedSelector | null {
  const reaches = new Set<"tag" | "id" | "attribute">();
  try {
    const root = selectorParser().astSync(selector);
    root.walk((node) => {
      if (node.type === "tag") {
        if (isKeyframeStop(node.value)) return;
        reaches.add("tag");
        node.value = elementOf(node.value);
      } else if (node.type === "class") {
        if (prefix !== "") node.value = `${prefix}--${node.value}`;
      } else if (node.type === "id") {
        reaches.add("id");
      } else if (node.type === "attribute") {
        reaches.add("attribute");
      } else if (node.type === "pseudo" && node.value === ":host") {
        node.replaceWith(...hostSelector(node, prefix));
      }
    });
    return { selector: root.toString(), reaches };
  } catch {
    return null;
  }
}

/** Puts `condition` before each selector of the list, without weight of its own. */
export function underCondition(selector: string, condition: string): string {
  const root = selectorParser().astSync(selector);
  root.each((item) => {
    item.prepend(selectorParser.combinator({ value: " " }));
    item.prepend(selectorParser.pseudo({ value: `:where(${condition})` }));
  });
  return root.toString();
}

/** The element that glass-easel marks with the component's style scope; a page's is the page. */
function hostSelector(node: selectorParser.Pseudo, prefix: string): selectorParser.Node[] {
  const host: selectorParser.Node[] =
    prefix === ""
      ? [selectorParser.tag({ value: "wx-page" })]
      : [
          selectorParser.attribute({
            attribute: "wx-host",
            operator: "=",
            value: prefix,
            quoteMark: '"',
            raws: {},
          }),
        ];
  const inner = node.nodes[0];
  // `:host(.a)`: the classes on the host are its owner's, so they carry no prefix of ours.
  return inner === undefined
    ? host
    : [...host, ...inner.nodes.map((item) => item.clone() as selectorParser.Node)];
}

/**
 * What a tag is in the page's document: a built-in one its `wx-` element, the page and what once was its body the page's;
 * tags of components are themselves. `html` has no element that is the author's.
 */
function elementOf(tag: string): string {
  if (tag === "page" || tag === "body") return "wx-page";
  return BUILT_IN_TAGS.has(tag) || tag === "html" ? `wx-${tag}` : tag;
}

function isKeyframeStop(value: string): boolean {
  return value === "from" || value === "to";
}
