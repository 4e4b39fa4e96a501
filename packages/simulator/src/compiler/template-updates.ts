import type { TemplateUpdates } from "../program.js";
import { templateClosure, type TemplateGraph } from "./template-graph.js";
import type { UnitDraft } from "./unit-graph.js";
import { attributeOf, type WxmlTag } from "./wxml-scan.js";

/** How what a unit draws may be updated, by what is in its template and in those that it imports and includes. */
export function templateUpdatesOf(graph: TemplateGraph, unit: UnitDraft): TemplateUpdates {
  const [own, ...others] = templateClosure(graph, unit.path).map((file) => file.tags);
  const isInOthers = others.some((tags) => tags.some((tag) => isHeard(tag, unit)));
  const heard = isInOthers ? null : heardFields(own ?? [], unit);
  const usesTemplates = [own ?? [], ...others].some((tags) =>
    tags.some((tag) => attributeOf(tag, "is") !== undefined),
  );
  return { heard, byItem: heard?.length === 0 && !usesTemplates };
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

/**
 * The fields that decide about tags that are heard: about their attributes, and whether they, and what is in them, are
 * there. More than these may be named, never fewer. Null where it cannot be told: in a `<template name>` the data is
 * that of whoever uses it.
 */
function heardFields(tags: readonly WxmlTag[], unit: UnitDraft): readonly string[] | null {
  const heard = new Set(tags.filter((tag) => isHeard(tag, unit)));
  const fields = new Set<string>();
  const add = (tag: WxmlTag, counts: (name: string) => boolean): void => {
    for (const { name, value } of tag.attributes) {
      if (counts(name)) for (const field of namesIn(value)) fields.add(field);
    }
  };
  for (const tag of heard) {
    add(tag, () => true);
    for (let at: WxmlTag | null = tag; at !== null; at = at.parent) {
      if (at.name === "template") return null;
      add(at, decidesPresence);
      if (attributeOf(at, "wx:else") === undefined && attributeOf(at, "wx:elif") === undefined) continue;
      // Its presence follows from the conditions before it.
      for (const sibling of tags) if (sibling.parent === at.parent) add(sibling, isCondition);
    }
  }
  for (const tag of tags) if (isInside(tag, heard)) add(tag, decidesPresence);
  return [...fields];
}

function isCondition(attribute: string): boolean {
  return attribute === "wx:if" || attribute === "wx:elif";
}

function decidesPresence(attribute: string): boolean {
  return isCondition(attribute) || ["wx:for", "wx:for-items", "slot"].includes(attribute);
}

function isInside(tag: WxmlTag, outer: ReadonlySet<WxmlTag>): boolean {
  for (let at = tag.parent; at !== null; at = at.parent) if (outer.has(at)) return true;
  return false;
}

/** The names in an attribute's expressions, those of properties and of texts left out. */
function namesIn(value: string): readonly string[] {
  return [...value.matchAll(/\{\{([\s\S]*?)\}\}/gu)].flatMap(
    ([, expression = ""]) =>
      expression.replaceAll(/"[^"]*"|'[^']*'/gu, "").match(/(?<![\w$.])[A-Za-z_$][\w$]*/gu) ?? [],
  );
}
