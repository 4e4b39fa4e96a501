import type { AccessRequest } from "../access.js";
import { createJwtAuthenticate, type JwtKeys } from "../auth/jwt.js";
import { createWxLogin } from "../auth/wx-login.js";
import type { Broker } from "../broker/broker.js";
import { createMemoryBroker } from "../broker/memory-broker.js";
import { openRemoteBroker } from "../broker/remote/broker.js";
import { compileMatch } from "../channel-rules.js";
import type { Logger } from "../logger.js";
import type { PushServerOptions } from "../options.js";
import { createPushServer, type PushServer } from "../push-server.js";
import type { ListenAddress } from "../socket-listener.js";
import { ConfigError, type AccessConfig, type JwtConfig, type ServerConfig } from "./config.js";

export interface ConfiguredServer {
  readonly server: PushServer;
  /** Listens where the configuration says. Rejects with the error of the system. */
  listen(): Promise<ListenAddress>;
  /** Closes the server, then its broker. */
  close(): Promise<void>;
}

/**
 * Makes a server of a configuration, and opens its broker.
 *
 * @throws ConfigError where an option refuses its value; what the broker says when it cannot be opened.
 */
export async function openConfiguredServer(
  config: ServerConfig,
  { logger }: { readonly logger?: Logger | undefined } = {},
): Promise<ConfiguredServer> {
  const broker = await openBroker(config);
  try {
    const server = createPushServer({ ...toOptions(config), broker, logger });
    const { join = [] } = config;
    server.on("connection", (connection) => {
      for (const channel of join) connection.join(channel);
    });
    return {
      server,
      listen: () =>
        server.listen({ port: config.port ?? 3000, host: config.host ?? "127.0.0.1", path: config.path }),
      async close() {
        await server.close();
        await broker.close();
      },
    };
  } catch (error) {
    await broker.close();
    // The options' own words: they name the option, and are all that there is to say.
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new ConfigError(`configuration: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

async function openBroker({ broker = { engine: "memory" } }: ServerConfig): Promise<Broker> {
  const { engine, path = "", maxHistoryBytes } = broker;
  const bounds = maxHistoryBytes === undefined ? {} : { maxHistoryBytes };
  switch (engine) {
    case "memory":
      return createMemoryBroker(bounds);
    case "lmdb": {
      // The native library is for those who want it.
      const { openLmdbBroker } = await import("../broker/lmdb/index.js");
      return openLmdbBroker({ path, ...bounds });
    }
    case "remote":
      return openRemoteBroker({ path });
  }
}

function toOptions(config: ServerConfig): PushServerOptions {
  const { limits, jwt, wxLogin, access, ...rest } = config;
  const { adminKey, apiKeys, nodeId, channels, origins, trustedProxies, compression } = rest;
  return {
    ...limits,
    adminKey,
    apiKeys,
    nodeId,
    channels,
    origins,
    trustedProxies,
    compression,
    webhook: rest.webhook,
    requireIdentity: rest.requireIdentity,
    tokenInFirstMessage: rest.tokenInFirstMessage,
    authenticate: jwt === undefined ? undefined : createJwtAuthenticate({ ...jwt, keys: toKeys(jwt) }),
    wxLogin: wxLogin === undefined ? undefined : createWxLogin(wxLogin),
    authorize: access === undefined ? undefined : (request) => isAllowed(access, request),
  };
}

function toKeys({ secret, publicKey, jwksUrl }: JwtConfig): JwtKeys {
  if (secret !== undefined) return { secret };
  return publicKey !== undefined ? { publicKey } : { jwksUrl: jwksUrl! };
}

/** The first rule that matches the channel says. */
function isAllowed(rules: readonly AccessConfig[], { action, channel, identity }: AccessRequest): boolean {
  const rule = rules.find(({ match }) => matches(match, channel, identity?.user));
  return rule?.may.includes(action) === true;
}

function matches(match: string, channel: string, user: string | undefined): boolean {
  if (match.includes("{user}") && user === undefined) return false;
  return compileMatch(match.replaceAll("{user}", user ?? "")).test(channel);
}
