import { STATUS_CODES, type ServerResponse } from "node:http";
import type { RequestError } from "../request-error.js";

/** An HTTP answer that is no: RFC 9457, with a word in `code` that programs can rely on. */
export interface Problem {
  readonly status: number;
  /** Default: the word that belongs to the status. */
  readonly code?: string;
  /** For people: what was expected and what came. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CODES: Readonly<Record<number, string>> = {
  400: "bad-request",
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
  405: "method-not-allowed",
  408: "request-timeout",
  413: "too-large",
  415: "unsupported-media-type",
  426: "upgrade-required",
  429: "rate-limited",
  431: "head-too-large",
  500: "failed",
  501: "unsupported",
  503: "busy",
  504: "unknown-outcome",
  505: "http-version",
};

/** Statuses of the words that a RequestError has. */
const STATUSES: Readonly<Record<string, number>> = {
  unauthorized: 401,
  "token-expired": 401,
  forbidden: 403,
  "not-found": 404,
  "not-connected": 404,
  "unknown-outcome": 504,
  "too-large": 413,
  "rate-limited": 429,
  unavailable: 503,
  failed: 500,
  misconfigured: 500,
  unsupported: 501,
};

export function toProblem(error: RequestError): Problem {
  const { code, retryable, message } = error;
  const status = STATUSES[code] ?? (retryable ? 503 : 400);
  return { status, code, detail: message, ...(retryable && { headers: { "Retry-After": "5" } }) };
}

/** A limit of the server is reached: it is not the client's fault. */
export function busy(detail: string): Problem {
  return { status: 503, detail: `${detail}: try again later`, headers: { "Retry-After": "5" } };
}

export function goingAway(): Problem {
  return { ...busy("the server is going away"), code: "going-away" };
}

export function codeOf({ code, status }: Problem): string {
  return code ?? CODES[status] ?? "error";
}

export const PROBLEM_TYPE = "application/problem+json";

export function formatProblem(problem: Problem): string {
  const title = STATUS_CODES[problem.status] ?? "Error";
  const { status, detail } = problem;
  const code = codeOf(problem);
  return `${JSON.stringify({ type: "about:blank", title, status, code, detail })}\n`;
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  const body = formatProblem(problem);
  response.writeHead(problem.status, {
    ...problem.headers,
    "content-type": PROBLEM_TYPE,
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** The same answer for a socket that no HTTP server serves: one response, then the end. */
export function formatProblemResponse(problem: Problem): string {
  const body = formatProblem(problem);
  const headers = Object.entries(problem.headers ?? {}).filter(
    ([name]) => name.toLowerCase() !== "connection",
  );
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? "Error"}`,
    "connection: close",
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
