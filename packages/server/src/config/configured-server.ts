import type { AccessRequest } from "../access.js";
import { createJwtAuthenticate, type JwtKeys } from "../auth/jwt.js";
import { createWxLogin } from "../auth/wx-login.js";
import type { Broker } from "../broker/broker.js";
import { createMemoryBroker } from "../broker/memory-broker.js";
import { openRemoteBroker } from "../broker/remote/broker.js";
import { compileMatch } from "../channel-rules.js";
import type { OpenReport } from "../broker/lmdb/options.js";
import { serveBroker } from "../broker/remote/serve.js";
import { limitNames } from "../limits.js";
import { silentLogger, type Logger } from "../logger.js";
import type { PushServerOptions } from "../options.js";
import { createPushServer, type PushServer } from "../push-server.js";
import type { ListenAddress } from "../socket-listener.js";
import {
  ConfigError,
  PLACE,
  type AccessConfig,
  type BrokerConfig,
  type JwtConfig,
  type ServerConfig,
} from "./config.js";

export interface ConfiguredServer {
  readonly server: PushServer;
  /** Listens where the configuration says. Rejects with the error of the system, or ConfigError. */
  listen(): Promise<ListenAddress>;
  /** Closes the server, then its broker. */
  close(): Promise<void>;
}

/**
 * Makes a server of a configuration, and opens its broker.
 *
 * @throws ConfigError where an option refuses its value, or the broker cannot be opened.
 */
export async function openConfiguredServer(
  config: ServerConfig,
  { logger = silentLogger }: { readonly logger?: Logger | undefined } = {},
): Promise<ConfiguredServer> {
  const options = toOptions(config);
  const opened = await openBroker(config.broker, logger);
  try {
    const server = at("", () => createPushServer({ ...options, broker: opened.broker, logger }));
    const { join = [] } = config;
    server.on("connection", (connection) => {
      for (const channel of join) connection.join(channel);
    });
    return {
      server,
      async listen() {
        const { port = 3000, host = "127.0.0.1", path, reusePort, api } = config;
        try {
          if (api === undefined) return await server.listen({ port, host, path, reusePort });
          await server.listen({ host: "127.0.0.1", ...api, serves: "api" });
          return await server.listen({ port, host, path, reusePort, serves: "clients" });
        } catch (error) {
          throw toConfigError("", error);
        }
      },
      async close() {
        await server.close();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

interface OpenedBroker {
  readonly broker: Broker;
  close(): Promise<void>;
}

/** What keeps a broker from being opened is outside of this process: its words are all that there is to say. */
async function openBroker(
  config: BrokerConfig = { engine: "memory" },
  logger: Logger,
): Promise<OpenedBroker> {
  try {
    const broker = await openEngine(config, logger);
    const close = async (): Promise<void> => broker.close();
    return config.socket === undefined ? { broker, close } : await serve(broker, config.socket);
  } catch (error) {
    throw new ConfigError(`${PLACE}.broker: ${(error as Error).message}`, { cause: error });
  }
}

/** Lets other processes have the broker. */
async function serve(broker: Broker, path: string): Promise<OpenedBroker> {
  try {
    const service = await serveBroker(broker, { path });
    const close = async (): Promise<void> => {
      await service.close();
      await broker.close();
    };
    return { broker, close };
  } catch (error) {
    await broker.close();
    throw error;
  }
}

async function openEngine(
  { engine, path = "", maxHistoryBytes, onDamage }: BrokerConfig,
  logger: Logger,
): Promise<Broker> {
  const bounds = maxHistoryBytes === undefined ? {} : { maxHistoryBytes };
  switch (engine) {
    case "memory":
      return createMemoryBroker(bounds);
    case "lmdb": {
      // The native library is for those who want it.
      const { openLmdbBroker } = await import("../broker/lmdb/index.js");
      const broker = await openLmdbBroker({
        path,
        ...bounds,
        ...(onDamage !== undefined && { onDamage }),
        onError: ({ what, message }) => logger.error({ path, what }, message),
      });
      logReport(path, broker.report, logger);
      return broker;
    }
    case "remote":
      return openRemoteBroker({ path });
  }
}

/** How the store was found: after anything but a close somebody wants to know. */
function logReport(path: string, { found, session, damage }: OpenReport, logger: Logger): void {
  const fields = { path, session, found };
  if (damage !== undefined) {
    const text = "the store is damaged: it is set aside, and a new one begins";
    logger.error({ ...fields, reason: damage.reason, setAside: damage.path }, text);
  } else if (found === "crashed" || found === "lost-power") {
    logger.warn(fields, "the store was not closed: channels tell a gap where something may be lost");
  } else {
    logger.info(fields, "store opened");
  }
}

/**
 * What an option says of itself, at its place in the configuration. The message begins with the option's name: limits
 * have a place of their own.
 */
function at<Value>(place: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    throw toConfigError(place, error);
  }
}

function toConfigError(place: string, error: unknown): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  const isLimit = limitNames.some((name) => error.message.startsWith(`${name}:`));
  const where = place === "" && isLimit ? "limits." : place;
  return new ConfigError(`${PLACE}.${where}${error.message}`, { cause: error });
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
    loginLimits: rest.loginLimits,
    requireIdentity: rest.requireIdentity,
    tokenInFirstMessage: rest.tokenInFirstMessage,
    authenticate:
      jwt === undefined ? undefined : at("jwt.", () => createJwtAuthenticate({ ...jwt, keys: toKeys(jwt) })),
    wxLogin: wxLogin === undefined ? undefined : at("wxLogin.", () => createWxLogin(wxLogin)),
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
