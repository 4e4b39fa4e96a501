import { parse, type AnyNode, type Program } from "acorn";

/** Null where the text is no script of any known ECMAScript edition. */
export function parseScript(text: string): Program | null {
  try {
    return parse(text, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    });
  } catch {
    return null;
  }
}

/** Calls `visit` for every node, parents before children, however deep they lie. */
export function walk(tree: AnyNode, visit: (node: AnyNode) => void): void {
  const waiting: AnyNode[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    visit(node);
    const children = Object.values(node).flat().filter(isNode);
    waiting.push(...children.reverse());
  }
}

/** The text of a string literal, or of a template without placeholders. */
export function literalText(node: AnyNode | null | undefined): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type !== "TemplateLiteral" || node.quasis.length !== 1) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value;
}
