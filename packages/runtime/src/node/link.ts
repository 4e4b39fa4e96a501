import type { DialRequest, Link, LinkEvents } from "../core/index.js";
import { startAttempt, type AttemptSettings } from "./attempt.js";
import { OpenConnection, type ConnectionSettings } from "./open-connection.js";

export type LinkSettings = AttemptSettings & ConnectionSettings;

/** One link of the Node transport: an attempt, then an open connection. */
export function createLink(settings: LinkSettings, request: DialRequest, events: LinkEvents): Link {
  let connection: OpenConnection | undefined;
  let isOver = false;

  const abandon = startAttempt(settings, request, {
    opened({ socket, response, deflate }) {
      connection = new OpenConnection(socket, settings, deflate, events);
      events.open(response);
      return connection;
    },
    failed(failure) {
      isOver = true;
      events.fail(failure);
    },
  });

  return {
    send(data) {
      connection?.send(data);
    },
    close(code, reason) {
      if (isOver) return;
      if (connection !== undefined) {
        connection.startClosing(code, reason);
        return;
      }
      isOver = true;
      abandon();
      setImmediate(() => events.close(code, reason));
    },
    terminate() {
      isOver = true;
      if (connection === undefined) abandon();
      else connection.terminate();
    },
    get bufferedBytes() {
      return connection?.bufferedBytes ?? 0;
    },
  };
}
