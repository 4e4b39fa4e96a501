import { findNodeAtLocation, parseTree, type Node, type ParseError } from "jsonc-parser";
import type { Diagnostic, JsonObject, JsonValue } from "../program.js";
import { placeOf, problem, WHOLE_FILE, type Place } from "./diagnostics.js";

/** Where texts come from. */
interface TextReader {
  read(file: string): string | null;
}

/** A json file of the author, read as WeChat DevTools reads it: BOM, comments and trailing commas do not matter. */
export interface JsonFile {
  readonly value: JsonObject;
  /** Whatever the file holds; null where it cannot be read at all. */
  readonly root: JsonValue;
  readonly diagnostics: readonly Diagnostic[];
  /** Where the value at this path of keys stands, or the nearest one around it that is there. */
  place(path: readonly (string | number)[]): Place;
}

const EMPTY: JsonObject = {};

/** Null where there is no such file. What cannot be read is left out and named in the diagnostics. */
export function readJsonFile(reader: TextReader, file: string): JsonFile | null {
  const text = reader.read(file);
  return text === null ? null : parseJsonText(text, file);
}

/** As `readJsonFile`, for configuration: anything but an object at the top is an error. */
export function readConfigFile(reader: TextReader, file: string): JsonFile | null {
  const json = readJsonFile(reader, file);
  if (json === null || isJsonObject(json.root) || json.diagnostics.length > 0) return json;
  const wrong = problem(
    "error",
    file,
    { line: 1, column: 1 },
    `expected an object, got ${kindOf(json.root)}`,
  );
  return { ...json, diagnostics: [wrong] };
}

/** @param file the name that diagnostics carry */
export function parseJsonText(text: string, file: string): JsonFile {
  // An empty json file is a file without settings, as DevTools has it.
  if (text.trim() === "") return { value: EMPTY, root: EMPTY, diagnostics: [], place: () => WHOLE_FILE };
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(text, errors, { allowTrailingComma: true });
  } catch {
    // The parser descends as deep as the text does.
    const diagnostics = [problem("error", file, WHOLE_FILE, "this is nested too deep to be read")];
    return { value: EMPTY, root: null, diagnostics, place: () => WHOLE_FILE };
  }
  const diagnostics = errors.slice(0, 1).map((error) => syntaxProblem(text, file, error));
  const place = (path: readonly (string | number)[]): Place => {
    if (tree === undefined) return WHOLE_FILE;
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const node = findNodeAtLocation(tree, path.slice(0, depth));
      if (node !== undefined) return placeOf(text, node.offset);
    }
    return WHOLE_FILE;
  };
  const root = tree === undefined ? null : plain(tree);
  return { value: isJsonObject(root) ? root : EMPTY, root, diagnostics, place };
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at `key`, or an empty one. */
export function objectAt(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  return isJsonObject(found) ? found : EMPTY;
}

/** The array at `key`, or an empty one. */
export function arrayAt(value: JsonObject, key: string): readonly JsonValue[] {
  const found = value[key];
  return Array.isArray(found) ? (found as readonly JsonValue[]) : [];
}

/** The string at `key`, or `fallback`. */
export function stringAt(value: JsonObject, key: string, fallback: string): string {
  const found = value[key];
  return typeof found === "string" ? found : fallback;
}

// jsonc-parser's own getNodeValue makes objects that inherit, so that a key "__proto__" would be no key.
function plain(node: Node): JsonValue {
  if (node.type === "array") return (node.children ?? []).map(plain);
  if (node.type !== "object") return (node.value ?? null) as JsonValue;
  const entries: [string, JsonValue][] = [];
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key !== undefined && value !== undefined) entries.push([String(key.value), plain(value)]);
  }
  return Object.fromEntries(entries);
}

function syntaxProblem(text: string, file: string, error: ParseError): Diagnostic {
  const found = text.slice(error.offset, error.offset + error.length).split("\n", 1)[0] ?? "";
  const got = found === "" ? "the end of the file" : JSON.stringify(found.slice(0, 20));
  return problem(
    "error",
    file,
    placeOf(text, error.offset),
    `${EXPECTED[error.error] ?? "expected json"}, got ${got}`,
  );
}

const EXPECTED: Readonly<Record<number, string>> = {
  [1]: "expected a value",
  [2]: "expected a number",
  [3]: "expected a name in double quotes",
  [4]: "expected a value",
  [5]: 'expected ":"',
  [6]: 'expected ","',
  [7]: 'expected "}"',
  [8]: 'expected "]"',
  [9]: "expected the end of the file",
  [11]: 'expected "*/"',
  [12]: "expected a closing quote",
  [13]: "expected a number",
  [14]: "expected four hexadecimal digits",
  [15]: "expected an escape sequence of json",
  [16]: "expected a value",
};

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
