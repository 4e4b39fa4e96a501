import type { Link, LinkEvents } from "@weapp-socket/runtime/core";
import { BINARY_MESSAGE, TEXT_MESSAGE, type HostMessage, type PageMessage } from "../relay-message.js";

/** What a link needs of the relay that carries it. */
export interface LinkCarrier {
  control(message: PageMessage): void;
  payload(id: number, kind: number, data: string | ArrayBuffer): void;
  /** The link takes no more events. */
  forget(id: number): void;
  readonly bufferedBytes: number;
}

/** One socket of the author's program, whose other half is in the host. */
export class PageLink implements Link {
  readonly #id: number;
  readonly #carrier: LinkCarrier;
  readonly #events: LinkEvents;
  #ended = false;
  #open = false;
  #heldByHost = 0;

  constructor(id: number, carrier: LinkCarrier, events: LinkEvents) {
    this.#id = id;
    this.#carrier = carrier;
    this.#events = events;
  }

  get bufferedBytes(): number {
    return this.#ended ? 0 : this.#carrier.bufferedBytes + this.#heldByHost;
  }

  send(data: string | ArrayBuffer): void {
    if (this.#ended) return;
    this.#carrier.payload(this.#id, typeof data === "string" ? TEXT_MESSAGE : BINARY_MESSAGE, data);
  }

  close(code: number, reason: string): void {
    if (!this.#ended) this.#carrier.control({ type: "close", id: this.#id, code, reason });
  }

  terminate(): void {
    if (this.#ended) return;
    this.#end();
    this.#carrier.control({ type: "terminate", id: this.#id });
  }

  /** A control message of this link. */
  receive(message: HostMessage): void {
    if (message.type === "open") {
      this.#open = true;
      this.#events.open(message.response);
    } else if (message.type === "buffered") {
      this.#heldByHost = message.bytes;
    } else if (message.type === "fail") {
      this.#end();
      this.#events.fail(message.failure);
    } else if (message.type === "closed") {
      this.#end();
      this.#events.close(message.code, message.reason);
    }
  }

  message(data: string | ArrayBuffer): void {
    this.#events.message(data);
  }

  /** The relay itself is gone. */
  lose(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#open) this.#events.close(1006, "");
    else this.#events.fail({ cause: "reset", detail: "the connection to the simulator's host ended" });
  }

  #end(): void {
    this.#ended = true;
    this.#carrier.forget(this.#id);
  }
}
