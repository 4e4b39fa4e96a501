import type { Recorder } from "./recorder.js";

type SocketTask = { send(options: { readonly data: string | ArrayBuffer }): unknown };

/** The author's SocketTasks by the id of their record, for those who send on them from outside. */
export interface OpenTasks {
  /** Calls `connect`, which gives a task where it opens one. */
  connect(connect: () => unknown): unknown;
  /** Error where the socket is not open. */
  send(id: number, data: string | ArrayBuffer): void;
}

export function createOpenTasks(recorder: Recorder): OpenTasks {
  const tasks = new Map<number, SocketTask>();
  recorder.listen((event) => {
    if (event.type === "socket" && event.socket.state === "closed") tasks.delete(event.socket.id);
  });
  return {
    connect(connect) {
      const before = recorder.sockets.at(-1);
      const task = connect();
      const record = recorder.sockets.at(-1);
      if (record !== undefined && record !== before && record.state !== "closed")
        tasks.set(record.id, task as SocketTask);
      return task;
    },
    send(id, data) {
      const task = tasks.get(id);
      const state = recorder.sockets.find((record) => record.id === id)?.state ?? "unknown";
      if (task === undefined || state !== "open")
        throw new Error(`sendOn: expected the id of an open socket, got ${id}, which is ${state}`);
      task.send({ data });
    },
  };
}
