import type { JsonObject, JsonValue } from "../program.js";
import type { CallResult } from "./call.js";
import { textOf } from "./text.js";

/** The host's HTTP calls, as the relay offers them. */
export type HostCall = (
  method: string,
  params: JsonObject,
  options?: { readonly body?: ArrayBuffer; readonly signal?: AbortSignal },
) => Promise<{ readonly result: JsonValue; readonly body: ArrayBuffer | null }>;

const DEFAULT_TIMEOUT_MS = 60_000;

interface Answer {
  readonly statusCode: number;
  readonly header: JsonObject;
  readonly cookies: readonly string[];
}

/** What `wx.request` returns beside calling back. */
export interface RequestTask {
  abort(): void;
  onHeadersReceived(): void;
  offHeadersReceived(): void;
}

/** wx.request, made by the host: no CORS, and the headers that the page says. */
export async function request(
  host: HostCall,
  options: Readonly<Record<string, unknown>>,
  timeoutMs: number | undefined,
  signal: AbortSignal,
): Promise<CallResult> {
  const { url } = options;
  if (typeof url !== "string") {
    return fail(`parameter error: parameter.url should be String instead of ${typeName(url)};`);
  }
  if (!/^https?:\/\//i.test(url)) return fail(`invalid url "${url}"`);
  const method = textOf(options["method"], "GET").toUpperCase();
  const header = headers(options["header"]);
  const { address, body } = place(url, method, options["data"], header);
  try {
    const reply = await host(
      "request",
      {
        url: address,
        method,
        header,
        timeoutMs: Number(options["timeout"] ?? timeoutMs ?? DEFAULT_TIMEOUT_MS),
      },
      { signal, ...(body === undefined ? {} : { body }) },
    );
    const { statusCode, header: answered, cookies } = reply.result as unknown as Answer;
    return {
      errMsg: "request:ok",
      statusCode,
      header: answered,
      cookies,
      data: read(reply.body ?? new ArrayBuffer(0), options["responseType"], options["dataType"]),
    };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    if (code === "abort") return fail("abort");
    return fail(code === "timeout" ? "timeout" : (message ?? String(error)));
  }
}

function fail(message: string): CallResult {
  return { errMsg: `request:fail ${message}` };
}

function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function headers(given: unknown): Record<string, string> {
  const result: Record<string, string> = { "content-type": "application/json" };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (name.toLowerCase() === "referer") continue;
    if (name.toLowerCase() === "content-type") delete result["content-type"];
    result[name] = String(value);
  }
  return result;
}

/** Where the data goes: into the query for GET, else into the body as the content-type says. */
function place(
  url: string,
  method: string,
  data: unknown,
  header: Readonly<Record<string, string>>,
): { readonly address: string; readonly body?: ArrayBuffer } {
  if (data === undefined || data === null) return { address: url };
  if (data instanceof ArrayBuffer) return { address: url, body: data };
  if (method === "GET" || method === "HEAD") {
    const query = typeof data === "string" ? data : formEncode(data);
    return { address: query === "" ? url : url + (url.includes("?") ? "&" : "?") + query };
  }
  const type = Object.entries(header).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const isForm = type.includes("application/x-www-form-urlencoded");
  const text = typeof data === "string" ? data : isForm ? formEncode(data) : JSON.stringify(data);
  return { address: url, body: new TextEncoder().encode(text).buffer };
}

function formEncode(data: object): string {
  return Object.entries(data)
    .map(([name, value]) => {
      const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
      return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
    })
    .join("&");
}

function read(body: ArrayBuffer, responseType: unknown, dataType: unknown): unknown {
  if (responseType === "arraybuffer") return body;
  const text = new TextDecoder().decode(body);
  if (dataType !== undefined && dataType !== "json") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
