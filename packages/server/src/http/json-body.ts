import type { IncomingMessage } from "node:http";
import { isUtf8 } from "node:buffer";
import { jsonDepth, MAX_DEPTH } from "@weapp-socket/protocol";
import type { Problem } from "./problem.js";

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** Reads a request's body as JSON: bounded in bytes and depth, strict UTF-8, without `__proto__`. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const tooLarge = refuse(413, undefined, `body: expected at most ${maxBytes} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge;
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/(?:[\w.-]+\+)?json(?:$|;)/i.test(type)) {
    return refuse(415, undefined, `content-type: expected application/json, got ${quote(type)}`);
  }
  if (request.readableEnded) {
    const detail = "body: read by somebody before: give requests to handle() ahead of what parses bodies";
    return refuse(500, undefined, detail);
  }
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    return refuse(415, undefined, `content-encoding: expected none, got ${quote(encoding)}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Not destroyed when it is left early: the answer still has to go out on the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return tooLarge;
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks));
}

function parseJson(body: Buffer): JsonBody {
  if (!isUtf8(body)) return refuse(400, "bad-json", "body: expected UTF-8");
  const text = body.toString("utf8");
  if (jsonDepth(text, MAX_DEPTH) > MAX_DEPTH)
    return refuse(400, "bad-json", `body: nested deeper than ${MAX_DEPTH}`);
  try {
    const value: unknown = JSON.parse(text);
    // Only a text that spells it, or that could in escapes, is walked.
    if (/__proto__|\\u/.test(text) && hasProtoName(value)) {
      return refuse(400, "bad-json", "body: the name __proto__ is not allowed");
    }
    return { ok: true, value };
  } catch (error) {
    return refuse(400, "bad-json", `body: ${(error as Error).message}`);
  }
}

function hasProtoName(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name === "__proto__" || hasProtoName(inner));
}

function refuse(status: number, code: string | undefined, detail: string): JsonBody {
  return { ok: false, problem: code === undefined ? { status, detail } : { status, code, detail } };
}

function quote(text: string): string {
  return text === "" ? "none" : JSON.stringify(text.slice(0, 100));
}
