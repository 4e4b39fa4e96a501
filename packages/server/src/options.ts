import { randomBytes } from "node:crypto";
import type { Authorize } from "./access.js";
import type { Authenticate } from "./auth/identity.js";
import type { TokenSourceOptions } from "./auth/token-source.js";
import type { WxLogin } from "./auth/wx-login.js";
import type { Broker } from "./broker/broker.js";
import type { ChannelRule } from "./channel-rules.js";
import { systemClock, type Clock } from "./clock.js";
import { resolveCompression, type Compression, type CompressionOptions } from "./compression.js";
import type { ApiKey } from "./http/api-key.js";
import type { LoginLimits } from "./http/routes/tickets.js";
import type { OnOffline } from "./offline/offline-event.js";
import { checkKinds } from "./option-kinds.js";
import { resolveLimits, type LimitOptions, type Limits } from "./limits.js";
import { silentLogger, type Logger } from "./logger.js";
import type { CallMethod } from "./session/calls.js";
import { resolveWebhook, type WebhookOptions, type WebhookSettings } from "./webhook/webhook-options.js";

/** Everything is optional. */
export interface PushServerOptions extends LimitOptions {
  /** Key that may everything in the HTTP API, at least 16 characters. Without any key its routes answer 403. */
  readonly adminKey?: string | undefined;
  /** Further keys of the HTTP API, each with what it may. */
  readonly apiKeys?: readonly ApiKey[] | undefined;
  /** Exchanges codes of `wx.login` for tickets at `POST /v1/login/wx`. Default: the route answers 501. */
  readonly wxLogin?: WxLogin | undefined;
  /**
   * Logins per minute at that route, from one address and together.
   * @defaultValue 30 and 600
   */
  readonly loginLimits?: LoginLimits | undefined;
  /**
   * This node's name among those that share a broker: 1 to 64 characters of `A-Z a-z 0-9 _ - .`.
   * @defaultValue a random one
   */
  readonly nodeId?: string | undefined;
  /**
   * Where publications are ordered and kept. One that is given stays yours to close.
   * @defaultValue a memory broker of this server alone
   */
  readonly broker?: Broker | undefined;
  /** How channels behave, by their names. The first rule that matches counts. Default: nothing is kept. */
  readonly channels?: readonly ChannelRule[] | undefined;
  /** Finds out who a client is. One-time tickets of this server are understood besides. Default: everyone is anonymous. */
  readonly authenticate?: Authenticate | undefined;
  /**
   * Whether a client that `authenticate` does not know is refused with 401.
   * @defaultValue true where there is `authenticate`
   */
  readonly requireIdentity?: boolean | undefined;
  /** Where in a handshake the token is. Default: `Authorization: Bearer`, or `?ticket=`. */
  readonly tokenSource?: TokenSourceOptions | undefined;
  /**
   * A client without a token in its handshake may send it as its first message, at most 4096 bytes of text, within
   * `handshakeTimeoutMs`. That message reaches nobody else. Raw mode only.
   * @defaultValue false
   */
  readonly tokenInFirstMessage?: boolean | undefined;
  /** Whether a client may join, publish or look by its own wish. Default: it may not. */
  readonly authorize?: Authorize | undefined;
  /** What clients in session mode may call, by name. Default: nothing. */
  readonly methods?: Readonly<Record<string, CallMethod>> | undefined;
  /**
   * Origins of web pages that may connect, for example `https://*.example.com`. Others get 403, and clients without an
   * Origin need a token.
   * @defaultValue none where there is `authenticate`; any where there is not, since nobody is anyone there
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * How many proxies in front append to `X-Forwarded-For`. The client's address is taken from there.
   * @defaultValue 0
   */
  readonly trustedProxies?: number | undefined;
  /** permessage-deflate, one compression per message and channel. Default: off. */
  readonly compression?: CompressionOptions | boolean | undefined;
  /**
   * Which of the offered subprotocols to answer with; `undefined`: none. Only asked when some were offered.
   * @defaultValue the first one, since WeChat fails without an answer
   */
  readonly chooseSubprotocol?: ((offered: readonly string[]) => string | undefined) | undefined;
  /** Where to tell a backend what becomes of pushes. Default: nowhere. */
  readonly webhook?: WebhookOptions | undefined;
  /**
   * Hears of pushes to users that did not arrive, once for each push and reason, from the node that accepted it. Pushes
   * with a `ttlMs` have a receipt then, asked for or not.
   */
  readonly onOffline?: OnOffline | undefined;
  /** Where to write what operators want to know. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** Time. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The options with every default filled in. */
export interface Settings extends Limits {
  readonly adminKey: string | undefined;
  readonly apiKeys: readonly ApiKey[];
  readonly wxLogin: WxLogin | undefined;
  readonly loginLimits: LoginLimits;
  readonly nodeId: string;
  readonly authenticate: Authenticate | undefined;
  readonly requireIdentity: boolean;
  readonly tokenSource: TokenSourceOptions;
  readonly tokenInFirstMessage: boolean;
  readonly authorize: Authorize;
  readonly methods: Readonly<Record<string, CallMethod>>;
  /** Absent: any origin. */
  readonly origins: readonly string[] | undefined;
  readonly trustedProxies: number;
  /** Absent: off. */
  readonly compression: Compression | undefined;
  readonly chooseSubprotocol: (offered: readonly string[]) => string | undefined;
  /** Absent: none. */
  readonly webhook: WebhookSettings | undefined;
  readonly onOffline: OnOffline | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
}

const MIN_KEY_LENGTH = 16;

/** @throws TypeError, RangeError where an option is not what it must be. */
export function resolveOptions(options: PushServerOptions): Settings {
  checkKinds(options);
  const {
    adminKey,
    authenticate,
    nodeId = `node-${randomBytes(6).toString("hex")}`,
    trustedProxies = 0,
  } = options;
  if (adminKey !== undefined && (typeof adminKey !== "string" || adminKey.length < MIN_KEY_LENGTH)) {
    throw new TypeError(`adminKey: expected a string of at least ${MIN_KEY_LENGTH} characters`);
  }
  if (!/^[A-Za-z0-9_\-.]{1,64}$/.test(nodeId)) {
    throw new TypeError(
      `nodeId: expected 1 to 64 characters of A-Z a-z 0-9 _ - ., got ${JSON.stringify(nodeId)}`,
    );
  }
  if (!Number.isInteger(trustedProxies) || trustedProxies < 0 || trustedProxies > 16) {
    throw new RangeError(`trustedProxies: expected an integer from 0 to 16, got ${trustedProxies}`);
  }
  return {
    ...resolveLimits(options),
    adminKey,
    apiKeys: options.apiKeys ?? [],
    wxLogin: options.wxLogin,
    loginLimits: resolveLoginLimits(options.loginLimits),
    nodeId,
    authenticate,
    requireIdentity: options.requireIdentity ?? authenticate !== undefined,
    tokenSource: options.tokenSource ?? {},
    tokenInFirstMessage: options.tokenInFirstMessage ?? false,
    authorize: options.authorize ?? (() => false),
    methods: options.methods ?? {},
    origins: options.origins ?? (authenticate === undefined ? undefined : []),
    trustedProxies,
    compression: resolveCompression(options.compression),
    chooseSubprotocol: options.chooseSubprotocol ?? ((offered) => offered[0]),
    webhook: options.webhook === undefined ? undefined : resolveWebhook(options.webhook),
    onOffline: options.onOffline,
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
  };
}

function resolveLoginLimits(
  { perAddress, total }: LoginLimits = { perAddress: 30, total: 600 },
): LoginLimits {
  for (const [name, value] of Object.entries({ perAddress, total })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new RangeError(`loginLimits.${name}: expected an integer of at least 1, got ${String(value)}`);
  }
  return { perAddress, total };
}
