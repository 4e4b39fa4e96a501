import type {
  Clock,
  DialRequest,
  Link,
  LinkEvents,
  LinkFailure,
  Transport,
} from "@weapp-socket/runtime/core";
import type { Conditions } from "./conditions.js";
import { Lane } from "./lane.js";

/** What a closing handshake gets that nobody answers. */
const DEAD_CLOSE_MS = 5_000;

export interface FaultyLinkOptions {
  readonly request: DialRequest;
  readonly events: LinkEvents;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly conditions: () => Conditions;
  /** The link has ended, whichever way. */
  readonly onEnd: (link: FaultyLink) => void;
}

/** One connection with the faults between the page and the real link. */
export class FaultyLink implements Link {
  readonly url: string;
  readonly #options: FaultyLinkOptions;
  readonly #outbound: Lane;
  readonly #inbound: Lane;
  #inner: Link | undefined;
  #state: "waiting" | "connecting" | "open" | "ended" = "waiting";
  #dead = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: FaultyLinkOptions) {
    const { request, clock, random, conditions } = options;
    this.url = request.url;
    this.#options = options;
    this.#outbound = new Lane(clock, random, conditions);
    this.#inbound = new Lane(clock, random, conditions);
  }

  get bufferedBytes(): number {
    return this.#outbound.bytes + (this.#inner?.bufferedBytes ?? 0);
  }

  /** Starts for real; waits first while the server stands still. */
  dial(): void {
    const { request, clock, conditions } = this.#options;
    if (!conditions().paused) return this.#dialNow(request);
    this.#cancelTimer = clock.setTimer(request.timeoutMs, () =>
      this.fail({ cause: "timeout", detail: "the server stands still (a fault that was asked for)" }),
    );
  }

  send(data: string | ArrayBuffer): void {
    if (this.#state !== "open" || this.#dead) return;
    const bytes = typeof data === "string" ? data.length : data.byteLength;
    this.#outbound.push(bytes, () => this.#inner?.send(data));
  }

  close(code: number, reason: string): void {
    if (this.#state === "ended") return;
    if (this.#dead) {
      this.#cancelTimer ??= this.#options.clock.setTimer(DEAD_CLOSE_MS, () => this.#closed(1006, ""));
      return;
    }
    if (this.#inner === undefined) {
      this.#options.clock.defer(() => this.#closed(1006, ""));
      return;
    }
    this.#outbound.push(0, () => this.#inner?.close(code, reason));
  }

  terminate(): void {
    this.#end();
  }

  /** Never opens, soon: `afterMs` from now. */
  refuse(failure: LinkFailure, afterMs: number): void {
    this.#state = "connecting";
    this.#cancelTimer = this.#options.clock.setTimer(afterMs, () => this.fail(failure));
  }

  fail(failure: LinkFailure): void {
    if (this.#state === "ended" || this.#state === "open") return;
    this.#end();
    this.#options.events.fail(failure);
  }

  /** The wire is cut: nobody says goodbye. */
  cut(): void {
    this.#options.clock.defer(() => {
      if (this.#state === "open") this.#closed(1006, "");
      else this.fail({ cause: "reset", detail: "the connection was cut (a fault that was asked for)" });
    });
  }

  /** As if the server had closed it, after what it sent so far. */
  closeFromServer(code: number, reason: string): void {
    if (this.#state !== "open" || this.#dead) return;
    const inner = this.#inner;
    this.#inner = undefined;
    inner?.close(1000, "");
    this.#inbound.push(0, () => this.#closed(code, reason));
  }

  /** From now on nothing arrives, either way, and nobody notices. */
  die(): void {
    if (this.#state !== "open" || this.#dead) return;
    this.#dead = true;
    this.#outbound.clear();
    this.#inbound.clear();
  }

  /** The server stands still. */
  hold(): void {
    this.#inbound.hold();
  }

  release(): void {
    this.#inbound.release();
    if (this.#state !== "waiting") return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#dialNow(this.#options.request);
  }

  #dialNow(request: DialRequest): void {
    const { events, transport } = this.#options;
    this.#state = "connecting";
    const arrive = (bytes: number, deliver: () => void): void => {
      // A dead link, or one that the server left by a fault, hears nothing of the real one any more.
      if (!this.#dead && this.#inner !== undefined) this.#inbound.push(bytes, deliver);
    };
    this.#inner = transport.dial(request, {
      open: (response) =>
        arrive(0, () => {
          this.#state = "open";
          events.open(response);
        }),
      message: (data) =>
        arrive(typeof data === "string" ? data.length : data.byteLength, () => events.message(data)),
      // Nothing came before it that it could overtake, and a timeout is this side's own.
      fail: (failure) => this.fail(failure),
      close: (code, reason) => arrive(0, () => this.#closed(code, reason)),
    });
  }

  #closed(code: number, reason: string): void {
    if (this.#state === "ended") return;
    this.#end();
    this.#options.events.close(code, reason);
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#cancelTimer?.();
    this.#outbound.clear();
    this.#inbound.clear();
    const inner = this.#inner;
    this.#inner = undefined;
    inner?.terminate();
    this.#options.onEnd(this);
  }
}
