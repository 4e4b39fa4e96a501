import { afterEach, beforeEach } from "vitest";
import { createManualClock, type ManualClock } from "../manual-clock.js";
import type {
  Broker,
  ChannelPolicy,
  HistoryPage,
  HistoryQuery,
  PublishRequest,
} from "../../../src/broker/broker.js";
import type {
  ChannelListener,
  Durability,
  PresenceEvent,
  Publication,
} from "../../../src/broker/publication.js";
import type { Clock } from "../../../src/clock.js";

/** An engine as the suite meets it. */
export interface Engine {
  readonly name: string;
  /** What the suite's publications ask for. */
  readonly durability: Durability;
  /** A fresh, empty broker on the given clock and dice. */
  open(clock: Clock, random32: () => number): Promise<Broker>;
}

export class Ear implements ChannelListener {
  readonly publications: Publication[] = [];
  readonly presence: PresenceEvent[] = [];
  /** Where the chain went on behind a gap. */
  readonly gaps: string[] = [];

  onGap(_channel: string, position: string): void {
    this.gaps.push(position);
  }

  onPublication(publication: Publication): void {
    this.publications.push(publication);
  }

  onPresence(event: PresenceEvent): void {
    this.presence.push(event);
  }

  get data(): unknown[] {
    return this.publications.map((publication) => publication.data);
  }
}

/** A small generator of 32-bit numbers, the same for the same seed. */
export function createDice(seed = 1): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

export function policyOf(
  historyCount: number,
  historyAgeMs = 3_600_000,
  durability: Durability = "memory",
): ChannelPolicy {
  return { historyCount, historyAgeMs, durability };
}

/** A fresh broker for every test of the surrounding `describe`, and the words that tests speak to it. */
export interface World {
  readonly clock: ManualClock;
  readonly broker: Broker;
  policy(historyCount: number, historyAgeMs?: number): ChannelPolicy;
  /** To `room`, as text, with a history of 100; answers with the position. */
  publish(data: string, more?: Partial<PublishRequest>): Promise<string>;
  /** Of `room`, forward, all of it. */
  history(more?: Partial<HistoryQuery>): Promise<HistoryPage>;
  dataOf(more?: Partial<HistoryQuery>): Promise<unknown[]>;
}

export function useWorld(engine: Engine): World {
  let clock: ManualClock;
  let broker: Broker;

  beforeEach(async () => {
    clock = createManualClock();
    broker = await engine.open(clock, createDice());
  });

  afterEach(async () => {
    await broker.close();
  });

  const world: World = {
    get clock() {
      return clock;
    },
    get broker() {
      return broker;
    },
    policy: (historyCount, historyAgeMs) => policyOf(historyCount, historyAgeMs, engine.durability),
    async publish(data, more) {
      const request = { channel: "room", data, format: "text" as const, policy: world.policy(100), ...more };
      return (await broker.publish(request)).position;
    },
    async history(more) {
      return broker.history({ channel: "room", direction: "forward", limit: 1000, ...more });
    },
    async dataOf(more) {
      return (await world.history(more)).publications.map((publication) => publication.data);
    },
  };
  return world;
}
