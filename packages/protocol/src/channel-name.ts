/** The user's own inbox: the one channel that every user has and nobody else may read. */
export const INBOX = "~";

export const MAX_CHANNEL_LENGTH = 200;

const PATTERN = /^[A-Za-z0-9_\-:.~/@]{1,200}$/;

/** PROTOCOL.md 2.1. A name that starts with `~` is only valid when it is the inbox. */
export function isChannelName(text: string): boolean {
  return PATTERN.test(text) && (text === INBOX || text.charAt(0) !== INBOX);
}
