import type { AckLevel, ClientMessage } from "../messages.js";

/** An ack goes after this many messages, or half of what the window allows, or this long after the first of them. */
const ACK_MESSAGES = 32;
const ACK_MS = 1_000;

/** How far one channel has come. */
interface Progress {
  /** What the next ack begins after. */
  from: string;
  /** What it goes up to; undefined: there is nothing to acknowledge. */
  upTo?: string | undefined;
  /** What the application was given and has not processed. */
  readonly open: string[];
}

/** Cumulative acks of one client, gathered so that they cost little. */
export interface Acks {
  /** A welcome said how much may be unacknowledged. */
  limit(windowMessages: number, windowBytes: number): void;
  /** All of a frame of this size has come; true when an ack is due at once. */
  arrived(bytes: number): boolean;
  /** `p` came, which follows `prev`. */
  came(channel: string, p: string, prev: string, now: number): void;
  /** What came is known already: the channel stands at `position`. It counts against the server's window as well. */
  cameAgain(channel: string, position: string, now: number): void;
  /** The application has processed everything up to `position`. Of before a gap, it is too late to say so. */
  processed(channel: string, position: string, now: number): void;
  /** It is not wanted any more, or there was a gap: nothing that came before is acknowledged. */
  forget(channel: string): void;
  /** The ack to send, if there is anything to say. */
  take(): ClientMessage | undefined;
  /** Infinity: none. */
  readonly deadline: number;
}

export function createAcks(level: AckLevel): Acks {
  const byReceipt = level === "received";
  const byChannel = Object.create(null) as Record<string, Progress>;
  let dueAt = Infinity;
  let messages = 0;
  let bytes = 0;
  let maxMessages = ACK_MESSAGES;
  let maxBytes = Infinity;

  function progressOf(channel: string, from: string): Progress {
    return byChannel[channel] || (byChannel[channel] = { from, open: [] });
  }

  function mark(progress: Progress, position: string, now: number): void {
    messages += 1;
    progress.upTo = position;
    dueAt = Math.min(dueAt, now + ACK_MS);
  }

  return {
    limit(windowMessages, windowBytes) {
      maxMessages = Math.min(ACK_MESSAGES, windowMessages >> 1);
      maxBytes = windowBytes / 2;
    },
    arrived(size) {
      bytes += size;
      return messages >= maxMessages || bytes >= maxBytes;
    },
    came(channel, p, prev, now) {
      const progress = progressOf(channel, prev);
      if (byReceipt) mark(progress, p, now);
      else progress.open.push(p);
    },
    cameAgain(channel, position, now) {
      const progress = progressOf(channel, position);
      mark(progress, progress.upTo || progress.from, now);
    },
    processed(channel, position, now) {
      const progress = byChannel[channel];
      const at = progress ? progress.open.indexOf(position) : -1;
      if (at >= 0) {
        progress!.open.splice(0, at + 1);
        mark(progress!, position, now);
      }
    },
    forget(channel) {
      delete byChannel[channel];
    },
    take() {
      const c: Record<string, string> = {};
      const from: Record<string, string> = {};
      Object.keys(byChannel).forEach((channel) => {
        const progress = byChannel[channel]!;
        if (progress.upTo === undefined) return;
        from[channel] = progress.from;
        c[channel] = progress.from = progress.upTo;
        progress.upTo = undefined;
      });
      // JSON leaves out what is undefined.
      const ack = { t: "ack", c, from, level: byReceipt ? undefined : level };
      messages = bytes = 0;
      dueAt = Infinity;
      return Object.keys(c).length > 0 ? (ack as ClientMessage) : undefined;
    },
    get deadline() {
      return dueAt;
    },
  };
}
