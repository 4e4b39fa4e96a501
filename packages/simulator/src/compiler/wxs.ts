import type { Diagnostic } from "../program.js";
import { joinPath } from "../module-path.js";
import { problem, type Place } from "./diagnostics.js";
import type { SourceReader } from "./source-files.js";
import { findSyntaxError } from "./syntax-error.js";
import { literalText, parseScript, walk } from "./syntax-tree.js";

/** A WXS module, ready to stand inside `(require, exports, module) => {…}`. */
export interface WxsModule {
  readonly code: string;
  /** Paths with extension of the modules that it requires. */
  readonly requires: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Checks and adapts WXS: a module that does not parse becomes an empty one with a diagnostic, and `x.constructor` is
 * the constructor's name, as WXS has it.
 *
 * @param file path that diagnostics carry and that `require` starts from
 * @param start where the text begins in that file
 */
export function compileWxs(text: string, file: string, start: Place = { line: 1, column: 1 }): WxsModule {
  // A line for a shell may begin a script, but not a function.
  const tree = text.startsWith("#!") ? null : parseScript(text);
  if (tree === null) return broken(text, file, start);
  const edits: Edit[] = [];
  const requires: string[] = [];
  walk(tree, (node) => {
    if (node.type === "MemberExpression" && !node.computed && node.object.type !== "Super") {
      if (node.property.type === "Identifier" && node.property.name === "constructor") {
        edits.push({ start: node.object.start, end: node.object.start, text: "$type(" });
        edits.push({ start: node.object.end, end: node.end, text: ")" });
      }
    }
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return;
    const [argument] = node.arguments;
    if (node.callee.name === "require") {
      const request = literalText(argument);
      const path = request === undefined ? null : joinPath(file, request);
      if (path !== null) requires.push(path);
    }
    if (node.callee.name === "getRegExp" && argument?.type === "Literal") {
      for (const at of patternEscapes(text.slice(argument.start, argument.end)))
        edits.push({ start: argument.start + at, end: argument.start + at, text: "\\" });
    }
  });
  return { code: applyEdits(text, edits), requires, diagnostics: [] };
}

/**
 * Where in a string literal the escapes of a pattern begin that a string does not know ("\\d"): WXS leaves them to the
 * pattern, as component libraries rely on.
 */
function patternEscapes(literal: string): number[] {
  return [...literal.matchAll(/\\(.)/gsu)]
    .filter(([, letter = ""]) => !/[bfnrtvxu0-7'"\\\n\r]/u.test(letter))
    .map(({ index }) => index);
}

/** Null where there is no such file. */
export function compileWxsFile(reader: SourceReader, file: string): WxsModule | null {
  const text = reader.read(file);
  return text === null ? null : compileWxs(text, file);
}

function broken(text: string, file: string, start: Place): WxsModule {
  const { line, message } = findSyntaxError(text) ?? { line: 1, message: "this syntax is not known" };
  const place = line <= 1 ? start : { line: start.line + line - 1, column: 0 };
  const hint = "the templates that use this module see it empty";
  return { code: "", requires: [], diagnostics: [problem("error", file, place, `wxs: ${message}`, hint)] };
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  // From the end, so that earlier offsets stay true; at one place what opens last stands outermost.
  for (const edit of [...edits].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, edit.start) + edit.text + result.slice(edit.end);
  }
  return result;
}
