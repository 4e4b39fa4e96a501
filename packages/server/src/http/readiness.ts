import type { Broker } from "../broker/broker.js";
import type { ChannelListener, Publication } from "../broker/publication.js";
import type { Clock } from "../clock.js";

export interface Readiness {
  readonly isReady: boolean;
  /** Milliseconds from publishing to hearing. */
  readonly deliveryMs: number;
  /** Why not. */
  readonly reason?: string;
}

const TIMEOUT_MS = 2000;
/** Answers are shared for this long: asking costs the broker at most one publication per this time. */
const FRESH_MS = 1000;

/** Proves that what is published is delivered, by doing it: a broker can be reachable and deaf. */
export class ReadinessProbe implements ChannelListener {
  private readonly broker: Broker;
  private readonly clock: Clock;
  /** No client can name it. */
  private readonly channel: string;
  private round = 0;
  private heard: ((round: number) => void) | undefined;
  private isAttached = false;
  private last: { readonly atMs: number; readonly readiness: Promise<Readiness> } | undefined;

  constructor(broker: Broker, clock: Clock, nodeId: string) {
    this.broker = broker;
    this.clock = clock;
    this.channel = `#ready:${nodeId}`.slice(0, 255);
  }

  ask(): Promise<Readiness> {
    const nowMs = this.clock.now();
    // A clock that was set back tells nothing about the last answer's age.
    if (this.last === undefined || nowMs < this.last.atMs || nowMs - this.last.atMs >= FRESH_MS) {
      this.last = { atMs: nowMs, readiness: this.probe() };
    }
    return this.last.readiness;
  }

  onPublication({ data }: Publication): void {
    this.heard?.(Number(data));
  }

  private async probe(): Promise<Readiness> {
    const startedAtMs = this.clock.now();
    const round = ++this.round;
    let cancel: (() => void) | undefined;
    const delivered = new Promise<string | undefined>((resolve) => {
      this.heard = (heardRound) => {
        if (heardRound === round) resolve(undefined);
      };
      cancel = this.clock.schedule(TIMEOUT_MS, () =>
        resolve(`broker: nothing came back within ${TIMEOUT_MS} ms`),
      );
    });
    const reason = await Promise.race([delivered, this.publish(round)]).then(
      (text) => text ?? delivered,
      (error: unknown) => `broker: ${error instanceof Error ? error.message : String(error)}`,
    );
    cancel?.();
    const deliveryMs = this.clock.now() - startedAtMs;
    return reason === undefined ? { isReady: true, deliveryMs } : { isReady: false, deliveryMs, reason };
  }

  private async publish(round: number): Promise<undefined> {
    if (!this.isAttached) await this.broker.attach(this.channel, this);
    this.isAttached = true;
    // Where the broker has a disk, the disk is asked as well.
    const durability = this.broker.durability === "memory" ? "memory" : "disk";
    await this.broker.publish({
      channel: this.channel,
      data: String(round),
      format: "text",
      policy: { historyCount: 0, historyAgeMs: 1, durability },
    });
    return undefined;
  }
}
