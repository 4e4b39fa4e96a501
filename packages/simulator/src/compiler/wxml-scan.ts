/** Tags of a WXML text with their places: enough for diagnostics and dependencies, not a parser. */

export interface WxmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly offset: number;
}

export interface WxmlTag {
  readonly name: string;
  /** Of the "<". */
  readonly offset: number;
  /** Behind its ">". */
  readonly end: number;
  readonly attributes: readonly WxmlAttribute[];
  /** The tag that it stands in; null: none. One that is not closed, or not in order, goes on to the end of the text. */
  readonly parent: WxmlTag | null;
}

/** A new one for each scan: it remembers where it is. */
const tagPattern = (): RegExp => /<!--[\s\S]*?(?:-->|$)|<(\/?)([A-Za-z][\w.-]*)/gu;
const attributePattern = (): RegExp =>
  /\s*(?:(\/?>)|([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?|[\s\S])/uy;

/** Every opening tag in order. Comments and the content of `wxs` are skipped. */
export function scanTags(text: string): readonly WxmlTag[] {
  const tags: WxmlTag[] = [];
  /** Innermost last. */
  const open: WxmlTag[] = [];
  const pattern = tagPattern();
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, slash, name] = match;
    if (name === undefined) continue;
    if (slash === "/") {
      if (open.at(-1)?.name === name) open.pop();
      continue;
    }
    const attributes: WxmlAttribute[] = [];
    const end = scanAttributes(text, pattern.lastIndex, attributes);
    const tag = { name, offset: match.index, end, attributes, parent: open.at(-1) ?? null };
    tags.push(tag);
    const isClosed = text[end - 2] === "/";
    if (!isClosed) open.push(tag);
    pattern.lastIndex = name === "wxs" && !isClosed ? scriptEnd(text, end) : end;
  }
  return tags;
}

export function attributeOf(tag: WxmlTag, name: string): WxmlAttribute | undefined {
  return tag.attributes.find((attribute) => attribute.name === name);
}

/** Returns the offset behind the tag's ">". */
function scanAttributes(text: string, start: number, attributes: WxmlAttribute[]): number {
  const pattern = attributePattern();
  pattern.lastIndex = start;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[1] !== undefined) return pattern.lastIndex;
    const name = match[2];
    if (name === undefined) continue;
    const offset = match.index + match[0].indexOf(name);
    attributes.push({ name, value: match[3] ?? match[4] ?? match[5] ?? "", offset });
  }
  return text.length;
}

function scriptEnd(text: string, from: number): number {
  const end = text.indexOf("</wxs", from);
  return end === -1 ? text.length : end;
}
