import { answerOf, deviceField, integerField, objectOf, textField, userField } from "../fields.js";
import { LoginGate } from "../login-gate.js";
import { ProblemError, unsupported, type Route } from "../route.js";
import { RequestError } from "../../request-error.js";
import type { Clock } from "../../clock.js";
import type { StringSchema } from "../schema.js";

const appIdField: StringSchema = {
  type: "string",
  description: "a mini program's id",
  pattern: "^wx[0-9A-Za-z]{1,30}$",
};

const ticketAnswer = {
  status: 200,
  description: "To be used once, soon",
  schema: answerOf({ ticket: textField, expiresAtMs: integerField }),
};

export const ticketsRoute: Route = {
  method: "POST",
  path: "/v1/tickets",
  scope: "admin",
  operationId: "mintTicket",
  summary: "Make a one-time ticket for a user",
  description: "Who may do this says who is who: keep the key in the backend.",
  body: objectOf(
    {
      user: userField,
      device: deviceField,
      appId: appIdField,
      claims: { type: "object", properties: {}, additionalProperties: true },
      sessionExpiresAtMs: { type: "integer", minimum: 1 },
    },
    ["user"],
  ),
  answer: ticketAnswer,
  problems: ["unavailable"],
  async handle({ body }, { tickets }) {
    const holder = body as { user: string; claims?: Record<string, unknown> };
    try {
      return { status: 200, body: await tickets.mint(holder) };
    } catch (error) {
      if (error instanceof RangeError) throw new ProblemError({ status: 400, detail: error.message });
      throw error;
    }
  },
};

/** Logins a minute from one address, and from all together. Behind a proxy all share one address. */
export interface LoginLimits {
  readonly perAddress: number;
  readonly total: number;
}

/** The route is public, so it counts. */
export function createWxLoginRoute(clock: Clock, limits: LoginLimits): Route {
  const gate = new LoginGate(clock, limits.perAddress, limits.total);
  return {
    method: "POST",
    path: "/v1/login/wx",
    scope: "public",
    operationId: "wxLogin",
    summary: "Exchange the code of wx.login for a ticket",
    description: "For mini programs, by wx.request. The session key stays with the server.",
    body: objectOf({ code: { type: "string", minLength: 1, maxLength: 256 }, device: deviceField }, ["code"]),
    answer: ticketAnswer,
    problems: ["bad-code", "rate-limited", "forbidden", "unavailable", "unsupported"],
    async handle({ body, remoteAddress }, { wxLogin, tickets }) {
      if (wxLogin === undefined) throw unsupported("wx.login: this server has no wxLogin");
      if (!gate.pass(remoteAddress)) {
        throw new RequestError("rate-limited", true, "login: too many attempts, wait a minute");
      }
      const { code, device } = body as { code: string; device?: string };
      const { appId, openId, unionId } = await wxLogin(code);
      const minted = await tickets.mint({
        user: openId,
        appId,
        ...(device !== undefined && { device }),
        ...(unionId !== undefined && { claims: { unionId } }),
      });
      return { status: 200, body: minted };
    },
  };
}
