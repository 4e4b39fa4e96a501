import {
  answerOf,
  booleanField,
  channelField,
  integerField,
  limitField,
  objectOf,
  positionField,
  textField,
} from "../fields.js";
import { AFTER_INNER } from "../../inner-channel.js";
import type { HistoryPage } from "../../broker/broker.js";
import type { Publication } from "../../broker/publication.js";
import type { ArraySchema, Schema } from "../schema.js";
import type { Route } from "../route.js";

const publicationAnswer = answerOf(
  {
    position: textField,
    previous: textField,
    format: { type: "string", enum: ["json", "text", "binary"] },
    data: { description: "the JSON value, or the text" },
    base64: { ...textField, description: "bytes, instead of data" },
    publishedAtMs: { ...integerField, description: "epoch milliseconds" },
    expiresAtMs: integerField,
    key: textField,
  },
  ["data", "base64", "expiresAtMs", "key"],
);

const channelInfo = answerOf({
  channel: textField,
  position: textField,
  historyCount: { ...integerField, description: "publications that history returns" },
  listeners: { ...integerField, description: "nodes that have subscribers" },
});

const arrayOf = (items: Schema): ArraySchema => ({ type: "array", items });

export const channelsRoute: Route = {
  method: "GET",
  path: "/v1/channels",
  scope: "read",
  operationId: "channels",
  summary: "List the channels in use",
  query: objectOf({
    prefix: { type: "string", maxLength: 200 },
    after: { type: "string", description: "only names after this one", maxLength: 255 },
    limit: limitField,
  }),
  answer: {
    status: 200,
    description: "In the order of their names",
    schema: answerOf({ channels: arrayOf(channelInfo), more: booleanField }),
  },
  async handle({ query }, { broker }) {
    const { limit, prefix = "", after = "" } = query as { limit: number; prefix?: string; after?: string };
    const start = after > AFTER_INNER ? after : AFTER_INNER;
    return { status: 200, body: await broker.channels({ limit, prefix, after: start }) };
  },
};

export const positionRoute: Route = {
  method: "GET",
  path: "/v1/channels/{channel}/position",
  scope: "read",
  operationId: "position",
  summary: "The position of a channel's newest publication",
  params: { channel: channelField },
  answer: {
    status: 200,
    description: "Where a reader that has everything is",
    schema: answerOf({ position: textField }),
  },
  async handle({ params }, { broker }) {
    return { status: 200, body: { position: await broker.position(params["channel"]!) } };
  },
};

export const historyRoute: Route = {
  method: "GET",
  path: "/v1/channels/{channel}/history",
  scope: "read",
  operationId: "history",
  summary: "Read a channel's history",
  description:
    "Forward, from the oldest or from `after`; backward, from the newest or from `before`. Go on with `next` as `after` or `before` while there is `more`. A `status` other than `ok` says why a position cannot be read from.",
  params: { channel: channelField },
  query: objectOf({
    direction: { type: "string", enum: ["forward", "backward"] },
    after: positionField,
    before: positionField,
    limit: limitField,
    maxAgeMs: { type: "integer", minimum: 1 },
  }),
  answer: {
    status: 200,
    description: "A page",
    schema: answerOf({
      status: { type: "string", enum: ["ok", "trimmed", "fork", "no-history"] },
      publications: arrayOf(publicationAnswer),
      next: textField,
      more: booleanField,
      position: { ...textField, description: "the channel's position" },
    }),
  },
  async handle({ params, query }, { broker }) {
    const { direction = "forward", ...rest } = query as {
      direction?: "forward" | "backward";
      after?: string;
      before?: string;
      limit: number;
      maxAgeMs?: number;
    };
    const page = await broker.history({ channel: params["channel"]!, direction, ...rest });
    return { status: 200, body: formatPage(page) };
  },
};

export const presenceRoute: Route = {
  method: "GET",
  path: "/v1/channels/{channel}/presence",
  scope: "read",
  operationId: "presence",
  summary: "Who is in a channel",
  params: { channel: channelField },
  query: objectOf({
    after: { type: "string", description: "only members after this id", maxLength: 256 },
    limit: { ...limitField, minimum: 0 },
  }),
  answer: {
    status: 200,
    description: "In the order of their ids",
    schema: answerOf({
      members: arrayOf(answerOf({ member: textField, user: textField, info: {} }, ["info"])),
      count: { ...integerField, description: "all members" },
      more: booleanField,
    }),
  },
  async handle({ params, query }, { broker }) {
    const { after, limit } = query as { after?: string; limit: number };
    const page = await broker.presence.list({
      channel: params["channel"]!,
      limit,
      ...(after !== undefined && { after }),
    });
    const members = page.members.map(({ memberId, user, info }) => ({
      member: memberId,
      user,
      ...(info !== undefined && { info: JSON.parse(info) as unknown }),
    }));
    return { status: 200, body: { members, count: page.count, more: page.more } };
  },
};

function formatPage({ status, publications, next, more, position }: HistoryPage): unknown {
  return { status, publications: publications.map(formatPublication), next, more, position };
}

function formatPublication(publication: Publication): unknown {
  const { position, previous, data, format, publishedAtMs, expiresAtMs, key } = publication;
  return {
    position,
    previous,
    format,
    ...(typeof data === "string"
      ? { data: format === "json" ? (JSON.parse(data) as unknown) : data }
      : { base64: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64") }),
    publishedAtMs,
    ...(expiresAtMs !== Infinity && { expiresAtMs }),
    ...(key !== undefined && { key }),
  };
}
