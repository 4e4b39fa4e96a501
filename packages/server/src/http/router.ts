import type { Route } from "./route.js";

/** What a target leads to. */
export type Match =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  /** The path is served, but not by this method. */
  | { readonly allow: readonly string[] }
  | undefined;

/** Finds routes by path, part by part. Each part is decoded once, after the split: `%2F` never makes a path. */
export class Router {
  private readonly entries: readonly { readonly route: Route; readonly parts: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.entries = routes.map((route) => ({ route, parts: route.path.split("/") }));
  }

  /** HEAD is GET without the body, which node:http leaves out. */
  find(method: string, path: string): Match {
    const wanted = method === "HEAD" ? "GET" : method;
    const parts = path.split("/");
    const allow: string[] = [];
    for (const { route, parts: pattern } of this.entries) {
      const params = matchParts(pattern, parts);
      if (params === undefined) continue;
      if (route.method === wanted) return { route, params };
      allow.push(...(route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
    }
    return allow.length > 0 ? { allow } : undefined;
  }
}

function matchParts(
  pattern: readonly string[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index]!;
    if (!expected.startsWith("{")) {
      if (part !== expected) return undefined;
      continue;
    }
    params[expected.slice(1, -1)] = decode(part);
  }
  return params;
}

/** What cannot be decoded stays as it is, and fits no schema: `%` is in none. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
