/** What a scripted server does with one connection: it is told in the url, so that a page can tell it too. */
export interface Script {
  /** Instead of the 101. */
  readonly answer?: "nothing" | "garbage" | "reset" | "end" | number;
  /** More lines of the answer's head. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>;
  /** Wrong Sec-WebSocket-Accept. */
  readonly wrongAccept?: boolean;
  /** Answers with this subprotocol. Default: the first that was offered. null: none. */
  readonly protocol?: string | null;
  /** The whole answer, first frames included, byte by byte. */
  readonly slow?: boolean;
  /** In order, after the 101; the first ones up to a wait share its segment. */
  readonly steps?: readonly Step[];
  /** Do not answer a close frame. */
  readonly ignoreClose?: boolean;
}

export type Step =
  | { readonly send: string | readonly number[] }
  /** A text message of so many letters. */
  | { readonly sendLetters: number }
  | { readonly close: readonly [code?: number, reason?: string] }
  /** Every message comes back. */
  | { readonly echo: true }
  /** Until so many messages have come in all. */
  | { readonly awaitMessages: number }
  | { readonly waitMs: number }
  /** FIN without a close frame. */
  | { readonly end: true }
  /** RST */
  | { readonly reset: true };

/** What the server saw of one connection. */
export interface Seen {
  /** The request's head as it came, or "". */
  readonly head: string;
  readonly messages: ReadonlyArray<string | readonly number[]>;
  readonly close: { readonly code: number | undefined; readonly reason: string } | undefined;
  /** No more comes. */
  readonly ended: boolean;
}

export interface ServerView {
  /** "ws://127.0.0.1:1234" */
  readonly base: string;
  /** Resolves once the server has seen that much of connection `id`. */
  seen(id: string, what: "head" | "message" | "close" | "end", count?: number): Promise<Seen>;
}

/** The address under which the server plays `script`, and the name under which it keeps what it saw. */
export function scriptedUrl(base: string, id: string, script: Script): string {
  return `${base}/?id=${id}&script=${encodeURIComponent(JSON.stringify(script))}`;
}

/** Lines of a head, names in lower case. */
export function headLines(head: string): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    if (colon > 0) lines[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return lines;
}
