import { toContent, type Content } from "../../outbound-frame.js";
import { problemOf } from "../problem-of.js";
import { publishForReceipt } from "../receipts.js";
import { badRequest, type ApiCall, type Route } from "../route.js";
import {
  answerOf,
  booleanField,
  channelField,
  contentFields,
  deviceField,
  keyField,
  objectOf,
  textField,
  ttlField,
  userField,
} from "../fields.js";
import type { ApiHost, PushTarget } from "../api-host.js";
import type { Published, PublishRequest } from "../../broker/broker.js";
import type { ObjectSchema, Schema } from "../schema.js";

const MAX_BATCH = 1000;

const publicationFields: Readonly<Record<string, Schema>> = {
  channel: channelField,
  ...contentFields,
  key: keyField,
  ttlMs: ttlField,
};

const publishedFields: Readonly<Record<string, Schema>> = {
  position: { ...textField, description: "the publication's place in its channel" },
  duplicate: { ...booleanField, description: "the key was used before: nothing was published again" },
  durability: { type: "string", description: "what was reached", enum: ["memory", "disk", "fsync"] },
};

const target: ObjectSchema = {
  type: "object",
  description: "a user, or one device of a user; or a channel; or everybody (`all: true`)",
  properties: { user: userField, device: deviceField, channel: channelField, all: booleanField },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 2,
};

interface PublishBody {
  readonly channel: string;
  readonly data?: unknown;
  readonly base64?: string;
  readonly key?: string;
  readonly ttlMs?: number;
}

export const publishRoute: Route = {
  method: "POST",
  path: "/v1/publish",
  scope: "publish",
  operationId: "publish",
  summary: "Publish to a channel",
  body: objectOf(publicationFields, ["channel"]),
  takesIdempotencyKey: true,
  answer: { status: 200, description: "Published", schema: answerOf(publishedFields) },
  problems: ["unavailable"],
  async handle({ body, idempotencyKey }, host) {
    const request = requestOf(body as unknown as PublishBody, idempotencyKey);
    return { status: 200, body: await host.publish(request) };
  },
};

export const publishBatchRoute: Route = {
  method: "POST",
  path: "/v1/publish/batch",
  scope: "publish",
  operationId: "publishBatch",
  summary: "Publish up to 1,000 times",
  description: "In order. Each has its own result; some may fail while others succeed.",
  body: objectOf(
    {
      publications: {
        type: "array",
        items: objectOf(publicationFields, ["channel"]),
        minItems: 1,
        maxItems: MAX_BATCH,
      },
    },
    ["publications"],
  ),
  answer: {
    status: 200,
    description: "A result for each, in order",
    schema: answerOf({
      results: {
        type: "array",
        items: answerOf({ ...publishedFields, error: answerOf({ code: textField, detail: textField }) }, [
          ...Object.keys(publishedFields),
          "error",
        ]),
      },
    }),
  },
  async handle({ body }, host) {
    const publications = body["publications"] as readonly PublishBody[];
    // All contents are read before anything is published.
    const requests = publications.map((each) => requestOf(each, undefined));
    const results = await Promise.all(
      requests.map(async (request): Promise<Published | { error: { code: string; detail: string } }> => {
        try {
          return await host.publish(request);
        } catch (error) {
          const { code, detail } = problemOf(error, host);
          return { error: { code, detail } };
        }
      }),
    );
    return { status: 200, body: { results } };
  },
};

export const pushRoute: Route = {
  method: "POST",
  path: "/v1/push",
  scope: "publish",
  operationId: "push",
  summary: "Push to a user, a device, a channel, or everybody",
  description:
    "With `receipt: true` the answer has the id to ask `/v1/receipts/{receipt}` with; it wants a key, its own where none is given.",
  body: objectOf({ to: target, ...contentFields, key: keyField, ttlMs: ttlField, receipt: booleanField }, [
    "to",
  ]),
  takesIdempotencyKey: true,
  answer: {
    status: 200,
    description: "Accepted",
    schema: answerOf({ ...publishedFields, receipt: textField }, ["receipt"]),
  },
  problems: ["unavailable"],
  handle: push,
};

interface TargetBody {
  readonly user?: string;
  readonly device?: string;
  readonly channel?: string;
  readonly all?: boolean;
}

async function push({ body, idempotencyKey }: ApiCall, host: ApiHost) {
  const {
    to,
    ttlMs,
    receipt = false,
    ...rest
  } = body as {
    to: TargetBody;
    data?: unknown;
    base64?: string;
    key?: string;
    ttlMs?: number;
    receipt?: boolean;
  };
  const channel = host.channelOf(readTarget(to));
  const content = contentOf(rest);
  const request = {
    channel,
    ...content,
    ...keyOf(rest.key, idempotencyKey),
    ...(ttlMs !== undefined && { ttlMs }),
  };
  const published = receipt ? await publishForReceipt(host, request) : await host.publish(request);
  return { status: 200, body: published };
}

function requestOf(
  { channel, key, ttlMs, ...content }: PublishBody,
  idempotencyKey: string | undefined,
): Omit<PublishRequest, "policy"> {
  return {
    channel,
    ...contentOf(content),
    ...keyOf(key, idempotencyKey),
    ...(ttlMs !== undefined && { ttlMs }),
  };
}

function readTarget({ user, device, channel, all }: TargetBody): PushTarget {
  const named = [user, channel, all].filter((each) => each !== undefined).length;
  if (named === 1 && user !== undefined) return device === undefined ? { user } : { user, device };
  if (named === 1 && device === undefined && channel !== undefined) return { channel };
  if (named === 1 && device === undefined && all === true) return { all };
  throw badRequest("to: expected user, user and device, channel, or all: true");
}

function contentOf({ data, base64 }: { readonly data?: unknown; readonly base64?: string }): Content {
  if (base64 !== undefined) {
    if (data !== undefined) throw badRequest("data: expected data or base64, got both");
    return { format: "binary", data: new Uint8Array(Buffer.from(base64, "base64")) };
  }
  if (data === undefined) throw badRequest("data: expected a JSON value, got none");
  return toContent(data);
}

function keyOf(inBody: string | undefined, inHeader: string | undefined): { key?: string } {
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader) {
    throw badRequest("key: expected the same as in the Idempotency-Key header");
  }
  const key = inBody ?? inHeader;
  return key === undefined ? {} : { key };
}
