import type { IncomingMessage, ServerResponse } from "node:http";
import { isChannelName } from "@weapp-socket/protocol";
import type { Published } from "../broker/broker.js";
import { carriesKey } from "./bearer-key.js";
import { readJsonBody } from "./json-body.js";
import { sendProblem, type Problem } from "./problem.js";

export interface PublishRoute {
  readonly key: string | undefined;
  readonly maxBodyBytes: number;
  publish(channel: string, data: unknown): Promise<Published>;
}

/** `POST /v1/publish` with `{"channel":"chat","data":…}`: answers `{"position":"…","duplicate":false}`. */
export async function servePublish(
  route: PublishRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = checkAccess(route.key, request);
  if (refusal !== undefined) return sendProblem(response, refusal);
  const body = await readJsonBody(request, route.maxBodyBytes);
  if (!body.ok) return sendProblem(response, body.problem);
  const parsed = parsePublish(body.value);
  if ("status" in parsed) return sendProblem(response, parsed);
  const { position, duplicate } = await route.publish(parsed.channel, parsed.data);
  const text = `${JSON.stringify({ position, duplicate })}\n`;
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function checkAccess(key: string | undefined, request: IncomingMessage): Problem | undefined {
  if (request.method !== "POST") {
    const detail = `method: expected POST, got ${request.method ?? "none"}`;
    return { status: 405, detail, headers: { allow: "POST" } };
  }
  if (key === undefined) {
    return {
      status: 403,
      code: "disabled",
      detail: "publishing over HTTP is off: the server has no adminKey",
    };
  }
  if (!carriesKey(request.headers.authorization, key)) {
    const detail = "authorization: expected Bearer and the server's adminKey";
    return { status: 401, detail, headers: { "www-authenticate": "Bearer" } };
  }
  return undefined;
}

function parsePublish(value: unknown): { channel: string; data: unknown } | Problem {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return badRequest("body: expected an object with channel and data");
  }
  const { channel, data, ...rest } = value as Record<string, unknown>;
  if (typeof channel !== "string" || !isChannelName(channel)) {
    return badRequest("channel: expected 1 to 200 characters of A-Z a-z 0-9 _ - : . ~ / @");
  }
  if (data === undefined) return badRequest("data: expected a JSON value, got none");
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    return badRequest(`body: expected channel and data, got ${JSON.stringify(unknown)}`);
  return { channel, data };
}

function badRequest(detail: string): Problem {
  return { status: 400, detail };
}
