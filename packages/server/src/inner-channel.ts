import type { PushTarget } from "./server-control.js";

/** Channels of the server's own begin with `#`, which no public name has. They sort before all public names. */
const MARK = "#";

/** A listing that begins after this one has public names only. */
export const AFTER_INNER = "$";

/** What is pushed to everybody. */
export const EVERYONE = "#all";

/** The inbox of a user. */
export function inboxOf(user: string): string {
  return `#user ${user}`;
}

/** The inbox of one installation of a user. */
export function deviceInboxOf(user: string, device: string): string {
  return `#device ${user} ${device}`;
}

/** What is pushed to somebody comes in these. None for nobody; `device` is "" where it is not known. */
export function inboxesOf(who: Partial<InboxOwner> | undefined): readonly string[] {
  if (who?.user === undefined || who.user === "") return [];
  const { user, device = "" } = who;
  return device === "" ? [inboxOf(user)] : [inboxOf(user), deviceInboxOf(user, device)];
}

/** The channel that carries what is pushed to a target. */
export function channelOf(target: PushTarget): string {
  if ("channel" in target) return target.channel;
  if ("all" in target) return EVERYONE;
  const { user, device } = target;
  return device === undefined ? inboxOf(user) : deviceInboxOf(user, device);
}

/** Whose inbox a channel is. Users and devices have no spaces. */
export interface InboxOwner {
  readonly user: string;
  readonly device?: string;
}

/** `undefined` where the channel is no inbox. */
export function ownerOf(channel: string): InboxOwner | undefined {
  const [kind, user, device] = channel.split(" ");
  if (kind === "#user") return { user: user! };
  return kind === "#device" ? { user: user!, device: device! } : undefined;
}

export function isInnerChannel(name: string): boolean {
  return name.startsWith(MARK);
}
