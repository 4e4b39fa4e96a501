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

/** Calls `visit` for every node, parents before children. */
export function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node);
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) for (const item of value) walkValue(item, visit);
    else walkValue(value, visit);
  }
}

/** The text of a string literal, or of a template without placeholders. */
export function literalText(node: AnyNode | null | undefined): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type !== "TemplateLiteral" || node.quasis.length !== 1) return undefined;
  return node.quasis[0]?.value.cooked ?? undefined;
}

function walkValue(value: unknown, visit: (node: AnyNode) => void): void {
  if (typeof value === "object" && value !== null && "type" in value) walk(value as AnyNode, visit);
}
