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
  /** Events that the webhook's receiver has taken. */
  webhookDelivered = 0;
  /** Requests to the webhook's receiver that failed, tried again or not. */
  webhookFailures = 0;
  /** Events that were given up, by why: `full`, `attempts`, `age` or `closed`. */
  readonly webhookDropped: Map<string, number> = new Map();

  refuse(code: string): void {
    count(this.refused, code);
  }

  close(code: number): void {
    count(this.closed, code < 3000 ? code : code < 4000 ? 3000 : 4000);
  }

  limit(option: string): void {
    count(this.limited, option);
  }

  dropWebhook(reason: string, events: number): void {
    count(this.webhookDropped, reason, events);
  }
}

function count<Key>(map: Map<Key, number>, key: Key, by = 1): void {
  map.set(key, (map.get(key) ?? 0) + by);
}
