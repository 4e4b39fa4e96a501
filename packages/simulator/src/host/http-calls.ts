import type { JsonObject, JsonValue } from "../program.js";
import {
  CallError,
  type CallContext,
  type CallHandler,
  type CallResult,
} from "../relay/host/relay-session.js";
import { exchange, ExchangeError, type ExchangeRequest, type ExchangeResponse } from "./http-exchange.js";
import { formatMultipart } from "./multipart.js";

/** WeChat gives an upload or download of more than this no chance. */
const MAX_TRANSFER_BYTES = 200 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/**
 * The calls behind wx.request, wx.uploadFile and wx.downloadFile. All take
 *
 *     { url, header?: Record<string, string>, timeoutMs, redirect?: "follow" | "manual" }
 *
 * and reply `{ statusCode, header, cookies }` with the answer's bytes as body; they fail with the causes of
 * `ExchangeFailure`, or "params".
 *
 * - `request`: and `method?` (default GET); the body of the call is sent. Events: "headers" `{ statusCode, header,
 *   cookies }`; with `chunked: true` also "chunk", each with its bytes as body, and the reply's body is empty.
 * - `upload`: and `name`, `fileName`, `contentType?`, `formData?: Record<string, string>`; the body of the call is
 *   the file. Events: "headers", "progress" `{ bytes, totalBytes }`.
 * - `download`: events "headers", "progress" `{ bytes, totalBytes }`, `totalBytes` null where the server does not say.
 */
export function createHttpCalls(): ReadonlyMap<string, CallHandler> {
  return new Map<string, CallHandler>([
    ["request", callRequest],
    ["upload", callUpload],
    ["download", callDownload],
  ]);
}

async function callRequest(context: CallContext): Promise<CallResult> {
  const { params, bodies, emit } = context;
  const chunked = params["chunked"] === true;
  const response = await perform({
    ...common(context, MAX_RESPONSE_BYTES),
    method: text(params, "method", "GET").toUpperCase(),
    body: bodies.length === 0 ? null : Buffer.concat(bodies),
    ...(chunked && { onChunk: (chunk: Uint8Array) => emit("chunk", null, chunk) }),
  });
  return reply(response, chunked ? new Uint8Array() : response.body);
}

async function callUpload(context: CallContext): Promise<CallResult> {
  const { params, bodies, emit } = context;
  const fields = textRecord(params, "formData");
  const { contentType, body } = formatMultipart(fields, {
    name: text(params, "name"),
    fileName: text(params, "fileName"),
    contentType: text(params, "contentType", "application/octet-stream"),
    bytes: Buffer.concat(bodies),
  });
  const request = common(context, MAX_RESPONSE_BYTES);
  if (body.length > MAX_TRANSFER_BYTES)
    throw new CallError("too-large", `an upload has at most ${MAX_TRANSFER_BYTES} bytes`);
  const response = await perform({
    ...request,
    method: "POST",
    headers: { ...without(request.headers, "content-type"), "content-type": contentType },
    body,
    onUpload: (bytes, totalBytes) => emit("progress", { bytes, totalBytes }),
  });
  return reply(response, response.body);
}

async function callDownload(context: CallContext): Promise<CallResult> {
  const response = await perform({
    ...common(context, MAX_TRANSFER_BYTES),
    method: "GET",
    body: null,
    onChunk: (_, bytes, totalBytes) => context.emit("progress", { bytes, totalBytes }),
  });
  return reply(response, response.body);
}

type CommonPart = Omit<ExchangeRequest, "method" | "body">;

function common({ params, signal, emit }: CallContext, maxBodyBytes: number): CommonPart {
  const timeoutMs = params["timeoutMs"];
  if (typeof timeoutMs !== "number") throw new CallError("params", "timeoutMs is a number of milliseconds");
  return {
    url: text(params, "url"),
    headers: textRecord(params, "header"),
    timeoutMs,
    followRedirects: params["redirect"] !== "manual",
    maxBodyBytes,
    signal,
    onHead: ({ statusCode, header, cookies }) => emit("headers", { statusCode, header, cookies }),
  };
}

async function perform(request: ExchangeRequest): Promise<ExchangeResponse> {
  try {
    return await exchange(request);
  } catch (error) {
    if (error instanceof ExchangeError) throw new CallError(error.code, error.message);
    throw error;
  }
}

function reply({ statusCode, header, cookies }: ExchangeResponse, body: Uint8Array): CallResult {
  return { result: { statusCode, header, cookies }, body };
}

function text(params: JsonObject, key: string, fallback?: string): string {
  const value = params[key] ?? fallback;
  if (typeof value === "string") return value;
  throw new CallError("params", `${key} is a string, got ${JSON.stringify(value)}`);
}

function textRecord(params: JsonObject, key: string): Record<string, string> {
  const value: JsonValue = params[key] ?? {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CallError("params", `${key} is an object of strings`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === "string" ? item : JSON.stringify(item),
    ]),
  );
}

function without(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key.toLowerCase() !== name));
}
