import { describe } from "vitest";
import { openLmdbBroker } from "../../src/broker/lmdb/broker.js";
import { describeBroker } from "./suite.js";
import { useTemporaryFolders } from "./temporary-folder.js";

describe.each(["memory", "disk", "fsync"] as const)("lmdb, %s", (durability) => {
  const makeFolder = useTemporaryFolders();
  describeBroker({
    name: `lmdb ${durability}`,
    durability,
    open: async (clock, random32) => openLmdbBroker({ path: makeFolder(), clock, random32 }),
  });
});
