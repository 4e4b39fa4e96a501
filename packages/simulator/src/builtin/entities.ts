/** Entities that `text` decodes, the wide spaces of its `space` among them (text documentation). */
export const TEXT_ENTITIES: ReadonlyMap<string, string> = new Map([
  ["nbsp", "\u00a0"],
  ["ensp", "\u2002"],
  ["emsp", "\u2003"],
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["apos", "'"],
  ["quot", '"'],
]);

/** Those, and what rich text has besides. */
export const HTML_ENTITIES: ReadonlyMap<string, string> = new Map([
  ...TEXT_ENTITIES,
  ["copy", "©"],
  ["reg", "®"],
  ["hellip", "…"],
  ["mdash", "—"],
  ["middot", "·"],
  ["times", "×"],
  ["yen", "¥"],
]);
