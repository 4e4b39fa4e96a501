import type { Unknown } from "../codec.js";
import type { Attached, ClientMessage, ErrorBody, Json, Reply, ServerMessage } from "../messages.js";
import type { ClientOutput } from "./inputs.js";
import type { Outbox } from "./outbox.js";
import type { Subscriptions } from "./subscriptions.js";

/** Everything the server says in a live connection that does not end it or ask for a token. */
export type Talk = Exclude<ServerMessage, { readonly t: "bye" | "expiring" }> | Unknown;

export interface ConversationParts {
  readonly subscriptions: Subscriptions;
  readonly outbox: Outbox;
  readonly emit: (outputs: readonly ClientOutput[]) => void;
  readonly send: (messages: readonly ClientMessage[]) => void;
  readonly nextId: () => number;
}

export interface Conversation {
  hear(message: Talk, now: number): void;
}

export function createConversation({
  subscriptions,
  outbox,
  emit,
  send,
  nextId,
}: ConversationParts): Conversation {
  function replied(reply: Reply, now: number): void {
    const channel = subscriptions.askedBy(reply.id);
    if (channel !== undefined) {
      emit(
        subscriptions.attached(
          channel,
          "error" in reply ? { error: reply.error } : asAttached(reply.ok),
          now,
        ),
      );
      return;
    }
    const error = "error" in reply ? reply.error : undefined;
    const request = outbox.settle(reply.id, error, now);
    if (request === undefined) return;
    emit([
      "error" in reply
        ? { type: "settled", request, error: reply.error }
        : { type: "settled", request, ok: reply.ok },
    ]);
  }

  function hear(message: Talk, now: number): void {
    switch (message.t) {
      case "message":
      case "skip": {
        const { outputs, recover } = subscriptions.take(message, now);
        emit(outputs);
        if (recover) send([subscriptions.ask(message.c, nextId())]);
        return;
      }
      case "gap":
        emit(subscriptions.jumped(message, now));
        return;
      case "reply":
        replied(message, now);
        return;
      case "ping":
        send([{ t: "pong", id: message.id }]);
        return;
      case "presence":
        emit([{ type: "presence", channel: message.c, joined: message.joined, left: message.left }]);
        return;
      case "subscribed":
        subscriptions.want(message.c, null);
        emit(subscriptions.attached(message.c, { position: message.position }, now));
        return;
      case "unsubscribed":
        if (subscriptions.drop(message.c))
          emit([{ type: "refused", channel: message.c, error: message.error }]);
        return;
      case "call":
        emit([{ type: "called", id: message.id, method: message.method, data: message.d }]);
        return;
      case "unknown":
        if (message.id !== undefined && message.id < 0) {
          const error = {
            code: "unsupported",
            message: `type: expected a known one, got ${message.type}`,
            retry: false,
          };
          send([{ t: "reply", id: message.id, error }]);
        }
        return;
      case "pong":
      case "welcome":
        return;
    }
  }

  return { hear };
}

/** An `ok` that is no attachment leaves the channel where it stands, to be asked for again. */
function asAttached(ok: Json): Attached | { readonly error: ErrorBody } {
  if (typeof ok === "object" && ok !== null && typeof (ok as { position?: unknown }).position === "string") {
    return ok as unknown as Attached;
  }
  return {
    error: { code: "failed", message: "subscribe: expected a position in the reply, got none", retry: true },
  };
}
