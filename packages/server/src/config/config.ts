import type { AccessAction } from "../access.js";
import type { JwtAlgorithm } from "../auth/jwt.js";
import type { Durability } from "../broker/publication.js";
import type { ChannelRule } from "../channel-rules.js";
import type { ApiKey } from "../http/api-key.js";
import { channelField } from "../http/fields.js";
import type { LoginLimits } from "../http/routes/tickets.js";
import { findFault, type ObjectSchema, type Schema } from "../http/schema.js";
import { limitNames, type LimitOptions } from "../limits.js";
import { webhookNumberNames, type WebhookOptions } from "../webhook/webhook-options.js";

/** A push server without a line of code, as a file of JSON says it. Every value is optional. */
export interface ServerConfig {
  /** Default 3000. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Where WebSocket clients may connect. Default: any path. */
  readonly path?: string;
  /** Several processes on one port: Node 22.12 or later, on Linux. Default: false. */
  readonly reusePort?: boolean;
  /**
   * A port for the HTTP API alone; the other serves clients then, and what needs no key. Default: one port for all.
   * `host` is 127.0.0.1 where it is not said.
   */
  readonly api?: { readonly port: number; readonly host?: string };
  /** Key that may everything in the HTTP API. */
  readonly adminKey?: string;
  readonly apiKeys?: readonly ApiKey[];
  readonly nodeId?: string;
  readonly broker?: BrokerConfig;
  readonly channels?: readonly ChannelRule[];
  /** Channels that every client is in. */
  readonly join?: readonly string[];
  /** What clients may by their own wish: the first that matches the channel says. Default: nothing. */
  readonly access?: readonly AccessConfig[];
  readonly jwt?: JwtConfig;
  readonly wxLogin?: WxLoginConfig;
  /** Logins per minute, from one address and together. Default: 30 and 600. */
  readonly loginLimits?: LoginLimits;
  /** Default: true where there is `jwt`. */
  readonly requireIdentity?: boolean;
  readonly tokenInFirstMessage?: boolean;
  readonly origins?: readonly string[];
  readonly trustedProxies?: number;
  readonly compression?: boolean;
  readonly webhook?: WebhookOptions;
  readonly limits?: LimitOptions;
  /** On SIGTERM the closes are spread over this time. Default 10000 ms. */
  readonly drainMs?: number;
}

export interface BrokerConfig {
  /** `memory` (the default), `lmdb` in the folder `path`, or `remote`: another process's, at the socket `path`. */
  readonly engine: "memory" | "lmdb" | "remote";
  readonly path?: string;
  readonly maxHistoryBytes?: number;
  /** LMDB: what to do with a store that is torn. `set-aside` (the default) begins a new one, `refuse` does not start. */
  readonly onDamage?: "set-aside" | "refuse";
  /** Lets other processes of this machine use this broker: the path of the Unix socket that they name as `remote`. */
  readonly socket?: string;
}

export interface WxLoginConfig {
  readonly appId: string;
  readonly secret: string;
  /** Where WeChat's API is reached from here. Default `https://api.weixin.qq.com`. */
  readonly baseUrl?: string;
  readonly timeoutMs?: number;
}

export interface AccessConfig {
  /** Names: `*` stands for any characters, `{user}` for the client's own user. */
  readonly match: string;
  readonly may: readonly AccessAction[];
}

export interface JwtConfig {
  readonly secret?: string;
  /** PEM. */
  readonly publicKey?: string;
  readonly jwksUrl?: string;
  readonly audience: string | readonly string[];
  readonly issuer?: string;
  readonly algorithms?: readonly JwtAlgorithm[];
  /** Default `sub`. */
  readonly userClaim?: string;
  /** Default `device`. */
  readonly deviceClaim?: string;
  /** Default `appid`. */
  readonly appIdClaim?: string;
  /** Longest time that a token may have left. Default 3600000 ms. */
  readonly maxLifetimeMs?: number;
  /** How far the clocks may be apart. Default 5000 ms. */
  readonly clockToleranceMs?: number;
}

const text: Schema = { type: "string", minLength: 1 };
const flag: Schema = { type: "boolean" };
const number: Schema = { type: "integer", minimum: 0 };
const portNumber: Schema = { type: "integer", minimum: 0, maximum: 65_535 };
const positive: Schema = { type: "integer", minimum: 1 };
const listOf = (items: Schema): Schema => ({ type: "array", items });
const objectOf = (properties: Record<string, Schema>, required: readonly string[] = []): ObjectSchema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const durability: readonly Durability[] = ["memory", "disk", "fsync"];

/** What a configuration may hold. What a value must be beyond its form, the options themselves say. */
const schema: ObjectSchema = objectOf({
  port: portNumber,
  host: text,
  path: {
    type: "string",
    pattern: "^/[^?#\\s]*$",
    description: "a path that begins with /, without a query",
  },
  reusePort: flag,
  api: objectOf({ port: portNumber, host: text }, ["port"]),
  adminKey: text,
  apiKeys: listOf(
    objectOf(
      {
        name: text,
        key: text,
        scopes: listOf({ type: "string", enum: ["publish", "read", "admin"] }),
      },
      ["name", "key", "scopes"],
    ),
  ),
  nodeId: text,
  broker: objectOf(
    {
      engine: { type: "string", enum: ["memory", "lmdb", "remote"] },
      path: text,
      maxHistoryBytes: positive,
      onDamage: { type: "string", enum: ["set-aside", "refuse"] },
      socket: text,
    },
    ["engine"],
  ),
  channels: listOf(
    objectOf(
      {
        match: text,
        historyCount: number,
        historyAgeMs: number,
        durability: { type: "string", enum: durability },
        presence: flag,
        presenceGraceMs: number,
        clientPublish: flag,
        conflate: flag,
        flushIntervalMs: number,
        maxDataBytes: number,
      },
      ["match"],
    ),
  ),
  join: listOf(channelField),
  access: listOf(
    objectOf(
      {
        match: text,
        may: listOf({ type: "string", enum: ["join", "publish", "history", "members"] }),
      },
      ["match", "may"],
    ),
  ),
  jwt: objectOf(
    {
      secret: text,
      publicKey: text,
      jwksUrl: text,
      audience: {},
      issuer: text,
      algorithms: listOf(text),
      userClaim: text,
      deviceClaim: text,
      appIdClaim: text,
      maxLifetimeMs: positive,
      clockToleranceMs: number,
    },
    ["audience"],
  ),
  wxLogin: objectOf({ appId: text, secret: text, baseUrl: text, timeoutMs: positive }, ["appId", "secret"]),
  loginLimits: objectOf({ perAddress: positive, total: positive }, ["perAddress", "total"]),
  requireIdentity: flag,
  tokenInFirstMessage: flag,
  origins: listOf(text),
  trustedProxies: number,
  compression: flag,
  webhook: objectOf(
    {
      url: text,
      secret: text,
      ...Object.fromEntries(webhookNumberNames.map((name) => [name, number])),
    },
    ["url", "secret"],
  ),
  limits: objectOf(Object.fromEntries(limitNames.map((name) => [name, number]))),
  drainMs: number,
});

export const PLACE = "configuration";

/** A configuration that cannot be. The message begins with the place: `configuration.channels[0].match: expected …`. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Checks a configuration that was read as JSON. `${NAME}` in a text stands for a variable of the environment, so that
 * secrets need not be in the file.
 *
 * @throws ConfigError
 */
export function parseConfig(
  value: unknown,
  env: Readonly<Record<string, string | undefined>> = {},
): ServerConfig {
  const filled = fillIn(value, env, PLACE);
  const fault = findFault(schema, filled, PLACE);
  if (fault !== undefined) throw new ConfigError(fault);
  const config = filled as ServerConfig;
  checkTogether(config);
  return config;
}

function checkTogether({ broker, jwt, access, join = [], limits }: ServerConfig): void {
  if (broker !== undefined) checkBroker(broker);
  const maxChannels = limits?.maxChannels;
  if (maxChannels !== undefined && join.length > maxChannels) {
    throw new ConfigError(
      `${PLACE}.join: expected at most limits.maxChannels (${maxChannels}), got ${join.length}`,
    );
  }
  if (jwt !== undefined) {
    const keys = [jwt.secret, jwt.publicKey, jwt.jwksUrl].filter((key) => key !== undefined);
    if (keys.length !== 1) {
      throw new ConfigError(
        `${PLACE}.jwt: expected one of secret, publicKey and jwksUrl, got ${keys.length}`,
      );
    }
  }
  for (const [index, { match }] of (access ?? []).entries()) {
    if (!/^[A-Za-z0-9_\-:.~/@*{}]+$/.test(match)) {
      throw new ConfigError(
        `${PLACE}.access[${index}].match: expected a channel name with *, or {user}, got ${match}`,
      );
    }
  }
}

/** What belongs to another engine would be passed over in silence. */
const ENGINE_OPTIONS: Readonly<Record<BrokerConfig["engine"], readonly (keyof BrokerConfig)[]>> = {
  memory: ["engine", "maxHistoryBytes", "socket"],
  lmdb: ["engine", "path", "maxHistoryBytes", "onDamage", "socket"],
  remote: ["engine", "path"],
};

function checkBroker(broker: BrokerConfig): void {
  const { engine } = broker;
  const possible = ENGINE_OPTIONS[engine];
  const wrong = (Object.keys(broker) as (keyof BrokerConfig)[]).find((name) => !possible.includes(name));
  if (wrong !== undefined) {
    throw new ConfigError(`${PLACE}.broker.${wrong}: expected none where engine is ${engine}`);
  }
  if (engine !== "memory" && broker.path === undefined) {
    throw new ConfigError(`${PLACE}.broker.path: expected where ${engine} is, got none`);
  }
}

function fillIn(value: unknown, env: Readonly<Record<string, string | undefined>>, place: string): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_, name: string) => {
      const found = env[name];
      if (found === undefined) throw new ConfigError(`${place}: the environment has no ${name}`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => fillIn(item, env, `${place}[${index}]`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, fillIn(inner, env, `${place}.${name}`)]),
  );
}
