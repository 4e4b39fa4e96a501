import type { AnyNode } from "acorn";
import type { JsonObject, StyleIsolation } from "../program.js";
import { literalText, parseScript, walk } from "./syntax-tree.js";

const ALL: readonly string[] = [
  "isolated",
  "apply-shared",
  "shared",
  "page-isolated",
  "page-apply-shared",
  "page-shared",
] satisfies StyleIsolation[];

/**
 * What a unit says of its styles: its json first, then `options` in its script, else what WeChat assumes.
 *
 * @param option what `literalStyleOption` found in the script
 */
export function styleIsolationOf(
  kind: "page" | "component",
  json: JsonObject,
  option: string | undefined,
): StyleIsolation {
  const said = json["styleIsolation"] ?? option;
  if (isStyleIsolation(said)) return said;
  if (kind === "page") return "shared";
  return json["addGlobalClass"] === true || said === "addGlobalClass" ? "apply-shared" : "isolated";
}

/** The prefix that the unit's own classes carry; "" where they carry none. */
export function stylePrefixOf(path: string, isolation: StyleIsolation): string {
  if (isolation === "shared" || isolation === "page-shared") return "";
  const name = path
    .split("/")
    .slice(-2)
    .join("-")
    .replaceAll(/[^\w-]/gu, "-");
  // What begins with a digit or "-" would have to be escaped wherever it stands.
  return `${/^[\d-]/u.test(name) ? `c-${name}` : name}-${shortHash(path)}`;
}

function isStyleIsolation(value: unknown): value is StyleIsolation {
  return typeof value === "string" && ALL.includes(value);
}

/** `styleIsolation: "…"`, or "addGlobalClass" for `addGlobalClass: true`, wherever a script writes it as a literal. */
export function literalStyleOption(code: string): string | undefined {
  if (!/styleIsolation|addGlobalClass/u.test(code)) return undefined;
  const tree = parseScript(code);
  let isolation: string | undefined;
  let global = false;
  if (tree !== null) {
    walk(tree, (node) => {
      const [name, value] = namedValue(node);
      if (name === "styleIsolation") isolation ??= literalText(value);
      if (name === "addGlobalClass" && value?.type === "Literal") global ||= value.value === true;
    });
  }
  return isolation ?? (global ? "addGlobalClass" : undefined);
}

function namedValue(node: AnyNode): readonly [name: string | undefined, value: AnyNode | null | undefined] {
  if (node.type !== "Property" && node.type !== "PropertyDefinition") return [undefined, undefined];
  const name = node.key.type === "Identifier" ? node.key.name : literalText(node.key);
  return [name, node.value];
}

/** FNV-1a: paths of one program seldom share a folder's and a file's name as well as this. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
