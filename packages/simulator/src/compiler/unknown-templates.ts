import type { Diagnostic } from "../program.js";
import { isPackagePath } from "../module-path.js";
import { placeOf, problem } from "./diagnostics.js";
import type { TemplateGraph } from "./template-graph.js";
import type { WxmlFile } from "./wxml.js";
import { attributeOf } from "./wxml-scan.js";

/** `<template is="name"/>` where neither the file nor one that it imports has a template of that name. */
export function findUnknownTemplates(graph: TemplateGraph): readonly Diagnostic[] {
  return [...graph.files.values()].flatMap((file) => {
    if (isPackagePath(file.path)) return [];
    // An import does not pass on what it imports itself.
    const imported = file.imports.flatMap(({ path }) => graph.files.get(path.replace(/\.wxml$/u, "")) ?? []);
    const names = new Set([file, ...imported].flatMap(templateNames));
    return file.tags.flatMap((tag) => {
      const is = tag.name === "template" ? attributeOf(tag, "is") : undefined;
      if (is === undefined || is.value.includes("{{") || names.has(is.value)) return [];
      const hint =
        "a template comes from this file or from one that it imports, not from an import's imports";
      const message = `there is no template "${is.value}" here`;
      return [problem("warning", `${file.path}.wxml`, placeOf(file.text, is.offset), message, hint)];
    });
  });
}

function templateNames(file: WxmlFile): readonly string[] {
  return file.tags.flatMap((tag) => {
    const name = tag.name === "template" ? attributeOf(tag, "name") : undefined;
    return name === undefined ? [] : [name.value];
  });
}
