/** The shape of every message, one row a type: what `codec.ts` holds incoming messages against. */
import { isChannelName, MAX_CHANNEL_LENGTH } from "./channel-name.js";
import {
  anyText,
  flag,
  integer,
  json,
  listOf,
  mapOf,
  matching,
  nullable,
  objectOf,
  oneOf,
  optional,
  range,
  text,
  type Check,
  type Fields,
} from "./check.js";
import type { ClientMessage, ServerMessage } from "./messages.js";
import { MAX_POSITION_LENGTH } from "./position.js";

/** Most channels that one hello, welcome or ack may name. */
export const MAX_CHANNELS = 1_000;

const channel = matching(
  isChannelName,
  `a channel name of 1 to ${MAX_CHANNEL_LENGTH} of A-Z a-z 0-9 _ - : . ~ / @`,
);
const position = anyText(MAX_POSITION_LENGTH);
const id = integer(1, Number.MAX_SAFE_INTEGER);
const serverId = integer(Number.MIN_SAFE_INTEGER, -1);
const time = integer(0, Number.MAX_SAFE_INTEGER);
const count = integer(0, Number.MAX_SAFE_INTEGER);
const token = text(8_192);
const key = text(64);
const errorBody = objectOf({
  code: text(64),
  message: anyText(1_024),
  retry: flag,
  afterMs: optional(count),
});
const member = objectOf({ user: anyText(128), device: anyText(64) });
const attached = objectOf({
  position: optional(position),
  recovered: optional(flag),
  gap: optional(text(64)),
  error: optional(errorBody),
});

/** A reply carries `ok` or `error`, and never both. */
const reply = (ids: Check): Fields => ({ id: ids, error: optional(errorBody) });

export const clientShapes: Readonly<Record<ClientMessage["t"], Fields>> = {
  hello: {
    id,
    version: range(1, 1_000),
    token: optional(token),
    device: optional(text(64)),
    attempt: optional(count),
    session: optional(text(64)),
    secret: optional(text(64)),
    reason: optional(text(32)),
    client: optional(text(128)),
    channels: optional(mapOf(channel, nullable(position), MAX_CHANNELS)),
  },
  subscribe: { id, c: channel, position: optional(position) },
  unsubscribe: { id, c: channel },
  history: {
    id,
    c: channel,
    before: optional(position),
    after: optional(position),
    limit: optional(integer(1, 1_000)),
  },
  members: { id, c: channel },
  publish: { id, c: channel, key, d: json },
  call: { id, method: text(128), key, d: optional(json) },
  reply: reply(serverId),
  ack: {
    c: mapOf(channel, position, MAX_CHANNELS),
    from: optional(mapOf(channel, position, MAX_CHANNELS)),
    level: optional(oneOf("received", "processed")),
  },
  auth: { id, token },
  ping: { id },
  pong: { id },
  hidden: {},
  shown: {},
  bye: {},
};

export const serverShapes: Readonly<Record<ServerMessage["t"], Fields>> = {
  welcome: {
    id,
    version: integer(1, 1_000),
    session: text(64),
    secret: text(64),
    resumed: flag,
    user: anyText(128),
    now: time,
    heartbeatMs: integer(1, 3_600_000),
    window: integer(1, Number.MAX_SAFE_INTEGER),
    windowBytes: integer(1, Number.MAX_SAFE_INTEGER),
    messageBytes: integer(1, Number.MAX_SAFE_INTEGER),
    channels: mapOf(channel, attached, MAX_CHANNELS),
  },
  reply: reply(id),
  message: {
    c: channel,
    p: text(MAX_POSITION_LENGTH),
    prev: position,
    d: json,
    at: optional(time),
    base64: optional(flag),
  },
  skip: { c: channel, p: text(MAX_POSITION_LENGTH), prev: position },
  gap: { c: channel, p: position, why: text(64) },
  subscribed: { c: channel, position },
  unsubscribed: { c: channel, error: errorBody },
  presence: { c: channel, joined: listOf(member, 10_000), left: listOf(member, 10_000) },
  call: { id: serverId, method: text(128), key: optional(key), d: optional(json) },
  ping: { id },
  pong: { id },
  expiring: { inMs: count },
  bye: {
    code: integer(1_000, 4_999),
    name: text(64),
    retry: flag,
    after: optional(range(0, 86_400_000)),
    to: optional(text(2_048)),
    message: optional(anyText(1_024)),
  },
};
