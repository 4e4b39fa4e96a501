/**
 * What a node has counted since it was made. Plain numbers that only rise, except where they say "now": whoever exports
 * them (the HTTP API's `/metrics` does) reads them when asked.
 */
export class Stats {
  /** Connections that were let in. */
  accepted = 0;
  /** Handshakes refused, by the word of the problem. */
  readonly refused: Map<string, number> = new Map();
  /**
   * Connections that ended, by close code as the server saw it; codes that applications choose are counted as 3000 and
   * 4000, so that clients cannot make as many counters as they like.
   */
  readonly closed: Map<number, number> = new Map();
  /** Connections cut or closed for a limit, by the limit's option. */
  readonly limited: Map<string, number> = new Map();
  messagesIn = 0;
  bytesIn = 0;
  /** Publications of the broker that reached members of this node. */
  publicationsOut = 0;
  /** Writes to sockets, each of them any number of frames. */
  writes = 0;
  bytesOut = 0;
  pings = 0;

  refuse(code: string): void {
    count(this.refused, code);
  }

  close(code: number): void {
    count(this.closed, code < 3000 ? code : code < 4000 ? 3000 : 4000);
  }

  limit(option: string): void {
    count(this.limited, option);
  }
}

function count<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
