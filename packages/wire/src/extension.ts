import { isToken } from "./http-head.js";

/** One element of `Sec-WebSocket-Extensions` (RFC 6455 section 9.1): a parameter without a value is `true`. */
export interface Extension {
  readonly name: string;
  readonly parameters: ReadonlyArray<readonly [name: string, value: string | true]>;
}

/** `undefined` when the header breaks its grammar: then all of it is refused. */
export function parseExtensions(value: string): Extension[] | undefined {
  const extensions: Extension[] = [];
  for (const element of splitOutsideQuotes(value, ",")) {
    const [name, ...parts] = splitOutsideQuotes(element, ";").map((part) => part.trim());
    if (!isToken(name!)) return undefined;
    const parameters: Array<readonly [string, string | true]> = [];
    for (const part of parts) {
      const parameter = parseParameter(part);
      if (parameter === undefined) return undefined;
      parameters.push(parameter);
    }
    extensions.push({ name: name!, parameters });
  }
  return extensions;
}

export function formatExtensions(extensions: readonly Extension[]): string {
  return extensions
    .map(({ name, parameters }) =>
      [name, ...parameters.map(([key, value]) => (value === true ? key : `${key}=${value}`))].join("; "),
    )
    .join(", ");
}

function parseParameter(text: string): readonly [string, string | true] | undefined {
  const equals = text.indexOf("=");
  if (equals < 0) return isToken(text) ? [text, true] : undefined;
  const name = text.slice(0, equals).trim();
  let value = text.slice(equals + 1).trim();
  // Once unquoted, a value must be a token all the same.
  if (value.length > 1 && value.startsWith('"') && value.endsWith('"'))
    value = value.slice(1, -1).replace(/\\(.)/g, "$1");
  return isToken(name) && isToken(value) ? [name, value] : undefined;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === "\\") at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
