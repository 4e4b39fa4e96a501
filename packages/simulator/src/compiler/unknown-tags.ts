import { isPackagePath } from "../module-path.js";
import type { Diagnostic } from "../program.js";
import { BUILT_IN_TAGS } from "./built-in-tags.js";
import { placeOf, problem } from "./diagnostics.js";
import { templateClosure, type TemplateGraph } from "./template-graph.js";
import type { UnitDraft } from "./unit-graph.js";
import type { WxmlFile } from "./wxml.js";
import type { WxmlTag } from "./wxml-scan.js";

/** Tags that no unit which draws them knows: neither built in, nor in `usingComponents`, nor generic. */
export function findUnknownTags(graph: TemplateGraph, units: Iterable<UnitDraft>): readonly Diagnostic[] {
  const unknown = new Map<WxmlTag, WxmlFile>();
  const known = new Set<WxmlTag>();
  for (const unit of units) {
    for (const file of templateClosure(graph, unit.path)) {
      for (const tag of file.tags) {
        if (
          BUILT_IN_TAGS.has(tag.name) ||
          Object.hasOwn(unit.usingComponents, tag.name) ||
          Object.hasOwn(unit.generics, tag.name)
        )
          known.add(tag);
        else unknown.set(tag, file);
      }
    }
  }
  const reported = new Set<string>();
  return [...unknown].flatMap(([tag, file]) => {
    const once = `${file.path} ${tag.name}`;
    if (known.has(tag) || reported.has(once) || isPackagePath(file.path)) return [];
    reported.add(once);
    const hint = "it is drawn as an empty element; components are named in usingComponents";
    return [
      problem(
        "warning",
        `${file.path}.wxml`,
        placeOf(file.text, tag.offset),
        `unknown component <${tag.name}>`,
        hint,
      ),
    ];
  });
}
