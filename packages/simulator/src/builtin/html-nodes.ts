import { textOf } from "../wx/text.js";
import { HTML_ENTITIES } from "./entities.js";

/** A node of rich text, as WeChat's `nodes` has them. */
export type HtmlNode = HtmlText | HtmlElement;

export interface HtmlText {
  readonly type: "text";
  readonly text: string;
}

export interface HtmlElement {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly HtmlNode[];
}

/** Elements that have no end. */
const VOID: ReadonlySet<string> = new Set(["br", "col", "hr", "img", "input", "meta", "link"]);
/** Elements of which nothing is shown, what is inside neither. */
const DROPPED: ReadonlySet<string> = new Set(["script", "style", "iframe", "object", "template", "title"]);

const TOKEN = /<!--[\s\S]*?-->|<!?\/?([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>|[^<]+|</giu;
const ATTRIBUTE = /([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/gu;

/** Reads HTML as far as rich text has it: tags, attributes, entities. What is open at the end is closed there. */
export function parseHtml(html: string): HtmlNode[] {
  const root: HtmlNode[] = [];
  const open: Array<{ readonly name: string; readonly children: HtmlNode[] }> = [];
  let dropped = "";
  for (const match of html.matchAll(TOKEN)) {
    const [token, tag, rest = ""] = match;
    const name = tag?.toLowerCase();
    const isEnd = token.startsWith("</");
    if (dropped !== "") {
      if (isEnd && name === dropped) dropped = "";
      continue;
    }
    const children = open.at(-1)?.children ?? root;
    if (name === undefined) {
      if (!token.startsWith("<!--")) children.push({ type: "text", text: decodeEntities(token) });
    } else if (isEnd) {
      const at = open.findLastIndex((element) => element.name === name);
      if (at >= 0) open.splice(at);
    } else if (!token.startsWith("<!")) {
      if (DROPPED.has(name)) {
        if (!rest.endsWith("/")) dropped = name;
        continue;
      }
      const element = { name, attrs: parseAttributes(rest), children: [] };
      children.push(element);
      if (!VOID.has(name) && !rest.endsWith("/")) open.push(element);
    }
  }
  return root;
}

function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", double, single, bare] of text.matchAll(ATTRIBUTE))
    attributes[name.toLowerCase()] = decodeEntities(double ?? single ?? bare ?? "");
  return attributes;
}

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/giu, (entity, hex, decimal, name) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    if (name === undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    return HTML_ENTITIES.get(String(name)) ?? entity;
  });
}

/** Nodes that an author wrote down as objects. */
export function readNodes(nodes: unknown): HtmlNode[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown): HtmlNode[] => {
    if (typeof node !== "object" || node === null) return [];
    const { type, text, name, attrs, children } = node as Readonly<Record<string, unknown>>;
    if (type === "text") return [{ type: "text", text: decodeEntities(textOf(text)) }];
    if (typeof name !== "string" || DROPPED.has(name.toLowerCase())) return [];
    const given = typeof attrs === "object" && attrs !== null ? attrs : {};
    return [
      {
        name: name.toLowerCase(),
        attrs: Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)])),
        children: readNodes(children),
      },
    ];
  });
}

export function isText(node: HtmlNode): node is HtmlText {
  return "text" in node;
}

export function textOfNodes(nodes: readonly HtmlNode[]): string {
  return nodes
    .map((node) => (isText(node) ? node.text : node.name === "br" ? "\n" : textOfNodes(node.children)))
    .join("");
}
