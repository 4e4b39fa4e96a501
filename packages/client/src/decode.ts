import type { ServerMessage, Unknown } from "@weapp-socket/protocol";

/**
 * The messages of one frame; throws where there are none. The protocol's own codec checks every field, as a server must,
 * which hears strangers. A client hears the server that it chose: what a wrong field can do there is to end the
 * connection, or to cause a gap, which is told. Only the heartbeat would make a clock of it that never stops.
 */
export function decode(frame: string): ReadonlyArray<ServerMessage | Unknown> {
  const messages = ([] as ServerMessage[]).concat(JSON.parse(frame) as ServerMessage);
  messages.forEach((message) => {
    if (message.t === "welcome" && !(message.heartbeatMs > 0)) throw new Error(message.t);
  });
  return messages;
}
