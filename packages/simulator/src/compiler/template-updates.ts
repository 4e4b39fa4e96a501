import type { TemplateUpdates } from "../program.js";
import { templateClosure, type TemplateGraph } from "./template-graph.js";
import type { UnitDraft } from "./unit-graph.js";
import { attributeOf, type WxmlTag } from "./wxml-scan.js";

/** How what a unit draws may be updated, by what is in its template and in those that it imports and includes. */
export function templateUpdatesOf(graph: TemplateGraph, unit: UnitDraft): TemplateUpdates {
  const tags = templateClosure(graph, unit.path).flatMap((file) => file.tags);
  if (tags.some((tag) => isHeard(tag, unit))) return "at-once";
  return tags.some((tag) => attributeOf(tag, "is") !== undefined) ? "late" : "by-item";
}

/** Whether the author's code can hear of a change in this tag. */
function isHeard({ name, attributes }: WxmlTag, { usingComponents, generics }: UnitDraft): boolean {
  return (
    name === "slot" ||
    Object.hasOwn(usingComponents, name) ||
    Object.hasOwn(generics, name) ||
    attributes.some((attribute) => attribute.name.startsWith("change:"))
  );
}
