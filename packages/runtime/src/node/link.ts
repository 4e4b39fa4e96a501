import type { DialRequest, Link, LinkEvents } from "../core/index.js";
import { startAttempt, type AttemptSettings } from "./attempt.js";
import { OpenConnection, type ConnectionSettings } from "./open-connection.js";

export type LinkSettings = AttemptSettings & ConnectionSettings;

/** One link of the Node transport: an attempt, then an open connection. */
export class NodeLink implements Link {
  private readonly events: LinkEvents;
  private connection: OpenConnection | undefined;
  /** Gives the attempt up, while there is one. */
  private abandon: (() => void) | undefined;
  private isOver = false;

  constructor(settings: LinkSettings, request: DialRequest, events: LinkEvents) {
    this.events = events;
    this.abandon = startAttempt(settings, request, {
      opened: ({ socket, response, deflate }) => {
        this.abandon = undefined;
        this.connection = new OpenConnection(socket, settings, deflate, events);
        events.open(response);
        return this.connection;
      },
      failed: (failure) => {
        this.isOver = true;
        events.fail(failure);
      },
    });
  }

  get bufferedBytes(): number {
    return this.connection?.bufferedBytes ?? 0;
  }

  send(data: string | ArrayBuffer): void {
    this.connection?.send(data);
  }

  close(code: number, reason: string): void {
    if (this.isOver) return;
    if (this.connection !== undefined) {
      this.connection.startClosing(code, reason);
      return;
    }
    this.isOver = true;
    this.abandon?.();
    setImmediate(() => this.events.close(code, reason));
  }

  terminate(): void {
    this.isOver = true;
    this.abandon?.();
    this.connection?.terminate();
  }
}
