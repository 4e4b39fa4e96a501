import { createChannelCursor, type ChannelCursor } from "../channel-cursor.js";
import type {
  Attached,
  ClientMessage,
  ErrorBody,
  Message,
  ServerMessage,
  Skip,
  WantedChannels,
} from "../messages.js";
import type { Acks } from "./acks.js";
import type { ClientOutput } from "./inputs.js";

/** Milliseconds before a subscription that was refused with `retry` is tried again, when the server names no time. */
const RETRY_MS = 5_000;

interface Subscription {
  readonly cursor: ChannelCursor;
  /** Number of the subscribe that is on its way. */
  asked: number | undefined;
  /** Infinity: not by itself. */
  retryAt: number;
}

/** The channels that the application wants, where each stands, and what is on its way to mend a hole. */
export interface Subscriptions {
  want(channel: string, position: string | null): boolean;
  drop(channel: string): boolean;
  /** For the hello. */
  wanted(): WantedChannels;
  /** The connection is gone: no answer is coming. */
  lost(): void;
  /** The subscribe that a channel needs now. */
  ask(channel: string, id: number): ClientMessage;
  /** Channels whose refused subscription is due again. */
  due(now: number): string[];
  /** The answer for a wanted channel. */
  attached(channel: string, answer: Attached | { readonly error: ErrorBody }, now: number): ClientOutput[];
  /** The channel that a reply is about, if it answers a subscribe. */
  askedBy(id: number): string | undefined;
  /** A publication or skip. `recover` calls for a subscribe. */
  take(
    message: Message | Skip,
    now: number,
  ): { readonly outputs: readonly ClientOutput[]; readonly recover: boolean };
  jumped(message: Extract<ServerMessage, { t: "gap" }>): ClientOutput[];
  /** Infinity: none. */
  readonly deadline: number;
}

export function createSubscriptions(acks: Acks): Subscriptions {
  const byChannel = Object.create(null) as Record<string, Subscription>;

  function drop(channel: string): boolean {
    if (byChannel[channel] === undefined) return false;
    delete byChannel[channel];
    acks.forget(channel);
    return true;
  }

  return {
    want(channel, position) {
      if (byChannel[channel] !== undefined) return false;
      byChannel[channel] = { cursor: createChannelCursor(position), asked: undefined, retryAt: Infinity };
      return true;
    },
    drop,
    wanted() {
      const all: Record<string, string | null> = {};
      Object.keys(byChannel).forEach((channel) => {
        all[channel] = byChannel[channel]!.cursor.position();
      });
      return all;
    },
    lost() {
      Object.keys(byChannel).forEach((channel) => {
        const subscription = byChannel[channel]!;
        subscription.asked = undefined;
        subscription.retryAt = Infinity;
        subscription.cursor.recovering();
      });
    },
    ask(channel, id) {
      const subscription = byChannel[channel]!;
      subscription.asked = id;
      subscription.retryAt = Infinity;
      subscription.cursor.recovering();
      const position = subscription.cursor.position();
      // JSON leaves out what is undefined.
      return {
        t: "subscribe",
        id,
        c: channel,
        position: position === null ? undefined : position,
      } as ClientMessage;
    },
    due(now) {
      return Object.keys(byChannel).filter((channel) => byChannel[channel]!.retryAt <= now);
    },
    attached(channel, answer, now) {
      const subscription = byChannel[channel]!;
      subscription.asked = undefined;
      if ("error" in answer) {
        if (answer.error.retry) {
          subscription.retryAt = now + (answer.error.afterMs === undefined ? RETRY_MS : answer.error.afterMs);
          return [];
        }
        drop(channel);
        return [{ type: "refused", channel, error: answer.error }];
      }
      const gap = subscription.cursor.attach(answer);
      const position = subscription.cursor.position()!;
      const outputs: ClientOutput[] = [{ type: "attached", channel, position }];
      if (gap !== undefined) {
        acks.forget(channel);
        outputs.push({ type: "gap", channel, why: gap, position });
      }
      return outputs;
    },
    askedBy(id) {
      return Object.keys(byChannel).filter((channel) => byChannel[channel]!.asked === id)[0];
    },
    take(message, now) {
      const subscription = byChannel[message.c];
      if (subscription === undefined) return { outputs: [], recover: false };
      const verdict = subscription.cursor.take(message.p, message.prev);
      if (verdict === "duplicate") acks.cameAgain(message.c, subscription.cursor.position()!, now);
      if (verdict !== "deliver") return { outputs: [], recover: verdict === "recover" };
      acks.came(message.c, message.p, message.prev, now);
      return { outputs: message.t === "message" ? [{ type: "message", message }] : [], recover: false };
    },
    jumped(gap) {
      const subscription = byChannel[gap.c];
      if (subscription === undefined) return [];
      subscription.cursor.jump(gap.p);
      acks.forget(gap.c);
      return [{ type: "gap", channel: gap.c, why: gap.why, position: gap.p }];
    },
    get deadline() {
      return Object.keys(byChannel).reduce(
        (at, channel) => Math.min(at, byChannel[channel]!.retryAt),
        Infinity,
      );
    },
  };
}
