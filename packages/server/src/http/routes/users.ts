import {
  answerOf,
  connectionField,
  deviceField,
  integerField,
  objectOf,
  textField,
  userField,
} from "../fields.js";
import { ProblemError, unsupported, type Route } from "../route.js";
import type { ApiHost, UserDirectory } from "../api-host.js";
import type { StringSchema } from "../schema.js";

const reasonField: StringSchema = {
  type: "string",
  description: "what the client is told, at most 123 bytes",
  pattern: "^[^\\p{Cc}]{0,123}$",
};

/** PROTOCOL.md 2.9: do not come back. */
const KICKED = 4509;
/** PROTOCOL.md 2.9: come back, not all at once. */
const COME_BACK = 4000;

export const sessionsRoute: Route = {
  method: "GET",
  path: "/v1/users/{user}/sessions",
  scope: "read",
  operationId: "sessions",
  summary: "A user's connections",
  params: { user: userField },
  answer: {
    status: 200,
    description: "On all nodes",
    schema: answerOf({
      sessions: {
        type: "array",
        items: answerOf(
          {
            id: textField,
            user: textField,
            device: textField,
            mode: { type: "string", enum: ["raw", "session"] },
            node: textField,
            connectedAtMs: integerField,
            hiddenSinceMs: {
              ...integerField,
              description: "the app is in the background; a raw client never says so",
            },
          },
          ["device", "hiddenSinceMs"],
        ),
      },
    }),
  },
  problems: ["unsupported"],
  async handle({ params }, host) {
    const connections = await directory(host).connectionsOf(params["user"]!);
    // JSON leaves out what is undefined.
    const sessions = connections.map(({ id, user, device, mode, node, connectedAtMs, hiddenSinceMs }) => ({
      id,
      user,
      device,
      mode,
      node,
      connectedAtMs,
      hiddenSinceMs,
    }));
    return { status: 200, body: { sessions } };
  },
};

export const kickRoute: Route = {
  method: "POST",
  path: "/v1/users/{user}/kick",
  scope: "admin",
  operationId: "kick",
  summary: "Send a user away",
  description:
    "The user's connections are closed on all nodes, or those of one device, with the word not to come back.",
  params: { user: userField },
  body: objectOf({ device: deviceField, reason: reasonField }),
  answer: { status: 200, description: "The nodes were told", schema: answerOf({}) },
  problems: ["unsupported"],
  async handle({ params, body }, host) {
    const { device, reason = "kicked" } = body as { device?: string; reason?: string };
    await directory(host).disconnect({ user: params["user"]!, device }, { code: KICKED, reason });
    return { status: 200, body: {} };
  },
};

export const disconnectRoute: Route = {
  method: "POST",
  path: "/v1/users/{user}/disconnect",
  scope: "admin",
  operationId: "disconnect",
  summary: "Close a user's connections",
  description:
    "On all nodes; those of one device, or one of them by the id that `sessions` tells. Clients may come back.",
  params: { user: userField },
  body: objectOf({ device: deviceField, session: connectionField, reason: reasonField }),
  answer: { status: 200, description: "The nodes were told", schema: answerOf({}) },
  problems: ["unsupported", "not-found"],
  async handle({ params, body }, host) {
    const user = params["user"]!;
    const {
      device,
      session,
      reason = "disconnected",
    } = body as { device?: string; session?: string; reason?: string };
    const users = directory(host);
    if (session === undefined) {
      await users.disconnect({ user, device }, { code: COME_BACK, reason });
      return { status: 200, body: {} };
    }
    // Only one of this user: an id alone would reach anybody.
    const connections = await users.connectionsOf(user);
    const known = connections.find(({ id }) => id === session);
    if (known === undefined || (device !== undefined && known.device !== device)) {
      throw new ProblemError({ status: 404, detail: "session: the user has none with this id" });
    }
    await users.disconnect({ connection: session }, { code: COME_BACK, reason });
    return { status: 200, body: {} };
  },
};

export const forgetRoute: Route = {
  method: "DELETE",
  path: "/v1/users/{user}",
  scope: "admin",
  operationId: "forgetUser",
  summary: "Delete what is kept of a user",
  description:
    "The history of the user's inboxes, sessions, receipts of pushes to them, open tickets, results of calls, and when the " +
    "user was last seen; the connections are closed on all nodes with the word not to come back. What the user published " +
    "in channels stays. Refuse the user before: whoever connects again is kept anew.",
  params: { user: userField },
  answer: { status: 200, description: "It is deleted, or there was nothing", schema: answerOf({}) },
  problems: ["unsupported", "unavailable"],
  async handle({ params }, host) {
    await directory(host).forgetUser(params["user"]!);
    return { status: 200, body: {} };
  },
};

function directory({ users }: ApiHost): UserDirectory {
  if (users === undefined) throw unsupported("users: this server has no authenticate, so it knows no users");
  return users;
}
