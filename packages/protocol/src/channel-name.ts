/** The user's own inbox: the one channel that every user has and nobody else may read. */
export const INBOX = "~";

/** The inbox of the user's one device. */
export const DEVICE_INBOX = "~device";

/** What is pushed to everybody. */
export const EVERYBODY = "~all";

export const MAX_CHANNEL_LENGTH = 200;

const PATTERN = /^(?:~(?:device|all)?|(?!~)[A-Za-z0-9_\-:.~/@]{1,200})$/;

/** PROTOCOL.md 2.1. Of the names that start with `~` only the server's own three are valid. */
export function isChannelName(text: string): boolean {
  // Who is asked in JavaScript may be asked about anything.
  return typeof text === "string" && PATTERN.test(text);
}
