import { createReadStream } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { contentTypeOf } from "./content-types.js";

/**
 * The path that a request names, inside a folder that is served: decoded, without empty parts. Null where a part is
 * hidden (begins with "."), leads upward, or is none that a file of any system can have.
 *
 * @param path percent-encoded, with "/"
 */
export function requestedPath(path: string): string | null {
  const decoded = decode(path);
  // A NUL ends a path in C, a backslash parts it on Windows, a colon names a stream there.
  if (decoded === null || /[\0\\:]/u.test(decoded)) return null;
  const parts = decoded.split("/").filter((part) => part !== "");
  return parts.some((part) => part.startsWith(".")) ? null : parts.join("/");
}

/** Absolute path of a file in a folder; null where there is none, or a link leads out of the folder. */
export async function locateInside(directory: string, path: string): Promise<string | null> {
  try {
    const root = await realpath(directory);
    const real = await realpath(join(root, path));
    return real.startsWith(root + sep) ? real : null;
  } catch {
    return null;
  }
}

/**
 * Answers with a file, whole, as the range that was asked for, or with 304. Resolves to false, having answered
 * nothing, where it cannot be read.
 *
 * @param file absolute path
 */
export async function serveFile(
  file: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const handle = await openFile(file);
  if (handle === null) return false;
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return false;
    const etag = `"${stats.size.toString(36)}-${Math.trunc(stats.mtimeMs).toString(36)}"`;
    response.setHeader("content-type", contentTypeOf(file));
    response.setHeader("cache-control", "no-cache");
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("etag", etag);
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304).end();
      return true;
    }
    const range = rangeOf(request.headers.range, stats.size);
    if (range === "unsatisfiable") {
      response.writeHead(416, { "content-range": `bytes */${stats.size}` }).end();
      return true;
    }
    const { start, end } = range ?? { start: 0, end: stats.size - 1 };
    response.setHeader("content-length", end - start + 1);
    if (range !== null) response.setHeader("content-range", `bytes ${start}-${end}/${stats.size}`);
    response.writeHead(range === null ? 200 : 206);
    if (request.method === "HEAD" || stats.size === 0) response.end();
    // A reader that goes away is no failure of ours.
    else await pipeline(createReadStream(file, { start, end }), response).catch(() => undefined);
    return true;
  } finally {
    await handle.close();
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch {
    return null;
  }
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | null {
  // More than one range is answered whole, as the standard allows.
  const match = /^bytes=(\d*)-(\d*)$/u.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null;
  const [, first = "", last = ""] = match;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end || start >= size ? "unsatisfiable" : { start, end };
}
