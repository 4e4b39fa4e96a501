import type { Unknown } from "../codec.js";
import type { ClientMessage } from "../messages.js";
import { ack } from "./session-flow.js";
import type { SessionMachine } from "./session-machine.js";

/** After the hello and before the welcome there is little to say. */
export function early(m: SessionMachine, message: ClientMessage | Unknown, now: number): void {
  switch (message.t) {
    case "ping":
    case "pong":
    case "hidden":
    case "shown":
    case "bye":
      hear(m, message, now);
      return;
    default:
      m.end("bad-message", now, {
        message: `message: expected to wait for the welcome, got ${message.t}`,
      });
  }
}

/** What a live client may say. */
export function hear(m: SessionMachine, message: ClientMessage | Unknown, now: number): void {
  switch (message.t) {
    case "hello":
      m.end("bad-message", now, { message: "hello: expected once, got another" });
      return;
    case "subscribe":
      if (!m.hasChannelRoom(message.c)) {
        const text = `channels: expected at most ${m.options.maxChannels}, got one more`;
        m.refuse(message.id, { code: "too-many-channels", message: text, retry: false }, now);
      } else {
        m.attach(message.c, message.position, message.id);
      }
      return;
    case "unsubscribe":
      m.detach(message.c, now);
      m.reply(message.id, {}, now);
      return;
    case "history":
      m.emit({
        type: "history",
        id: message.id,
        channel: message.c,
        before: message.before,
        after: message.after,
        limit: message.limit ?? m.options.pageMessages,
      });
      return;
    case "members":
      m.emit({ type: "members", id: message.id, channel: message.c });
      return;
    case "publish":
      m.emit({
        type: "publish",
        id: message.id,
        channel: message.c,
        key: message.key,
        data: message.d,
      });
      return;
    case "call":
      m.emit({
        type: "call",
        id: message.id,
        method: message.method,
        key: message.key!,
        data: message.d,
      });
      return;
    case "reply":
      m.answered(message);
      return;
    case "ack":
      for (const [channel, position] of Object.entries(message.c)) {
        ack(m, channel, position, message.level ?? "received", own(message.from, channel), now);
      }
      return;
    case "auth":
      m.emit({ type: "reauthenticate", id: message.id, token: message.token });
      return;
    case "ping":
      m.send({ t: "pong", id: message.id }, now);
      return;
    case "hidden":
    case "shown":
      m.show(message.t === "shown", now);
      return;
    case "bye":
      m.emit({ type: "left" });
      m.finish(1000, "");
      return;
    case "unknown":
      if (message.id !== undefined) {
        const text = `type: expected a known one, got ${message.type}`;
        m.refuse(message.id, { code: "unsupported", message: text, retry: false }, now);
      }
      return;
    case "pong":
      return;
  }
}

/** A channel's name may be that of something that every object has. */
function own(map: Readonly<Record<string, string>> | undefined, channel: string): string | undefined {
  return map !== undefined && Object.hasOwn(map, channel) ? map[channel] : undefined;
}
