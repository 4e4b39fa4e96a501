/** Attributes that every component has. */
const COMMON = new Set(["id", "class", "style", "hidden", "animation"]);

/**
 * "scroll-view", "scroll-view.enhanced", "button.open-type.share": whether a built-in component knows an attribute, and
 * (as nothing says which values it takes) any value of it.
 */
export function componentKnows(
  components: ReadonlyMap<string, ReadonlySet<string>>,
  tag: string,
  [attribute]: readonly string[],
): boolean {
  const known = components.get(tag);
  if (known === undefined) return false;
  if (attribute === undefined || COMMON.has(attribute) || attribute.startsWith("bind")) return true;
  return known.has(attribute.replaceAll(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase()));
}
