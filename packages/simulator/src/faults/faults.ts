import type { Clock, LinkFailureCause, Transport } from "@weapp-socket/runtime/core";
import { GOOD_CONDITIONS, type Conditions } from "./conditions.js";
import { FaultyLink } from "./faulty-link.js";

/** Everything that can go wrong between a page and its servers, on demand. */
export interface Faults {
  /** Stands before the real transport. */
  readonly transport: Transport;
  readonly conditions: Conditions;
  /** Takes effect at once: for what is open, what is on its way, and what comes. */
  change(conditions: Partial<Conditions>): void;
  /** The next handshakes fail with this cause. Default: one, "refused". */
  rejectNext(count?: number, cause?: LinkFailureCause): void;
  /**
   * Cuts every connection: 1006, or a failure where it was not open yet.
   *
   * @param only connections whose address begins so. Default: all
   */
  cut(only?: string): void;
  /** Ends every open connection as if the server had closed it, after what it has sent so far. */
  close(code: number, reason?: string, only?: string): void;
  /** Every open connection goes dead: nothing arrives any more, either way, and nobody is told. */
  halfOpen(only?: string): void;
}

/**
 * @param transport what really dials
 * @param random from 0 to 1, for jitter
 */
export function createFaults(transport: Transport, clock: Clock, random: () => number): Faults {
  return new FaultControl(transport, clock, random);
}

class FaultControl implements Faults {
  readonly transport: Transport = { dial: (request, events) => this.#dial(request, events) };
  readonly #inner: Transport;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #links = new Set<FaultyLink>();
  #conditions: Conditions = GOOD_CONDITIONS;
  #rejections: { left: number; cause: LinkFailureCause } = { left: 0, cause: "refused" };

  constructor(transport: Transport, clock: Clock, random: () => number) {
    this.#inner = transport;
    this.#clock = clock;
    this.#random = random;
  }

  get conditions(): Conditions {
    return this.#conditions;
  }

  change(conditions: Partial<Conditions>): void {
    const before = this.#conditions;
    this.#conditions = { ...before, ...conditions };
    const { offline, paused } = this.#conditions;
    if (offline && !before.offline) this.cut();
    if (paused === before.paused) return;
    for (const link of this.#links) {
      if (paused) link.hold();
      else link.release();
    }
  }

  rejectNext(count = 1, cause: LinkFailureCause = "refused"): void {
    this.#rejections = { left: count, cause };
  }

  cut(only = ""): void {
    for (const link of this.#matching(only)) link.cut();
  }

  close(code: number, reason = "", only = ""): void {
    for (const link of this.#matching(only)) link.closeFromServer(code, reason);
  }

  halfOpen(only = ""): void {
    for (const link of this.#matching(only)) link.die();
  }

  #dial(...[request, events]: Parameters<Transport["dial"]>): FaultyLink {
    const link = new FaultyLink({
      request,
      events,
      transport: this.#inner,
      clock: this.#clock,
      random: this.#random,
      conditions: () => this.#conditions,
      onEnd: (ended) => this.#links.delete(ended),
    });
    this.#links.add(link);
    const { offline, latencyMs, paused } = this.#conditions;
    if (paused) link.hold();
    if (this.#rejections.left > 0) {
      this.#rejections.left -= 1;
      const { cause } = this.#rejections;
      const late = cause === "timeout" ? request.timeoutMs : latencyMs;
      link.refuse(
        { cause, detail: `the handshake was rejected with ${cause} (a fault that was asked for)` },
        late,
      );
    } else if (offline) {
      link.refuse({ cause: "dns", detail: "there is no network (a fault that was asked for)" }, 0);
    } else {
      link.dial();
    }
    return link;
  }

  #matching(only: string): readonly FaultyLink[] {
    return [...this.#links].filter((link) => link.url.startsWith(only));
  }
}
