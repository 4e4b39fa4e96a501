import { request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { pipeline, Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** One HTTP request of the author's program, with redirects followed. */
export interface ExchangeRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: none. */
  readonly body: Uint8Array | null;
  /** Milliseconds for everything together, from the call to the last byte. */
  readonly timeoutMs: number;
  readonly followRedirects: boolean;
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
  /** Of the answer that counts, before its body. */
  readonly onHead?: (head: ResponseHead) => void;
  /** As it arrives, decoded. `totalBytes` is null where the server does not say, or compresses. */
  readonly onChunk?: (chunk: Uint8Array, receivedBytes: number, totalBytes: number | null) => void;
  readonly onUpload?: (sentBytes: number, totalBytes: number) => void;
}

export interface ResponseHead {
  readonly statusCode: number;
  /** Names as the server wrote them, repeated ones joined with ",". */
  readonly header: Readonly<Record<string, string>>;
  /** Every Set-Cookie on its own, those of redirects among them. */
  readonly cookies: readonly string[];
}

export interface ExchangeResponse extends ResponseHead {
  readonly body: Uint8Array;
}

export type ExchangeFailure =
  | "dns"
  | "refused"
  | "reset"
  | "tls"
  | "timeout"
  | "abort"
  /** The url or a header cannot be sent. */
  | "request"
  | "redirects"
  | "too-large"
  /** The answer is no HTTP, or its compression is broken. */
  | "response"
  | "unknown";

export class ExchangeError extends Error {
  readonly code: ExchangeFailure;

  constructor(code: ExchangeFailure, message: string) {
    super(message);
    this.name = "ExchangeError";
    this.code = code;
  }
}

const MAX_REDIRECTS = 20;
/** What every client says, and a program may say otherwise. Only what `decode` reads. */
const DEFAULT_HEADERS = [
  ["Accept", "*/*"],
  ["Accept-Encoding", "gzip, deflate, br"],
] as const;
/** Between two reports of an upload's progress. */
const UPLOAD_PORTION_BYTES = 64 * 1024;

/** Rejects with an `ExchangeError`. */
export async function exchange(request: ExchangeRequest): Promise<ExchangeResponse> {
  const timeout = AbortSignal.timeout(Math.max(1, Math.min(request.timeoutMs, 2 ** 31 - 1)));
  const signal = AbortSignal.any([request.signal, timeout]);
  let hop = { url: request.url, method: request.method, body: request.body, headers: request.headers };
  const cookies: string[] = [];
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const response = await send({ ...request, ...hop, signal });
      cookies.push(...(response.headers["set-cookie"] ?? []));
      const location = request.followRedirects ? redirectOf(response) : null;
      if (location === null) return await receive(response, request, cookies, signal);
      response.destroy();
      hop = follow(hop, location, response.statusCode ?? 0);
    }
    throw new ExchangeError("redirects", `more than ${MAX_REDIRECTS} redirects`);
  } catch (error) {
    if (request.signal.aborted) throw new ExchangeError("abort", "the request was aborted");
    if (timeout.aborted) throw new ExchangeError("timeout", `no answer within ${request.timeoutMs} ms`);
    throw error instanceof ExchangeError ? error : translate(error);
  }
}

interface Hop {
  readonly url: string;
  readonly method: string;
  readonly body: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

function send(request: ExchangeRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const message = open(request);
    message.on("response", resolve).on("error", reject);
    const { body, onUpload } = request;
    if (body === null) return void message.end();
    message.setHeader("content-length", body.length);
    if (onUpload === undefined) return void message.end(body);
    // The answer may come before all is sent, so nobody waits for this; what fails is told by the message's error.
    pipeline(Readable.from(portions(body, onUpload)), message, () => undefined);
  });
}

function* portions(
  body: Uint8Array,
  onUpload: (sentBytes: number, totalBytes: number) => void,
): Iterable<Uint8Array> {
  for (let sent = 0; sent < body.length; sent += UPLOAD_PORTION_BYTES) {
    if (sent > 0) onUpload(sent, body.length);
    yield body.subarray(sent, sent + UPLOAD_PORTION_BYTES);
  }
  onUpload(body.length, body.length);
}

function open({ url, method, headers, signal }: ExchangeRequest): ClientRequest {
  const target = parseUrl(url);
  const start = target.protocol === "https:" ? requestHttps : requestHttp;
  try {
    // A connection of its own: a page that is loaded again finds nothing half used.
    const message = start(target, { method, headers, signal, agent: false });
    for (const [name, value] of DEFAULT_HEADERS) if (!message.hasHeader(name)) message.setHeader(name, value);
    return message;
  } catch (error) {
    throw new ExchangeError("request", error instanceof Error ? error.message : String(error));
  }
}

function parseUrl(url: string): URL {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw new ExchangeError("request", `the url is no address: ${JSON.stringify(url)}`);
  }
  if (target.protocol === "http:" || target.protocol === "https:") return target;
  throw new ExchangeError("request", `the url is neither http nor https: ${JSON.stringify(url)}`);
}

function redirectOf(response: IncomingMessage): string | null {
  const { location } = response.headers;
  return location !== undefined && [301, 302, 303, 307, 308].includes(response.statusCode ?? 0)
    ? location
    : null;
}

function follow(hop: Hop, location: string, status: number): Hop {
  const from = parseUrl(hop.url);
  let target: URL;
  try {
    target = new URL(location, from);
  } catch {
    throw new ExchangeError("response", `the redirect is no address: ${JSON.stringify(location)}`);
  }
  const toGet = status === 303 || ((status === 301 || status === 302) && hop.method === "POST");
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => {
      const lower = name.toLowerCase();
      if (target.origin !== from.origin && (lower === "authorization" || lower === "cookie")) return false;
      return !toGet || (lower !== "content-type" && lower !== "content-length");
    }),
  );
  return toGet
    ? { url: target.href, method: "GET", body: null, headers }
    : { url: target.href, method: hop.method, body: hop.body, headers };
}

async function receive(
  response: IncomingMessage,
  request: ExchangeRequest,
  cookies: readonly string[],
  signal: AbortSignal,
): Promise<ExchangeResponse> {
  const head: ResponseHead = { statusCode: response.statusCode ?? 0, header: headerOf(response), cookies };
  request.onHead?.(head);
  const decoded = decode(response);
  const declared = Number(response.headers["content-length"] ?? Number.NaN);
  const totalBytes = decoded === response && Number.isInteger(declared) ? declared : null;
  const chunks: Uint8Array[] = [];
  let receivedBytes = 0;
  for await (const chunk of decoded as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    receivedBytes += chunk.length;
    if (receivedBytes > request.maxBodyBytes) {
      response.destroy();
      throw new ExchangeError("too-large", `the answer is longer than ${request.maxBodyBytes} bytes`);
    }
    chunks.push(chunk);
    request.onChunk?.(chunk, receivedBytes, totalBytes);
  }
  return { ...head, body: Buffer.concat(chunks) };
}

function decode(response: IncomingMessage): Readable {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase();
  const decoder =
    encoding === "gzip" || encoding === "x-gzip"
      ? createGunzip()
      : encoding === "br"
        ? createBrotliDecompress()
        : encoding === "deflate"
          ? createInflate()
          : null;
  if (decoder === null) return response;
  // The error comes out of the decoder's iteration; here it only must not go unheard.
  return pipeline(response, decoder, () => undefined);
}

function headerOf(response: IncomingMessage): Record<string, string> {
  const header: Record<string, string> = {};
  const names = new Map<string, string>();
  for (let index = 0; index + 1 < response.rawHeaders.length; index += 2) {
    const name = response.rawHeaders[index]!;
    const value = response.rawHeaders[index + 1]!;
    const known = names.get(name.toLowerCase());
    if (known === undefined) {
      names.set(name.toLowerCase(), name);
      header[name] = value;
    } else {
      header[known] = `${header[known]},${value}`;
    }
  }
  return header;
}

const CAUSES: Readonly<Record<string, ExchangeFailure>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ETIMEDOUT: "timeout",
  ERR_INVALID_CHAR: "request",
  ERR_INVALID_HTTP_TOKEN: "request",
  ERR_UNESCAPED_CHARACTERS: "request",
};

function translate(error: unknown): ExchangeError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const cause =
    CAUSES[code] ??
    (/CERT|TLS|SSL|UNABLE_TO_VERIFY|SELF_SIGNED/u.test(code)
      ? "tls"
      : code.startsWith("HPE_") || code.startsWith("Z_") || code.startsWith("ERR__ERROR")
        ? "response"
        : "unknown");
  return new ExchangeError(cause, code === "" || message.includes(code) ? message : `${code}: ${message}`);
}
