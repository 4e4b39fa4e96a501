import { cpSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { createMemoryBroker } from "../../src/broker/memory-broker.js";
import { BrokerModel, type ModelPublish, type ModelRead } from "./broker-model.js";
import { createManualClock } from "./manual-clock.js";
import { createDice } from "./suite/world.js";
import { useTemporaryFolders } from "./temporary-folder.js";
import type { Broker } from "../../src/broker/broker.js";
import type { Durability } from "../../src/broker/publication.js";

type Step =
  | { readonly do: "publish"; readonly publishes: readonly ModelPublish[] }
  | { readonly do: "read"; readonly read: ModelRead }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "forget"; readonly channel: string }
  | { readonly do: "reopen" }
  | { readonly do: "crash" };

const channel = fc.constantFrom("a", "b", "c");

/** Each channel has its durability most of the time, so that some never see anything weak. */
const strengths: ReadonlyMap<string, readonly Durability[]> = new Map([
  ["a", ["disk"]],
  ["b", ["fsync", "disk"]],
  ["c", ["memory", "memory", "disk"]],
]);

const publish: fc.Arbitrary<ModelPublish> = channel.chain((name) =>
  fc.record({
    channel: fc.constant(name),
    data: fc.string({ maxLength: 8 }),
    historyCount: fc.constantFrom(0, 1, 3, 8, 8, 8),
    historyAgeMs: fc.constantFrom(20_000, 900_000, Infinity),
    durability: fc.constantFrom(...strengths.get(name)!),
    key: fc.option(fc.constantFrom("k1", "k2"), { nil: undefined }),
    ttlMs: fc.option(fc.constantFrom(5000, 60_000), { nil: undefined }),
  }),
);

const fraction = fc.option(fc.double({ min: 0, max: 0.999, noNaN: true }), { nil: undefined });

const read: fc.Arbitrary<ModelRead> = fc.record({
  channel,
  direction: fc.constantFrom("forward", "backward"),
  limit: fc.integer({ min: 1, max: 5 }),
  after: fraction,
  before: fc.option(fraction, { nil: undefined }),
});

const wait = fc.record({
  do: fc.constant("wait" as const),
  ms: fc.constantFrom(1, 1000, 20_000, 400_000, 1_300_000),
});

const commonSteps: readonly fc.WeightedArbitrary<Step>[] = [
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      publishes: fc.array(publish, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("read" as const), read }) },
  { weight: 2, arbitrary: wait },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), channel }) },
];

const storeSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "crash" as const }) },
];

/** How often; rotating by default, repeated with the seed that a failure prints. */
const runs = Number(process.env["BROKER_MODEL_RUNS"] ?? 40);

describe("broker against its model", () => {
  const makeFolder = useTemporaryFolders();

  it("memory", { timeout: 120_000 + runs * 1000 }, async () => {
    const program = fc.array(fc.oneof(...commonSteps), { maxLength: 60 });
    const property = fc.asyncProperty(program, async (steps) => {
      const clock = createManualClock();
      const broker = createMemoryBroker({ clock, random32: createDice(), forgetChannelMs: 1e12 });
      const model = new BrokerModel();
      for (const step of steps) {
        if (step.do === "publish") {
          for (const each of step.publishes) {
            await model.publish(broker, { ...each, durability: "memory" }, clock.now());
          }
        } else if (step.do === "read") {
          await model.read(broker, step.read, clock.now());
        } else if (step.do === "wait") {
          clock.advance(step.ms);
        } else if (step.do === "forget") {
          await model.forget(broker, step.channel);
        }
      }
      await broker.close();
    });
    await expect(fc.assert(property, { numRuns: runs * 10 })).resolves.toBeUndefined();
  });

  it("lmdb, with crashes", { timeout: 120_000 + runs * 3000 }, async () => {
    const program = fc.array(fc.oneof(...commonSteps, ...storeSteps), { maxLength: 40 });
    const property = fc.asyncProperty(program, async (steps) => {
      const clock = createManualClock();
      const random32 = createDice();
      const model = new BrokerModel();
      const abandoned: Broker[] = [];
      let path = makeFolder();
      let broker = await openLmdbBroker({ path, clock, random32 });
      let settled = 0;
      try {
        for (const step of steps) {
          if (step.do === "publish") {
            for (const each of step.publishes) await model.publish(broker, each, clock.now());
          } else if (step.do === "read") {
            await model.read(broker, step.read, clock.now());
          } else if (step.do === "wait") {
            clock.advance(step.ms);
          } else if (step.do === "forget") {
            await model.forget(broker, step.channel);
          } else if (step.do === "reopen") {
            await broker.close();
            broker = await openLmdbBroker({ path, clock, random32 });
            await model.reopened(broker);
          } else {
            await broker.records.write({ key: `settled ${settled++}`, value: "", expect: 0, ttlMs: 1e12 });
            abandoned.push(broker);
            const copy = makeFolder();
            cpSync(path, copy, { recursive: true });
            path = copy;
            broker = await openLmdbBroker({ path, clock, random32 });
            await model.crashed(broker);
          }
        }
      } finally {
        abandoned.push(broker);
        for (const each of abandoned) await each.close();
      }
    });
    await expect(fc.assert(property, { numRuns: runs })).resolves.toBeUndefined();
  });
});
