import type { PageCalls } from "./page-calls.js";
import type { Connection, TaskEvent } from "./socket-task.js";

/**
 * The global socket functions of before SocketTask: one listener an event, one current task.
 * Spec section 5.
 */
export interface LegacySocket {
  /** A task was made. It becomes the current one, or not. */
  adopt(connection: Connection): void;
  listener(connection: Connection, event: TaskEvent): unknown;
  setListener(event: TaskEvent, listener: unknown): void;
  send(option: unknown): Promise<unknown> | undefined;
  close(option: unknown): Promise<unknown> | undefined;
}

export type LegacyCurrent = "first-not-closed" | "latest";

const OPEN = 1;
const CLOSED = 3;

export function createLegacySocket(
  calls: PageCalls,
  rule: LegacyCurrent,
  connections: () => Iterable<Connection>,
): LegacySocket {
  const listeners: Partial<Record<TaskEvent, unknown>> = {};
  let current: Connection | undefined;

  return {
    adopt(connection) {
      if (rule === "latest" || current === undefined || current.task.readyState === CLOSED)
        current = connection;
    },
    listener: (connection, event) => (connection === current ? listeners[event] : undefined),
    setListener(event, listener) {
      if (typeof listener === "function") listeners[event] = listener;
    },
    send(option) {
      if (current?.task.readyState === OPEN) return current.send(option, true);
      return calls.answer(option, false, { errMsg: "sendSocketMessage:fail WebSocket is not connected" });
    },
    close(option) {
      const others = [...connections()].filter((one) => one !== current);
      let answer: Promise<unknown> | undefined;
      if (current === undefined || current.task.readyState === CLOSED) {
        const errMsg = "closeSocket:fail WebSocket is not connected";
        answer = calls.answer(option, false, { errMsg });
      } else {
        current.task.readyState = CLOSED;
        answer = current.close(option, true);
      }
      for (const other of others) void other.close(undefined, false);
      return answer;
    },
  };
}
