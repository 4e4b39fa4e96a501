/** Heads of HTTP/1.1 messages (RFC 9112): as much as a handshake needs, and no more forgiving than it may be. */

/** Header names in lower case; repeated ones joined with ", " (RFC 9110 section 5.3). */
export type Headers = ReadonlyMap<string, string>;

/** Headers as they came: names as written, in order, repeated ones apart. */
export type RawHeaders = ReadonlyArray<readonly [name: string, value: string]>;

export interface RequestHead {
  readonly method: string;
  /** As sent: "/path?query", or an absolute form. */
  readonly target: string;
  readonly headers: Headers;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly rawHeaders: RawHeaders;
}

export interface HeadLimits {
  /** Bytes of the whole head. Default 16384. */
  readonly maxBytes?: number;
  /** Header lines. Default 128. */
  readonly maxHeaders?: number;
  /** A faster decoder of a range as Latin-1 than our own, where the platform has one. */
  readonly decodeLatin1?: (bytes: Uint8Array, start: number, end: number) => string;
}

export const DEFAULT_MAX_HEAD_BYTES = 16_384;
export const DEFAULT_MAX_HEADERS = 128;

/** A head that cannot be read. `status` is the answer that a request earns: 400, 414, 431 or 505. */
export class HeadError extends Error {
  override readonly name = "HeadError" as const;
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Where the head in `bytes` ends: the offset after its empty line, or -1 while it is not there. `from` is where the last
 * search stopped, so that a slow sender costs no more than a fast one. Throws HeadError 431 beyond `maxBytes`.
 */
export function findHeadEnd(bytes: Uint8Array, from: number, end: number, limits: HeadLimits = {}): number {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_HEAD_BYTES;
  const last = Math.min(end, maxBytes);
  for (let at = Math.max(3, from); at < last; at += 1) {
    if (bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR)
      return at + 1;
  }
  if (end > maxBytes) throw new HeadError(431, `head: expected at most ${maxBytes} bytes, got more`);
  return -1;
}

/** Reads a request's head from the bytes up to `findHeadEnd`. Throws HeadError. */
export function parseRequestHead(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits = {},
): RequestHead {
  const lines = splitLines(bytes, start, end, limits);
  const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/.exec(lines[0]!);
  if (match === null) throw new HeadError(400, "request line: expected METHOD target HTTP/1.1");
  const [, method, target, major, minor] = match;
  if (major !== "1" || minor === "0") {
    throw new HeadError(505, `HTTP version: expected 1.1, got ${major!}.${minor!}`);
  }
  return { method: method!, target: target!, headers: parseHeaders(lines, limits, undefined) };
}

/** Reads a response's head from the bytes up to `findHeadEnd`. Throws HeadError. */
export function parseResponseHead(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits = {},
): ResponseHead {
  const lines = splitLines(bytes, start, end, limits);
  const match = /^HTTP\/1\.[01] ([1-9]\d\d)(?: (.*))?$/.exec(lines[0]!);
  if (match === null) throw new HeadError(400, "status line: expected HTTP/1.1 and a status");
  const rawHeaders: Array<readonly [string, string]> = [];
  const headers = parseHeaders(lines, limits, rawHeaders);
  return { status: Number(match[1]), reason: match[2] ?? "", headers, rawHeaders };
}

/**
 * A head as text, with its empty line. Throws TypeError for a name that is no token, or a value that would end its line:
 * nobody smuggles a header through a value.
 */
export function formatHead(firstLine: string, headers: RawHeaders): string {
  let text = `${firstLine}\r\n`;
  for (const [name, value] of headers) {
    if (!isToken(name)) throw new TypeError(`header name: expected a token, got ${JSON.stringify(name)}`);
    if (!isHeaderValue(value)) {
      throw new TypeError(`header ${name}: expected a value of one line, got a control character`);
    }
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** A value that stays in its line: no control character but the tab. */
export function isHeaderValue(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return !/[\x00-\x08\x0a-\x1f\x7f]/.test(text);
}

/** Whether a comma-separated header holds a word, whatever its case. */
export function hasWord(value: string | undefined, word: string): boolean {
  return value !== undefined && value.split(",").some((part) => part.trim().toLowerCase() === word);
}

function splitLines(bytes: Uint8Array, start: number, end: number, limits: HeadLimits): string[] {
  // Latin-1, as HTTP/1.1 has it; without the empty line.
  const decode = limits.decodeLatin1 ?? decodeLatin1;
  return decode(bytes, start, end - 4).split("\r\n");
}

function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** `raw` takes the headers as they came, where somebody wants them. */
function parseHeaders(
  lines: readonly string[],
  limits: HeadLimits,
  raw: Array<readonly [string, string]> | undefined,
): Headers {
  const maxHeaders = limits.maxHeaders ?? DEFAULT_MAX_HEADERS;
  if (lines.length - 1 > maxHeaders) {
    throw new HeadError(431, `headers: expected at most ${maxHeaders}, got ${lines.length - 1}`);
  }
  const headers = new Map<string, string>();
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index]!;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    const value = valueAfter(line, colon);
    // A space before the colon, or a folded line, is how requests are smuggled (RFC 9112 sections 5.1 and 5.2).
    if (colon < 1 || !isToken(name)) throw new HeadError(400, "header line: expected name: value");
    if (!isHeaderValue(value)) throw new HeadError(400, `header ${name}: expected no control character`);
    const lower = name.toLowerCase();
    const known = headers.get(lower);
    headers.set(lower, known === undefined ? value : `${known}, ${value}`);
    raw?.push([name, value]);
  }
  return headers;
}

/** Without the spaces and tabs around it. */
function valueAfter(line: string, colon: number): string {
  let start = colon + 1;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start += 1;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
