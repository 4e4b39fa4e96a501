import type { Unknown } from "../codec.js";
import type { Attached, ClientMessage, ErrorBody, Json, Reply, ServerMessage } from "../messages.js";
import type { ClientOutput } from "./inputs.js";
import type { Outbox } from "./outbox.js";
import type { Subscriptions } from "./subscriptions.js";

/** Everything the server says in a live connection that needs no more than its subscriptions and its outbox. */
export type Talk = Exclude<ServerMessage, { readonly t: "bye" | "call" | "expiring" }> | Unknown;

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
    const { ok, error } = reply as { readonly ok?: Json; readonly error?: ErrorBody };
    const request = outbox.settle(reply.id, error, now);
    if (request === undefined) return;
    emit([error === undefined ? { type: "settled", request, ok: ok! } : { type: "settled", request, error }]);
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
        emit(subscriptions.jumped(message));
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
      default:
        // Of those that want no answer, none has a negative id.
        if (Number((message as Unknown).id) < 0) {
          const error = { code: "unsupported", message: "type: expected a known one", retry: false };
          send([{ t: "reply", id: Number((message as Unknown).id), error }]);
        }
    }
  }

  return { hear };
}

/** Throws where the `ok` is no attachment: nothing tells where the channel stands. */
function asAttached(ok: Json): Attached {
  const attached = ok as unknown as Attached;
  if (typeof attached.position !== "string") throw new TypeError("position");
  return attached;
}
