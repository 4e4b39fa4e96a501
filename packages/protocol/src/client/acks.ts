import type { AckLevel, ClientMessage } from "../messages.js";

/** An ack goes after this many messages, or half of what the window allows, or this long after the first of them. */
const ACK_MESSAGES = 32;
const ACK_MS = 1_000;

/** Cumulative acks of one client, gathered so that they cost little. */
export interface Acks {
  /** A welcome said how much may be unacknowledged. */
  limit(windowMessages: number, windowBytes: number): void;
  /** Something of this size arrived; true when an ack is due at once. */
  arrived(bytes: number): boolean;
  /** Everything of this channel up to here is acknowledged with the next ack. */
  mark(channel: string, position: string, now: number): void;
  forget(channel: string): void;
  /** The ack to send, if there is anything to say. */
  take(): ClientMessage | undefined;
  readonly deadline: number | undefined;
}

export function createAcks(level: AckLevel): Acks {
  let marked: Record<string, string> = {};
  let dueAt: number | undefined;
  let messages = 0;
  let bytes = 0;
  let maxMessages = ACK_MESSAGES;
  let maxBytes = Infinity;

  return {
    limit(windowMessages, windowBytes) {
      maxMessages = Math.max(1, Math.min(ACK_MESSAGES, windowMessages >> 1));
      maxBytes = windowBytes / 2;
      messages = 0;
      bytes = 0;
    },
    arrived(size) {
      messages += 1;
      bytes += size;
      return messages >= maxMessages || bytes >= maxBytes;
    },
    mark(channel, position, now) {
      marked[channel] = position;
      if (dueAt === undefined) dueAt = now + ACK_MS;
    },
    forget(channel) {
      delete marked[channel];
    },
    take() {
      messages = 0;
      bytes = 0;
      dueAt = undefined;
      const c = marked;
      if (Object.keys(c).length === 0) return undefined;
      marked = {};
      return level === "received" ? { t: "ack", c } : { t: "ack", c, level };
    },
    get deadline() {
      return dueAt;
    },
  };
}
