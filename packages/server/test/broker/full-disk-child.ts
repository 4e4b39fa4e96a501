import { writeSync } from "node:fs";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { RequestError } from "../../src/request-error.js";
import type { Durability } from "../../src/broker/publication.js";

/** Publishes into a store that may not grow beyond what the shell allows, and tells what became of it. */
const [path = "", durability] = process.argv.slice(2);
const broker = await openLmdbBroker({ path });
const policy = { historyCount: 1_000_000, historyAgeMs: Infinity, durability: durability as Durability };
const heard: string[] = [];
const gaps: string[] = [];
broker.attach("room", {
  onPublication: ({ position }) => heard.push(position),
  onGap: (_, position) => gaps.push(position),
});

const accepted: string[] = [];
const refused: string[] = [];
/** Several at a time, so that some are gathered while others fail. */
async function run(publisher: number): Promise<void> {
  for (let index = 0; refused.length < 3 && gaps.length < 3; index++) {
    try {
      const { position } = await broker.publish({
        channel: "room",
        data: "x".repeat(1000),
        format: "text",
        policy,
        key: `${publisher} ${index}`,
      });
      accepted.push(position);
    } catch (error) {
      refused.push(
        error instanceof RequestError ? `${error.code} ${error.retryable}: ${error.message}` : String(error),
      );
    }
    // Out of step with the others.
    for (let turn = 0; turn <= publisher; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

await Promise.all(Array.from({ length: 8 }, async (_, publisher) => run(publisher)));

const kept: string[] = [];
let after: string | undefined;
for (;;) {
  const page = broker.history({
    channel: "room",
    direction: "forward",
    limit: 1000,
    ...(after !== undefined && { after }),
  });
  kept.push(...page.publications.map(({ position }) => position));
  if (!page.more) break;
  after = page.next;
}
const resumed = broker.history({
  channel: "room",
  direction: "forward",
  limit: 1,
  after: accepted[0]!,
}).status;

let closed = "closed";
try {
  await broker.close();
} catch (error) {
  closed = String(error);
}
writeSync(1, JSON.stringify({ accepted, refused, heard, gaps, kept, resumed, closed }));
