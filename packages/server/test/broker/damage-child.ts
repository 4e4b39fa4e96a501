import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";

/** Opens the store that it is given, uses it, closes it, and prints how it was found. */
const [, , path, channel] = process.argv as [string, string, string, string];
const broker = await openLmdbBroker({ path });
broker.channels({ limit: 1000 });
broker.history({ channel, direction: "forward", limit: 1000 });
const policy = { historyCount: 100, historyAgeMs: Infinity, durability: "disk" } as const;
await broker.publish({ channel, data: "new", format: "text", policy });
await broker.close();
process.stdout.write(JSON.stringify(broker.report));
