import { normalizePath, directoryOf } from "../module-path.js";

/** A page's address as navigation functions take it. */
export interface PageUrl {
  readonly path: string;
  /** Values as they stand: WeChat does not decode them. */
  readonly query: Readonly<Record<string, string>>;
}

/** "/pages/a/a?x=1", or relative to the page that navigates. Null where the path leaves the program. */
export function parsePageUrl(url: string, from: string): PageUrl | null {
  const [rawPath = "", ...rest] = url.split("?");
  const path = normalizePath(rawPath.startsWith("/") ? rawPath : `${directoryOf(from)}/${rawPath}`);
  if (path === null) return null;
  return { path: path.replace(/\.html$/u, ""), query: parseQuery(rest.join("?")) };
}

/** "x=1&y=2" */
export function parseQuery(text: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const [name = "", ...value] = pair.split("=");
    query[name] = value.join("=");
  }
  return query;
}
