import { systemClock, type Clock } from "./clock.js";
import { silentLogger, type Logger } from "./logger.js";

/** Everything is optional. Times are milliseconds, sizes bytes. */
export interface PushServerOptions {
  /** Key for `POST /v1/publish`, at least 16 characters. Without it the route answers 403. */
  readonly adminKey?: string | undefined;
  /**
   * Largest message that a client may send, fragments together. Above: close 1009.
   * @defaultValue 65536
   */
  readonly maxMessageBytes?: number | undefined;
  /**
   * Most fragments of one message. Above: close 1008.
   * @defaultValue 1024
   */
  readonly maxFragments?: number | undefined;
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
   * Most connections of this server, those in their handshake included. Above: 503 with `Retry-After`.
   * @defaultValue 50000
   */
  readonly maxConnections?: number | undefined;
  /**
   * Most channels that one connection may be in. Above: `join` throws a RangeError.
   * @defaultValue 100
   */
  readonly maxChannels?: number | undefined;
  /**
   * From the first moment of a connection to the end of its request head. After it: 408.
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
  /**
   * Most sockets that have not sent their request head yet. Above: 503 with `Retry-After`.
   * @defaultValue 10000
   */
  readonly maxPendingHandshakes?: number | undefined;
  /**
   * Which of the offered subprotocols to answer with; `undefined`: none. Only asked when some were offered.
   * @defaultValue the first one, since WeChat fails without an answer
   */
  readonly chooseSubprotocol?: ((offered: readonly string[]) => string | undefined) | undefined;
  /** Where to write what operators want to know. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** Time. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface Settings {
  readonly adminKey: string | undefined;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  readonly maxOutboundBytes: number;
  readonly stallTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxChannels: number;
  readonly handshakeTimeoutMs: number;
  readonly maxHeadBytes: number;
  readonly pingIntervalMs: number;
  readonly peerTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly maxHttpBodyBytes: number;
  readonly httpTimeoutMs: number;
  readonly maxPendingHandshakes: number;
  readonly chooseSubprotocol: (offered: readonly string[]) => string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

type NumberSetting = {
  [Name in keyof Settings]: Settings[Name] extends number ? Name : never;
}[keyof Settings];

/** Default, least and largest value of every number. */
const NUMBERS: Readonly<Record<NumberSetting, readonly [fallback: number, least: number, most: number]>> = {
  maxMessageBytes: [64 * 1024, 1, 256 * 1024 * 1024],
  maxFragments: [1024, 1, 1_000_000],
  maxOutboundBytes: [1024 * 1024, 1024, 1024 * 1024 * 1024],
  stallTimeoutMs: [30_000, 1000, 3_600_000],
  maxConnections: [50_000, 1, 10_000_000],
  maxChannels: [100, 1, 100_000],
  handshakeTimeoutMs: [10_000, 1000, 3_600_000],
  maxHeadBytes: [16 * 1024, 256, 1024 * 1024],
  pingIntervalMs: [25_000, 1000, 3_600_000],
  peerTimeoutMs: [60_000, 2000, 3_600_000],
  closeTimeoutMs: [5000, 1000, 600_000],
  maxHttpBodyBytes: [1024 * 1024, 1, 1024 * 1024 * 1024],
  httpTimeoutMs: [30_000, 1000, 3_600_000],
  maxPendingHandshakes: [10_000, 1, 10_000_000],
};

const MIN_KEY_LENGTH = 16;

/** @throws TypeError, RangeError where an option is not what it must be. */
export function resolveOptions(options: PushServerOptions): Settings {
  const number = (name: NumberSetting): number => {
    const [fallback, least, most] = NUMBERS[name];
    const value = options[name] ?? fallback;
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`${name}: expected an integer from ${least} to ${most}, got ${String(value)}`);
    }
    return value;
  };
  const { adminKey } = options;
  if (adminKey !== undefined && (typeof adminKey !== "string" || adminKey.length < MIN_KEY_LENGTH)) {
    throw new TypeError(`adminKey: expected a string of at least ${MIN_KEY_LENGTH} characters`);
  }
  const settings: Settings = {
    adminKey,
    maxMessageBytes: number("maxMessageBytes"),
    maxFragments: number("maxFragments"),
    maxOutboundBytes: number("maxOutboundBytes"),
    stallTimeoutMs: number("stallTimeoutMs"),
    maxConnections: number("maxConnections"),
    maxChannels: number("maxChannels"),
    handshakeTimeoutMs: number("handshakeTimeoutMs"),
    maxHeadBytes: number("maxHeadBytes"),
    pingIntervalMs: number("pingIntervalMs"),
    peerTimeoutMs: number("peerTimeoutMs"),
    closeTimeoutMs: number("closeTimeoutMs"),
    maxHttpBodyBytes: number("maxHttpBodyBytes"),
    httpTimeoutMs: number("httpTimeoutMs"),
    maxPendingHandshakes: number("maxPendingHandshakes"),
    chooseSubprotocol: options.chooseSubprotocol ?? ((offered) => offered[0]),
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
  };
  if (settings.peerTimeoutMs <= settings.pingIntervalMs) {
    throw new RangeError(
      `peerTimeoutMs: expected more than pingIntervalMs (${settings.pingIntervalMs}), got ${settings.peerTimeoutMs}`,
    );
  }
  return settings;
}
