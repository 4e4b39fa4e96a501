import { writeSync } from "node:fs";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import type { Durability } from "../../src/broker/publication.js";

/**
 * Publishes as fast as it can until it is killed, and writes each acknowledged publication to stdout.
 * Arguments: folder, durability, and per publisher the number of its first publication.
 */
const [path = "", durability, ...firsts] = process.argv.slice(2);
const broker = await openLmdbBroker({ path });
const policy = { historyCount: 1_000_000, historyAgeMs: Infinity, durability: durability as Durability };

async function run(publisher: number, first: number): Promise<void> {
  for (let number = first; ; number++) {
    const { position } = await broker.publish({
      channel: `room:${publisher % 3}`,
      data: `${publisher} ${number} ${"x".repeat((number * 37) % 2000)}`,
      format: "text",
      policy,
      key: `${publisher}:${number}`,
    });
    writeSync(1, `${publisher} ${number} ${position}\n`);
  }
}

writeSync(1, `ready ${broker.report.found}\n`);
await Promise.all(firsts.map(async (first, publisher) => run(publisher, Number(first))));
