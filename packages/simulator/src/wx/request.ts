import type { JsonObject, JsonValue } from "../program.js";
import type { CallResult } from "./call.js";
import { wrongType } from "./functions.js";
import { textOf } from "./text.js";

/** The host's HTTP calls, as the relay offers them. */
export type HostCall = (
  method: string,
  params: JsonObject,
  options?: HostCallOptions,
) => Promise<{ readonly result: JsonValue; readonly body: ArrayBuffer | null }>;

export interface HostCallOptions {
  readonly body?: ArrayBuffer;
  readonly signal?: AbortSignal;
  /** What happens on the way: "headers", "progress", "chunk". */
  readonly onEvent?: (name: string, data: JsonValue, body: ArrayBuffer | null) => void;
}

export const DEFAULT_TIMEOUT_MS = 60_000;

/** The host's answer to a request, an upload or a download. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly header: JsonObject;
  readonly cookies: readonly string[];
}

/** wx.request, made by the host: no CORS, and the headers that the page says. */
export async function request(
  host: HostCall,
  options: Readonly<Record<string, unknown>>,
  timeoutMs: number | undefined,
  transfer: Pick<HostCallOptions, "signal" | "onEvent">,
): Promise<CallResult> {
  const { url } = options;
  if (typeof url !== "string") return { errMsg: wrongType("request", "url", "String", url) };
  if (!/^https?:\/\//i.test(url)) return { errMsg: `request:fail invalid url "${url}"` };
  const method = textOf(options["method"], "GET").toUpperCase();
  const header = requestHeader(options["header"]);
  const { address, body } = place(url, method, options["data"], header);
  try {
    const reply = await host(
      "request",
      {
        url: address,
        method,
        header,
        timeoutMs: Number(options["timeout"] ?? timeoutMs ?? DEFAULT_TIMEOUT_MS),
        chunked: options["enableChunked"] === true,
        redirect: options["redirect"] === "manual" ? "manual" : "follow",
      },
      { ...transfer, ...(body === undefined ? {} : { body }) },
    );
    const { statusCode, header: answered, cookies } = reply.result as unknown as HttpAnswer;
    return {
      errMsg: "request:ok",
      statusCode,
      header: answered,
      cookies,
      data: read(reply.body ?? new ArrayBuffer(0), options["responseType"], options["dataType"]),
    };
  } catch (error) {
    return requestFailure("request", error);
  }
}

/** COMMUNITY: what phones write for a cause; the number is Chromium's, as their network stack is. */
const CAUSES: Readonly<Record<string, readonly [code: number, name: string]>> = {
  dns: [-105, "net::ERR_NAME_NOT_RESOLVED"],
  refused: [-102, "net::ERR_CONNECTION_REFUSED"],
  reset: [-101, "net::ERR_CONNECTION_RESET"],
  tls: [-202, "net::ERR_CERT_AUTHORITY_INVALID"],
  redirects: [-310, "net::ERR_TOO_MANY_REDIRECTS"],
  response: [-320, "net::ERR_INVALID_RESPONSE"],
};

/** Why the host could not do it, in WeChat's words. */
export function requestFailure(api: string, error: unknown): CallResult {
  const { code = "", message } = error as { readonly code?: string; readonly message?: string };
  const cause = CAUSES[code];
  if (cause !== undefined)
    return {
      errMsg: `${api}:fail errcode:${cause[0]} cronet_error_code:${cause[0]} error_msg:${cause[1]}`,
      errno: 600_001,
    };
  if (code === "timeout") return { errMsg: `${api}:fail timeout`, errno: 5 };
  if (code === "abort") return { errMsg: `${api}:fail abort` };
  if (code === "domain") return { errMsg: `${api}:fail url not in domain list`, errno: 600_002 };
  return { errMsg: `${api}:fail ${message ?? String(error)}` };
}

/** The page's own headers as text, without those that it may not set. */
export function requestHeader(given: unknown): Record<string, string> {
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
