import type { CallTarget } from "../api-host.js";
import {
  answerOf,
  booleanField,
  connectionField,
  deviceField,
  objectOf,
  textField,
  userField,
} from "../fields.js";
import { badRequest, unsupported, type Route } from "../route.js";

interface TargetBody {
  readonly user?: string;
  readonly device?: string;
  readonly connection?: string;
}

interface CallBody {
  readonly to: TargetBody;
  readonly method: string;
  readonly data?: unknown;
  readonly timeoutMs?: number;
}

export const callRoute: Route = {
  method: "POST",
  path: "/v1/call",
  scope: "publish",
  operationId: "call",
  summary: "Call a session client",
  description:
    "Exactly one connection is asked, once: the user's session client that came last, or the device's, or the connection by the id that `sessions` tells. 200: the client answered, with `ok` or with its own `error`. Problems say why it did not: `not-connected`, `rate-limited` (it has too many to answer), `unknown-outcome` (no answer in time, or it went away).",
  body: objectOf(
    {
      to: {
        ...objectOf({ user: userField, device: deviceField, connection: connectionField }),
        description: "user, user and device, or connection",
      },
      method: { type: "string", description: "what the client handles", minLength: 1, maxLength: 128 },
      data: { description: "any JSON value" },
      timeoutMs: {
        type: "integer",
        description:
          "how long the client may take, less than the server's `httpTimeoutMs`; its `callTimeoutMs` where absent",
        minimum: 1,
        maximum: 300_000,
      },
    },
    ["to", "method"],
  ),
  answer: {
    status: 200,
    description: "The client answered",
    schema: answerOf(
      {
        ok: { description: "what its handler returned: unchecked" },
        error: answerOf({ code: textField, message: textField, retry: booleanField }),
      },
      ["ok", "error"],
    ),
  },
  problems: ["not-connected", "rate-limited", "unknown-outcome", "unavailable", "unsupported"],
  async handle({ body }, { call, httpTimeoutMs }) {
    if (call === undefined) throw unsupported("call: this server has no session clients");
    const { to, method, data, timeoutMs } = body as unknown as CallBody;
    // The answer would find nobody: the request is cut by then.
    if (timeoutMs !== undefined && timeoutMs >= httpTimeoutMs) {
      throw badRequest(`timeoutMs: expected less than httpTimeoutMs (${httpTimeoutMs}), got ${timeoutMs}`);
    }
    const answer = await call(readTarget(to), method, data, timeoutMs);
    if ("ok" in answer) return { status: 200, body: { ok: answer.ok } };
    const { code, message, retry } = answer.error;
    return { status: 200, body: { error: { code, message, retry } } };
  },
};

function readTarget({ user, device, connection }: TargetBody): CallTarget {
  if (user !== undefined && connection === undefined)
    return { user, ...(device !== undefined && { device }) };
  if (user === undefined && device === undefined && connection !== undefined) return { connection };
  throw badRequest("to: expected user, user and device, or connection");
}
