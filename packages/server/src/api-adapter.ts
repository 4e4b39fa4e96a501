import { clientAddress } from "./address.js";
import type { Tickets } from "./auth/tickets.js";
import { ApiKeys, type ApiKey } from "./http/api-key.js";
import type { ApiHost, UserDirectory } from "./http/api-host.js";
import { HttpApi } from "./http/http-api.js";
import { channelOf } from "./inner-channel.js";
import type { ServerNode } from "./server-node.js";

/** What the HTTP API can do to the server beyond its node. */
export interface ApiControls {
  readonly tickets: Tickets;
  readonly users: UserDirectory;
  readonly call: NonNullable<ApiHost["call"]>;
  isDraining(): boolean;
  drain(withinMs: number): void;
}

/** The HTTP API of a node. */
export function createHttpApi(node: ServerNode, controls: ApiControls): HttpApi {
  const { settings, broker, clock, stats } = node;
  const { adminKey, apiKeys, maxHttpBodyBytes, loginLimits, wxLogin, trustedProxies } = settings;
  const admin: readonly ApiKey[] =
    adminKey === undefined ? [] : [{ name: "adminKey", key: adminKey, scopes: ["admin"] }];
  const host: ApiHost = {
    broker,
    clock,
    logger: settings.logger,
    nodeId: settings.nodeId,
    tickets: controls.tickets,
    users: controls.users,
    call: controls.call,
    httpTimeoutMs: settings.httpTimeoutMs,
    wxLogin,
    publish: (request) => node.publish(request),
    channelOf,
    addressOf: ({ socket, headers }) => {
      const forwardedFor = headers["x-forwarded-for"];
      return clientAddress(
        socket.remoteAddress ?? "",
        typeof forwardedFor === "string" ? forwardedFor : undefined,
        trustedProxies,
      );
    },
    drain: (withinMs) => controls.drain(withinMs),
    numbers: () => ({
      connections: node.roster.all.size,
      channels: node.hub.size,
      isDraining: controls.isDraining(),
      counts: stats,
    }),
  };
  const keys = new ApiKeys([...admin, ...apiKeys]);
  return new HttpApi(host, { keys, maxBodyBytes: maxHttpBodyBytes, loginLimits });
}
