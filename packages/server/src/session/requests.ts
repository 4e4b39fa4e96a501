import { createHash } from "node:crypto";
import { DEVICE_INBOX, EVERYBODY, INBOX, type Json, type SessionOutput } from "@weapp-socket/protocol";
import type { AccessAction } from "../access.js";
import type { Identity } from "../auth/identity.js";
import type { Member } from "../broker/presence.js";
import type { Publication } from "../broker/publication.js";
import { deviceInboxOf, EVERYONE, inboxOf } from "../inner-channel.js";
import { toContent } from "../outbound-frame.js";
import { RequestError } from "../request-error.js";
import type { ServerNode } from "../server-node.js";
import { forbidden } from "./answers.js";

/** Whose wish it is. */
export interface Requester {
  readonly identity: Identity | undefined;
  readonly user: string;
  /** As the client names it. */
  readonly device: string;
}

type Output<Type extends SessionOutput["type"]> = Extract<SessionOutput, { type: Type }>;

const MAX_PAGE = 1000;

/**
 * The broker's name of a channel that the client may have.
 * @throws (rejects) RequestError where it may not.
 */
export async function grantChannel(
  { settings }: ServerNode,
  requester: Requester,
  action: AccessAction,
  name: string,
  data?: Json,
): Promise<string> {
  const { identity, user } = requester;
  if (name.startsWith(INBOX)) {
    if (action === "publish") throw forbidden(`channel ${name}: only the server writes to it`);
    if (name === EVERYBODY) {
      if (action === "join") return EVERYONE;
      throw forbidden(`channel ${name}: this client may not ${action}`);
    }
    if (user === "") throw forbidden(`channel ${name}: nobody in particular has no inbox`);
    if (name === DEVICE_INBOX && deviceOf(requester) === "") {
      throw forbidden(`channel ${name}: no device in particular has no inbox`);
    }
    return brokerChannelOf(requester, name);
  }
  const wish = data === undefined ? {} : { data };
  if (await settings.authorize({ action, channel: name, identity, ...wish })) return name;
  throw forbidden(`channel ${name}: this client may not ${action}`);
}

/** The broker's name of a channel that the client has. */
export function brokerChannelOf(requester: Requester, name: string): string {
  if (name === INBOX) return inboxOf(requester.user);
  if (name === DEVICE_INBOX) return deviceInboxOf(requester.user, deviceOf(requester));
  return name === EVERYBODY ? EVERYONE : name;
}

/** What is proven goes before what the client says. */
function deviceOf({ identity, device }: Requester): string {
  return identity?.device ?? device;
}

export async function publishFor(
  node: ServerNode,
  requester: Requester,
  { channel, key, data }: Output<"publish">,
): Promise<Json> {
  if (!channel.startsWith(INBOX) && !node.ruleOf(channel).clientPublish) {
    throw forbidden(`channel ${channel}: clients may not publish`);
  }
  const name = await grantChannel(node, requester, "publish", channel, data);
  const { position } = await node.publish({
    channel: name,
    ...toContent(data),
    key: scopedKey(requester, key),
  });
  return { p: position };
}

export async function historyFor(
  node: ServerNode,
  requester: Requester,
  { channel, before, after, limit }: Output<"history">,
): Promise<Json> {
  const name = await grantChannel(node, requester, "history", channel);
  const isForward = after !== undefined;
  const page = await node.broker.history({
    channel: name,
    direction: isForward ? "forward" : "backward",
    limit: Math.min(limit, MAX_PAGE),
    ...(isForward && { after }),
    ...(!isForward && before !== undefined && { before }),
  });
  if (page.status !== "ok") {
    throw new RequestError("not-found", false, `position: not in the history of ${channel} (${page.status})`);
  }
  const oldestFirst = isForward ? page.publications : page.publications.toReversed();
  return { messages: oldestFirst.map(toHistoryMessage), more: page.more };
}

export async function membersFor(
  node: ServerNode,
  requester: Requester,
  { channel }: Output<"members">,
): Promise<Json> {
  const name = await grantChannel(node, requester, "members", channel);
  const { members, count } = await node.broker.presence.list({ channel: name, limit: MAX_PAGE });
  return {
    count,
    members: members.map(toMember),
  };
}

function toHistoryMessage({ position: p, data, format, publishedAtMs: at }: Publication): Json {
  if (typeof data !== "string") return { p, d: Buffer.from(data).toString("base64"), base64: true, at };
  return { p, d: format === "json" ? (JSON.parse(data) as Json) : data, at };
}

/** A member as clients see it. */
export function toMember({ memberId, user, info }: Pick<Member, "memberId" | "user" | "info">): Json {
  const device = memberId.startsWith(`${user} `) ? memberId.slice(user.length + 1) : "";
  return info === undefined ? { user, device } : { user, device, info: JSON.parse(info) as Json };
}

/** Keys are the client's own: nobody takes somebody else's. */
export function scopedKey({ user, device }: Requester, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([user, device, key]))
    .digest("base64url");
}
