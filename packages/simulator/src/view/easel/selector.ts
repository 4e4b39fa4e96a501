/** How a selector sees a node. */
export interface NodeView<T> {
  tag(node: T): string;
  id(node: T): string;
  hasClass(node: T, name: string): boolean;
  attribute(node: T, name: string): unknown;
}

/** Whether a node matches; `path` are its ancestors, outermost first. */
export type Matcher<T> = (node: T, path: readonly T[], view: NodeView<T>) => boolean;

interface Compound {
  readonly tag: string | undefined;
  readonly id: string | undefined;
  readonly classes: readonly string[];
  readonly attributes: ReadonlyArray<readonly [name: string, value: string | undefined]>;
}

interface Step {
  readonly compound: Compound;
  /** Whether it must be the parent of the next one, and not just any ancestor. */
  readonly isParent: boolean;
}

const COMPOUND = /^([a-z][\w-]*|\*)?((?:[#.][\w-]+|\[[\w-]+(?:=(?:"[^"]*"|'[^']*'|[^\]]*))?\])*)$/iu;

/**
 * Selectors of tests: tags, "#id", ".class" and "[attribute=value]", joined, below each other (" "), directly below
 * (">"), or one of several (","). Unlike WeChat's own they see tags and look into components.
 */
export function parseSelector<T>(selector: string): Matcher<T> {
  const alternatives = selector.split(",").map((each) => parseSteps(each.trim(), selector));
  return (node, path, view) => alternatives.some((steps) => matchSteps(steps, node, path, view));
}

function parseSteps(text: string, selector: string): readonly Step[] {
  const parts = text.replaceAll(/\s*>+\s*/gu, " > ").split(/\s+/u);
  const steps: Step[] = [];
  parts.forEach((part, index) => {
    if (part === ">") return;
    steps.push({ compound: parseCompound(part, selector), isParent: parts[index + 1] === ">" });
  });
  return steps;
}

function parseCompound(text: string, selector: string): Compound {
  const match = COMPOUND.exec(text);
  if (match === null || text === "")
    throw new Error(`selector: expected tags, ids and classes, got "${selector}"`);
  const rest = match[2] ?? "";
  const pick = (mark: string): string[] =>
    [...rest.replaceAll(/\[[^\]]*\]/gu, "").matchAll(/([#.])([\w-]+)/gu)].flatMap(([, kind, name = ""]) =>
      kind === mark ? [name] : [],
    );
  return {
    tag: match[1] === "*" ? undefined : match[1],
    id: pick("#")[0],
    classes: pick("."),
    attributes: [...rest.matchAll(/\[([\w-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\]]*)))?\]/gu)].map(
      ([, name = "", double, single, bare]) => [camelCase(name), double ?? single ?? bare] as const,
    ),
  };
}

function matchSteps<T>(steps: readonly Step[], node: T, path: readonly T[], view: NodeView<T>): boolean {
  const last = steps.at(-1);
  if (last === undefined || !matchCompound(last.compound, node, view)) return false;
  const before = steps.slice(0, -1);
  const nearest = before.at(-1);
  if (nearest === undefined) return true;
  for (let at = path.length - 1; at >= 0; at -= 1) {
    if (matchSteps(before, path[at] as T, path.slice(0, at), view)) return true;
    if (nearest.isParent) return false;
  }
  return false;
}

function matchCompound<T>({ tag, id, classes, attributes }: Compound, node: T, view: NodeView<T>): boolean {
  return (
    (tag === undefined || view.tag(node) === tag) &&
    (id === undefined || view.id(node) === id) &&
    classes.every((name) => view.hasClass(node, name)) &&
    attributes.every(([name, value]) => {
      const actual = view.attribute(node, name);
      return value === undefined ? actual !== undefined && actual !== false : String(actual) === value;
    })
  );
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}
