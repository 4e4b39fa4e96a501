import type { BuiltinComponent, BuiltinServices } from "./definition.js";
import { part } from "./dom.js";
import { isText, parseHtml, readNodes, textOfNodes, type HtmlNode } from "./html-nodes.js";

/** Elements that rich text may have (documentation of rich-text), and what each may say beside class and style. */
const TRUSTED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    `a abbr address article aside b bdi big blockquote br caption center cite code dd del div dl dt em fieldset font
    footer h1 h2 h3 h4 h5 h6 header hr i ins label legend li mark nav p pre q rt ruby s section small span strong sub
    sup tbody tfoot thead tr tt u ul`
      .split(/\s+/u)
      .map((tag) => [tag, []]),
  ),
  bdo: ["dir"],
  col: ["span", "width"],
  colgroup: ["span", "width"],
  img: ["alt", "src", "height", "width"],
  ol: ["start", "type"],
  table: ["width"],
  td: ["colspan", "height", "rowspan", "width"],
  th: ["colspan", "height", "rowspan", "width"],
};

const SPACES: Readonly<Record<string, string>> = { nbsp: "\u00a0", ensp: "\u2002", emsp: "\u2003" };

/** Text with markup. Nothing in it hears events, no script runs, other elements and attributes are left out. */
export function createRichText({ assetUrl }: BuiltinServices): BuiltinComponent {
  return {
    tag: "rich-text",
    properties: { nodes: null, space: "", userSelect: false, mode: "default" },
    create(host) {
      const { element, get } = host;
      const nodes = (): HtmlNode[] => {
        const given = get("nodes");
        return typeof given === "string" ? parseHtml(given) : readNodes(given);
      };
      const content = element === undefined ? undefined : part("weapp-rich-text");

      function draw(node: HtmlNode): Node[] {
        if (isText(node)) {
          const wide = SPACES[String(get("space"))];
          return [new Text(wide === undefined ? node.text : node.text.replaceAll(" ", wide))];
        }
        const allowed = Object.hasOwn(TRUSTED, node.name) ? TRUSTED[node.name] : undefined;
        // What is not trusted goes, as on a phone, with all that is in it.
        if (allowed === undefined) return [];
        const drawn = document.createElement(node.name);
        const { class: classes = "", style = "" } = node.attrs;
        if (classes !== "") drawn.className = host.classNames(classes).join(" ");
        if (style !== "") drawn.style.cssText = style;
        for (const name of allowed) {
          const value = node.attrs[name];
          if (value !== undefined) drawn.setAttribute(name, name === "src" ? assetUrl(value) : value);
        }
        drawn.append(...node.children.flatMap(draw));
        return [drawn];
      }

      const show = (): void => {
        content?.replaceChildren(...nodes().flatMap(draw));
        element?.toggleAttribute("selectable", get("userSelect") === true);
      };
      return {
        attached() {
          if (content !== undefined) element?.append(content);
          show();
        },
        changed: show,
        text: () => textOfNodes(nodes()),
      };
    },
  };
}
