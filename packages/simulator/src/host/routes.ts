import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { ProgramFiles } from "../program.js";
import type { SessionInfo } from "./session-info.js";
import { locateInside, requestedPath, serveFile } from "./static-files.js";

/** What the routes serve. Functions where it changes while the simulator runs. */
export interface RouteSources {
  files(): ProgramFiles;
  /** Absolute path of a file of the program; null where there is none. */
  locate(path: string): string | null;
  session(): SessionInfo;
  /** Absolute path of the built pages: "inspector" and "frame" are in it. */
  readonly pagesDirectory: string;
}

/** Configuration is no part of what a phone gets. */
const NEVER_SERVED = /^(?:project(?:\.private)?\.config\.json|node_modules(?:\/.*)?)$/u;

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>weapp-socket</title>
<p>The simulator's pages are not built. Run <code>npm run build</code> and load this page again.</p>`;

/** Answers every request that was not refused. */
export async function answer(
  sources: RouteSources,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  response.setHeader("x-frame-options", "SAMEORIGIN");
  // A page that opens this one in a tab has no hold of it.
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("referrer-policy", "no-referrer");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return sendText(request, response, 405, "only GET and HEAD are answered here\n");
  }
  const path = (request.url ?? "/").split(/[?#]/u, 1)[0] ?? "/";
  if (path.startsWith("/program/"))
    return answerProgram(sources, path.slice("/program/".length), request, response);
  if (path === "/frame") {
    response.writeHead(308, { location: "/frame/" }).end();
    return;
  }
  const [folder, rest] = path.startsWith("/frame/")
    ? ["frame", path.slice("/frame/".length)]
    : ["inspector", path];
  const page = rest === "" || rest === "/";
  const wanted = requestedPath(page ? "index.html" : rest);
  const file = wanted === null ? null : await locateInside(join(sources.pagesDirectory, folder), wanted);
  if (file !== null && (await serveFile(file, request, response))) return;
  if (page) return send(request, response, 503, "text/html; charset=utf-8", NOT_BUILT);
  sendText(request, response, 404, `there is no ${path}\n`);
}

async function answerProgram(
  sources: RouteSources,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { program, modules, templates, styles } = sources.files();
  if (name.startsWith("files/")) {
    const path = requestedPath(name.slice("files/".length));
    const file = path === null || NEVER_SERVED.test(path) ? null : sources.locate(path);
    if (file !== null && (await serveFile(file, request, response))) return;
    return sendText(request, response, 404, `the program has no file ${name.slice("files/".length)}\n`);
  }
  if (name.startsWith("sources/")) {
    const path = requestedPath(name.slice("sources/".length));
    const original = sources.files().originals.get(path ?? "");
    if (original !== undefined) return sendText(request, response, 200, original.text);
    return answerProgram(sources, `files/${name.slice("sources/".length)}`, request, response);
  }
  switch (name) {
    case "program.json":
      return sendJson(request, response, program);
    case "styles.json":
      return sendJson(request, response, styles);
    case "session.json":
      return sendJson(request, response, sources.session());
    case "modules.js":
      return send(request, response, 200, JAVASCRIPT, modules);
    case "templates.js":
      return send(request, response, 200, JAVASCRIPT, templates);
    default:
      return sendText(request, response, 404, `there is no /program/${name}\n`);
  }
}

const JAVASCRIPT = "text/javascript; charset=utf-8";

function sendJson(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  send(request, response, 200, "application/json; charset=utf-8", JSON.stringify(value));
}

export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  send(request, response, status, "text/plain; charset=utf-8", text);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    "content-type": type,
    "content-length": body.length,
    "cache-control": "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
