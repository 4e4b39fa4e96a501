import type { Handshake } from "../handshake.js";

/** Where in a handshake a token may be. */
export interface TokenSourceOptions {
  /** Read `Authorization: Bearer <token>`. Default: true. */
  readonly header?: boolean;
  /**
   * Name of a query parameter. URLs end up in the logs of proxies, so only what can be used once belongs there.
   * Default: `ticket`. `null`: none.
   */
  readonly query?: string | null;
}

const MAX_TOKEN_LENGTH = 8192;

/** The token of a handshake, `undefined` where there is none, or none that could be one. */
export function readToken(handshake: Handshake, options: TokenSourceOptions = {}): string | undefined {
  const { header = true, query = "ticket" } = options;
  if (header) {
    const match = /^bearer +([\x21-\x7e]+) *$/i.exec(handshake.headers["authorization"] ?? "");
    const token = match?.[1];
    if (token !== undefined && token.length <= MAX_TOKEN_LENGTH) return token;
  }
  if (query !== null) {
    const token = handshake.query.get(query);
    if (token !== null && token.length > 0 && token.length <= MAX_TOKEN_LENGTH) return token;
  }
  return undefined;
}
