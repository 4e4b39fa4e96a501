/** Bounds on everything that a peer can make the server hold or do. Times in milliseconds, sizes in bytes. */
export interface LimitOptions {
  /**
   * Largest message that a client may send, fragments together, inflated. Above: close 1009.
   * @defaultValue 65536
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Most fragments of one message. Above: close 1008.
   * @defaultValue 1024
   */
  readonly maxFragments?: number | undefined;
  /**
   * Messages and pings that a client may send per second, ten times as many in one go. Above: close 1008.
   * @defaultValue 100
   */
  readonly maxMessagesPerSecond?: number | undefined;
  /**
   * Bytes that a client may send per second, ten times as many in one go. Above: close 1008.
   * @defaultValue 262144
   */
  readonly maxBytesPerSecond?: number | undefined;
  /**
   * Most bytes that wait for a client which reads too slowly. A client whose queue is empty gets what is due, however
   * large; one whose queue would grow beyond this is cut: close 1008, without closing handshake, since it reads nothing.
   * @defaultValue 1048576
   */
  readonly maxOutboundBytes?: number | undefined;
  /**
   * A client that has bytes waiting and takes none of them for this long, and at most twice as long, is cut: 1008.
   * @defaultValue 30000
   */
  readonly stallTimeoutMs?: number | undefined;
  /**
   * Most connections of this node. Above: 503 with `Retry-After`.
   * @defaultValue 50000
   */
  readonly maxConnections?: number | undefined;
  /**
   * Most connections from one address; from one /64 network for IPv6. Above: 429. Mobile networks put thousands of
   * phones behind one address. Loopback addresses are not counted: a proxy has one, see `trustedProxies`.
   * @defaultValue 5000
   */
  readonly maxConnectionsPerAddress?: number | undefined;
  /**
   * Most connections of one user, to all nodes that share a broker. Above: the oldest is closed with 1008, since it is the one that may be
   * dead without knowing.
   * @defaultValue 20
   */
  readonly maxConnectionsPerUser?: number | undefined;
  /**
   * Sockets accepted per second, twice as many in one go. Above: 503 before anything is read.
   * @defaultValue 10000
   */
  readonly maxHandshakesPerSecond?: number | undefined;
  /**
   * Most sockets that are in their handshake: head not there yet, or being authenticated; and as many that speak HTTP.
   * Above: 503.
   * @defaultValue 10000
   */
  readonly maxPendingHandshakes?: number | undefined;
  /**
   * Most channels that one connection may be in. Above: `join` throws a RangeError; 400 for `?channels=`.
   * @defaultValue 100
   */
  readonly maxChannels?: number | undefined;
  /**
   * From the first moment of a connection to the end of its request head, after it 408; and from there to the end of its
   * authentication, after it 503, or close 1008 where the token was to be the first message.
   * @defaultValue 10000
   */
  readonly handshakeTimeoutMs?: number | undefined;
  /**
   * Largest request head: request line and headers. Above: 431.
   * @defaultValue 16384
   */
  readonly maxHeadBytes?: number | undefined;
  /**
   * How often each client is pinged.
   * @defaultValue 25000
   */
  readonly pingIntervalMs?: number | undefined;
  /**
   * A client from which nothing came for this long, no pong either, is dead: 1006.
   * @defaultValue 60000
   */
  readonly peerTimeoutMs?: number | undefined;
  /**
   * How long the closing handshake may take before the socket is destroyed.
   * @defaultValue 5000
   */
  readonly closeTimeoutMs?: number | undefined;
  /**
   * Session mode: most messages that a client may have been sent and not acknowledged. Beyond it the rest waits in
   * history; a channel without history tells a gap.
   * @defaultValue 256
   */
  readonly maxUnackedMessages?: number | undefined;
  /**
   * Session mode: most bytes that a client may have been sent and not acknowledged. Beyond it as above.
   * @defaultValue 524288
   */
  readonly maxUnackedBytes?: number | undefined;
  /**
   * Session mode: most publications of one channel that are replayed to a client that comes back. Above: a gap,
   * `too-many`.
   * @defaultValue 10000
   */
  readonly maxReplayMessages?: number | undefined;
  /**
   * Session mode: how long a session can be resumed after it was last connected, at least half of it. Afterwards a new one begins, and nothing is
   * lost by it.
   * @defaultValue 86400000, one day
   */
  readonly sessionTtlMs?: number | undefined;
  /**
   * Session mode: most calls of the application that one client may have and not have answered. Above: RequestError
   * `rate-limited`.
   * @defaultValue 16
   */
  readonly maxOpenCalls?: number | undefined;
  /**
   * Session mode: how long a client may take to answer a call of the application, where the call does not say. After it:
   * RequestError `unknown-outcome`.
   * @defaultValue 10000
   */
  readonly callTimeoutMs?: number | undefined;
  /**
   * How long a user must have been without a connection to be away: see `onOffline`.
   * @defaultValue 30000
   */
  readonly awayAfterMs?: number | undefined;
  /**
   * Most pushes whose end this node waits for, for `onOffline` and the webhook. Of those beyond it nothing is told.
   * @defaultValue 10000
   */
  readonly maxWatchedPushes?: number | undefined;
  /**
   * Largest HTTP body. Above: 413.
   * @defaultValue 1048576
   */
  readonly maxHttpBodyBytes?: number | undefined;
  /**
   * How long an HTTP client may take from connecting, or from its last answer, to the end of the next answer. After it
   * the socket is destroyed: neither slow heads, slow bodies nor idle connections last longer.
   * @defaultValue 30000
   */
  readonly httpTimeoutMs?: number | undefined;
}

/** Every limit, defaults filled in. */
export type Limits = { readonly [Name in keyof LimitOptions]-?: number };

const HOUR_MS = 3_600_000;
const MEBIBYTE = 1024 * 1024;

/** Default, least and largest value. */
const NUMBERS: Readonly<Record<keyof Limits, readonly [fallback: number, least: number, most: number]>> = {
  maxMessageBytes: [64 * 1024, 1, 256 * MEBIBYTE],
  maxFragments: [1024, 1, 1_000_000],
  maxMessagesPerSecond: [100, 1, 1_000_000_000],
  maxBytesPerSecond: [256 * 1024, 1, 1_000_000_000_000],
  maxOutboundBytes: [MEBIBYTE, 1024, 1024 * MEBIBYTE],
  stallTimeoutMs: [30_000, 1000, HOUR_MS],
  maxConnections: [50_000, 1, 10_000_000],
  maxConnectionsPerAddress: [5000, 1, 10_000_000],
  maxConnectionsPerUser: [20, 1, 10_000_000],
  maxHandshakesPerSecond: [10_000, 1, 1_000_000_000],
  maxPendingHandshakes: [10_000, 1, 10_000_000],
  maxChannels: [100, 1, 100_000],
  handshakeTimeoutMs: [10_000, 1000, HOUR_MS],
  maxHeadBytes: [16 * 1024, 256, MEBIBYTE],
  pingIntervalMs: [25_000, 1000, HOUR_MS],
  peerTimeoutMs: [60_000, 2000, HOUR_MS],
  closeTimeoutMs: [5000, 1000, 600_000],
  maxUnackedMessages: [256, 2, 1_000_000],
  maxUnackedBytes: [512 * 1024, 1024, 1024 * MEBIBYTE],
  maxReplayMessages: [10_000, 0, 1_000_000],
  sessionTtlMs: [24 * HOUR_MS, 1000, 8760 * HOUR_MS],
  maxOpenCalls: [16, 1, 10_000],
  callTimeoutMs: [10_000, 1000, 300_000],
  awayAfterMs: [30_000, 0, 24 * HOUR_MS],
  maxWatchedPushes: [10_000, 1, 10_000_000],
  maxHttpBodyBytes: [MEBIBYTE, 1, 1024 * MEBIBYTE],
  httpTimeoutMs: [30_000, 1000, HOUR_MS],
};

export const limitNames: readonly (keyof Limits)[] = Object.keys(NUMBERS) as (keyof Limits)[];

/** @throws RangeError where a limit is not what it must be. */
export function resolveLimits(options: LimitOptions): Limits {
  const limits = Object.fromEntries(limitNames.map((name) => [name, resolve(name, options[name])])) as Limits;
  const { peerTimeoutMs, pingIntervalMs } = limits;
  if (peerTimeoutMs <= pingIntervalMs) {
    throw new RangeError(
      `peerTimeoutMs: expected more than pingIntervalMs (${pingIntervalMs}), got ${peerTimeoutMs}`,
    );
  }
  return limits;
}

function resolve(name: keyof Limits, given: number | undefined): number {
  const [fallback, least, most] = NUMBERS[name];
  const value = given ?? fallback;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name}: expected an integer from ${least} to ${most}, got ${String(value)}`);
  }
  return value;
}
