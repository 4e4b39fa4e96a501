import { textOf } from "../wx/text.js";
import { isText, parseHtml, type HtmlNode } from "./html-nodes.js";

/** A piece of text with its formats, or a picture: Quill's Delta, which WeChat's editor speaks. */
export interface DeltaOp {
  readonly insert: string | Readonly<Record<string, unknown>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface EditorContents {
  readonly html: string;
  readonly text: string;
  readonly delta: { readonly ops: readonly DeltaOp[] };
}

type Formats = Readonly<Record<string, unknown>>;

/** Formats of a stretch of text by the element that gives them. */
const INLINE: Readonly<Record<string, Formats>> = {
  b: { bold: true },
  strong: { bold: true },
  i: { italic: true },
  em: { italic: true },
  u: { underline: true },
  ins: { underline: true },
  s: { strike: true },
  del: { strike: true },
  strike: { strike: true },
  sub: { script: "sub" },
  sup: { script: "super" },
};

/** Formats of a whole line. */
const BLOCK: Readonly<Record<string, Formats>> = {
  p: {},
  div: {},
  h1: { header: 1 },
  h2: { header: 2 },
  h3: { header: 3 },
  h4: { header: 4 },
  h5: { header: 5 },
  h6: { header: 6 },
  li: {},
};

const STYLES: Readonly<Record<string, string>> = {
  color: "color",
  "background-color": "backgroundColor",
  "font-size": "fontSize",
  "font-family": "fontFamily",
};

const LINE_STYLES: Readonly<Record<string, string>> = { "text-align": "align", "line-height": "lineHeight" };

export function contentsOfHtml(html: string): EditorContents {
  const ops = opsOfNodes(parseHtml(html));
  return { html, text: textOfOps(ops), delta: { ops } };
}

export function textOfOps(ops: readonly DeltaOp[]): string {
  return ops.map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
}

function opsOfNodes(nodes: readonly HtmlNode[]): DeltaOp[] {
  const ops: Array<{ insert: DeltaOp["insert"]; attributes?: Formats }> = [];
  const add = (insert: DeltaOp["insert"], formats: Formats): void => {
    const last = ops.at(-1);
    const isSame = JSON.stringify(last?.attributes ?? {}) === JSON.stringify(formats);
    if (typeof insert === "string" && typeof last?.insert === "string" && isSame) last.insert += insert;
    else ops.push({ insert, ...(Object.keys(formats).length > 0 ? { attributes: formats } : {}) });
  };
  const isAtLineStart = (): boolean => {
    const last = ops.at(-1)?.insert;
    return last === undefined || (typeof last === "string" && last.endsWith("\n"));
  };

  function visit(node: HtmlNode, formats: Formats, list: string): void {
    if (isText(node)) {
      if (node.text !== "") add(node.text.replaceAll("\u200b", ""), formats);
      return;
    }
    const { name, attrs, children } = node;
    if (name === "img") add({ image: attrs["src"] ?? "" }, formats);
    else if (name === "hr") add({ divider: true }, {});
    else if (name === "br") {
      if (children.length === 0) add("\n", {});
    } else if (name in BLOCK) {
      const line = { ...BLOCK[name], ...styled(attrs, LINE_STYLES), ...(name === "li" ? { list } : {}) };
      const inside = children.filter((child, at) => !isLastBreak(child, at, children.length));
      if (!isAtLineStart()) add("\n", {});
      for (const child of inside) visit(child, { ...formats, ...styled(attrs, STYLES) }, list);
      add("\n", line);
    } else {
      const inner = { ...formats, ...INLINE[name], ...styled(attrs, STYLES) };
      const kind = name === "ol" ? "ordered" : name === "ul" ? "bullet" : list;
      for (const child of children) visit(child, inner, kind);
    }
  }

  for (const node of nodes) visit(node, {}, "bullet");
  if (!isAtLineStart() || ops.length === 0) add("\n", {});
  return ops;
}

/** The break by which a browser keeps an empty line open. */
function isLastBreak(node: HtmlNode, index: number, count: number): boolean {
  return !isText(node) && node.name === "br" && index === count - 1;
}

function styled(
  attrs: Readonly<Record<string, string>>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const rule of (attrs["style"] ?? "").split(";")) {
    const [property = "", ...value] = rule.split(":");
    const name = names[property.trim()];
    if (name !== undefined) found[name] = value.join(":").trim();
  }
  return found;
}

const TAGS: ReadonlyArray<readonly [format: string, tag: string]> = [
  ["bold", "strong"],
  ["italic", "em"],
  ["underline", "u"],
  ["strike", "s"],
];

/** HTML of what an author gives as a delta. */
export function htmlOfDelta(delta: unknown): string {
  const given = (delta as { readonly ops?: unknown } | null | undefined)?.ops ?? delta;
  const ops = Array.isArray(given) ? (given as DeltaOp[]) : [];
  let html = "";
  let line = "";
  let list = "";
  const endLine = (formats: Formats): void => {
    const kind = formats["list"] === "ordered" ? "ol" : formats["list"] === undefined ? "" : "ul";
    if (kind !== list) html += `${list === "" ? "" : `</${list}>`}${kind === "" ? "" : `<${kind}>`}`;
    list = kind;
    const tag = kind !== "" ? "li" : formats["header"] === undefined ? "p" : `h${textOf(formats["header"])}`;
    const align =
      formats["align"] === undefined ? "" : ` style="text-align: ${escapeHtml(formats["align"])}"`;
    html += `<${tag}${align}>${line === "" ? "<br>" : line}</${tag}>`;
    line = "";
  };
  for (const { insert, attributes = {} } of ops) {
    if (typeof insert !== "string") {
      if ("image" in insert) line += `<img src="${escapeHtml(insert["image"])}">`;
      else if ("divider" in insert) line += "<hr>";
      continue;
    }
    insert.split("\n").forEach((text, at) => {
      if (at > 0) endLine(attributes);
      if (text !== "") line += inlineHtml(text, attributes);
    });
  }
  if (line !== "") endLine({});
  return list === "" ? html : `${html}</${list}>`;
}

function inlineHtml(text: string, formats: Formats): string {
  let html = escapeHtml(text);
  for (const [format, tag] of TAGS) if (formats[format] !== undefined) html = `<${tag}>${html}</${tag}>`;
  if (formats["script"] !== undefined) {
    const tag = formats["script"] === "sub" ? "sub" : "sup";
    html = `<${tag}>${html}</${tag}>`;
  }
  const style = Object.entries(STYLES)
    .filter(([, name]) => formats[name] !== undefined)
    .map(([property, name]) => `${property}: ${escapeHtml(formats[name])}`)
    .join("; ");
  return style === "" ? html : `<span style="${style}">${html}</span>`;
}

export function escapeHtml(value: unknown): string {
  return String(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
