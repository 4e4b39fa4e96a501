import { textOf } from "../../wx/text.js";
import * as glassEasel from "glass-easel";
import type { ScrollState, Surface } from "./surface.js";

/** What queries need beside the tree. */
export interface QueryParts {
  readonly surface: Surface;
  /** Runs once what was set has been drawn: only then are sizes true. */
  readonly afterDraw: (act: () => void) => void;
  /** The page that is shown, where a query says no component. */
  readonly currentPage: () => glassEasel.GeneralComponent | undefined;
  readonly windowSize: () => { readonly width: number; readonly height: number };
  readonly pageScroll: () => ScrollState;
  /** What `node` and `context` give for a built-in component. */
  readonly handleOf: (node: glassEasel.Element, kind: "node" | "context") => unknown;
  readonly report: (error: unknown, where: string) => void;
}

interface Fields {
  readonly id?: unknown;
  readonly dataset?: unknown;
  readonly mark?: unknown;
  readonly rect?: unknown;
  readonly size?: unknown;
  readonly scrollOffset?: unknown;
  readonly properties?: unknown;
  readonly computedStyle?: unknown;
  readonly context?: unknown;
  readonly node?: unknown;
}

interface Question {
  /** Null: the window of the page. */
  readonly selector: string | null;
  readonly scope: glassEasel.GeneralComponent | undefined;
  readonly isAll: boolean;
  readonly fields: Fields;
  readonly callback: unknown;
}

/** `wx.createSelectorQuery()` and `this.createSelectorQuery()`: questions are asked together, by `exec`. */
export function createSelectorQuery(
  parts: QueryParts,
  start: glassEasel.GeneralComponent | undefined,
): object {
  const questions: Question[] = [];
  let scope = start;

  function reference(selector: string | null, isAll: boolean): object {
    const add = (fields: Fields, callback: unknown): object => {
      questions.push({ selector, scope, isAll, fields, callback });
      return query;
    };
    return {
      fields: (fields: Fields, callback?: unknown) => add(fields, callback),
      boundingClientRect: (callback?: unknown) =>
        add({ id: true, dataset: true, rect: true, size: true }, callback),
      scrollOffset: (callback?: unknown) => add({ id: true, dataset: true, scrollOffset: true }, callback),
      context: (callback?: unknown) => add({ context: true }, callback),
      node: (callback?: unknown) => add({ node: true }, callback),
      ref: (callback?: unknown) => add({}, callback),
    };
  }

  const query = {
    in(component: unknown) {
      scope = componentOf(component) ?? scope;
      return query;
    },
    select: (selector: unknown) => reference(textOf(selector), false),
    selectAll: (selector: unknown) => reference(textOf(selector), true),
    selectViewport: () => reference(null, false),
    exec(done?: unknown) {
      parts.afterDraw(() => {
        parts.surface.settle();
        const answers = questions.map((question) => answer(parts, question));
        questions.forEach(({ callback }, index) => call(parts, callback, answers[index]));
        call(parts, done, answers);
      });
      return query;
    },
  };
  return query;
}

/** The framework's component behind what an author holds. */
export function componentOf(value: unknown): glassEasel.GeneralComponent | undefined {
  const component = (value as { readonly _$?: unknown } | null | undefined)?._$;
  return glassEasel.Component.isComponent(component) ? component : undefined;
}

function call(parts: QueryParts, callback: unknown, value: unknown): void {
  if (typeof callback !== "function") return;
  try {
    (callback as (value: unknown) => void)(value);
  } catch (error) {
    parts.report(error, "SelectorQuery callback");
  }
}

function answer(parts: QueryParts, { selector, scope, isAll, fields }: Question): unknown {
  if (selector === null) return describeWindow(parts, fields);
  const shadow = (scope ?? parts.currentPage())?.getShadowRoot();
  if (isAll) {
    return (shadow?.querySelectorAll(selector) ?? []).map((node) => describe(parts, node, fields));
  }
  const node = shadow?.querySelector(selector) ?? null;
  return node === null ? null : describe(parts, node, fields);
}

function describe(parts: QueryParts, node: glassEasel.Element, fields: Fields): object {
  const { surface } = parts;
  const result: Record<string, unknown> = {};
  if (fields.id) result["id"] = node.id;
  if (fields.dataset) result["dataset"] = { ...node.dataset };
  if (fields.mark) result["mark"] = node.collectMarks();
  if (fields.rect || fields.size) {
    const { left, top, width, height } = surface.rectOf(node);
    if (fields.rect) Object.assign(result, { left, top, right: left + width, bottom: top + height });
    if (fields.size) Object.assign(result, { width, height });
  }
  if (fields.scrollOffset) Object.assign(result, surface.scrollOf(node));
  for (const name of names(fields.properties)) {
    const value = glassEasel.Component.isComponent(node)
      ? (node.data as Record<string, unknown>)[camelCase(name)]
      : undefined;
    if (value !== undefined) result[name] = glassEasel.dataUtils.simpleDeepCopy(value);
  }
  for (const name of names(fields.computedStyle)) result[name] = surface.styleOf(node, name);
  if (fields.node) result["node"] = parts.handleOf(node, "node");
  if (fields.context) result["context"] = parts.handleOf(node, "context");
  return result;
}

function describeWindow(parts: QueryParts, fields: Fields): object {
  const { width, height } = parts.windowSize();
  const result: Record<string, unknown> = {};
  if (fields.id) result["id"] = "";
  if (fields.dataset) result["dataset"] = {};
  if (fields.rect) Object.assign(result, { left: 0, top: 0, right: width, bottom: height });
  if (fields.size) Object.assign(result, { width, height });
  if (fields.scrollOffset) Object.assign(result, parts.pageScroll());
  return result;
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}
