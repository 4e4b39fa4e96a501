import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMemoryBroker } from "../../src/broker/memory-broker.js";
import { Chain } from "../../src/broker/remote/chain.js";
import { createManualClock } from "./manual-clock.js";
import { createDice, policyOf } from "./suite/world.js";
import type { ChannelListener, Publication } from "../../src/broker/publication.js";

/** Hears what a chain delivers, and notes the gaps between. */
class Diary implements ChannelListener {
  readonly entries: string[] = [];

  onPublication({ data }: Publication): void {
    this.entries.push(String(data));
  }

  onGap(_channel: string, position: string): void {
    this.entries.push(`gap to ${position.split("-")[0]}`);
  }
}

/** What may happen to a publication on its way. */
type Fate = "comes" | "is lost" | "comes twice" | "comes late";

interface Step {
  readonly fate: Fate;
  /** The line breaks, and is there again: the channel is attached anew. */
  readonly reattach: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  fate: fc.constantFrom("comes", "comes", "comes", "is lost", "comes twice", "comes late"),
  reattach: fc.boolean(),
});

/** With `isSilent` the line tells nothing more at the end: the last publication, which comes, must be enough. */
async function run(steps: readonly Step[], historyCount: number, isSilent = false): Promise<Diary> {
  const broker = createMemoryBroker({ clock: createManualClock(), random32: createDice() });
  const chain = new Chain("c", async (query) => {
    // What is published between the reading and its arrival is not in it.
    const page = broker.history(query);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    return page;
  });
  const diary = new Diary();
  chain.audience.add(diary);
  chain.attached(broker.position("c"));
  const late: Publication[] = [];
  let offset = 0;
  for (const { fate, reattach } of steps) {
    const heard: Publication[] = [];
    const ear: ChannelListener = { onPublication: (publication) => heard.push(publication) };
    broker.attach("c", ear);
    broker.publish({ channel: "c", data: `${++offset}`, format: "text", policy: policyOf(historyCount) });
    broker.detach("c", ear);
    const [publication] = heard;
    if (publication !== undefined) {
      if (fate === "comes late") late.push(publication);
      else if (fate !== "is lost") chain.take(publication);
      if (fate === "comes twice") chain.take(publication);
      if (fate === "comes") for (const old of late.splice(0)) chain.take(old);
    }
    if (reattach) chain.attached(broker.position("c"));
    await Promise.resolve();
  }
  if (!isSilent) chain.attached(broker.position("c"));
  for (let turn = 0; turn < 400; turn++) await Promise.resolve();
  await broker.close();
  return diary;
}

describe("chain", () => {
  it("S1: delivers everything once and in order, whatever is lost on the way, while history has it", async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { entries } = await run(steps, 1000);
      expect(entries).toEqual(steps.map((_, index) => `${index + 1}`));
      const last: Step = { fate: "comes", reattach: false };
      const silent = await run([...steps, last], 1000, true);
      expect(silent.entries).toEqual([...entries, `${steps.length + 1}`]);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it("S2: tells a gap wherever it cannot, and goes on behind it", async () => {
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 0, max: 3 }),
      async (steps, historyCount) => {
        const { entries } = await run(steps, historyCount);
        let last = 0;
        for (const entry of entries) {
          const gap = /^gap to (\d+)$/.exec(entry);
          const offset = Number(gap?.[1] ?? entry);
          expect(offset).toBeGreaterThan(last);
          if (gap === null) expect(offset).toBe(last + 1);
          last = offset;
        }
        expect(last).toBe(steps.length);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
