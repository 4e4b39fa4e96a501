import { describe } from "vitest";
import { describeForget } from "./suite/forget.js";
import { describeHistory } from "./suite/history.js";
import { describePublish } from "./suite/publish.js";
import { describeRefusals } from "./suite/refusals.js";
import { describeStores } from "./suite/stores.js";
import type { Engine } from "./suite/world.js";

/** The promises that every engine keeps; packages/server/src/broker/BROKER.md has the numbers. */
export function describeBroker(engine: Engine): void {
  describe(`${engine.name}: broker`, () => {
    describePublish(engine);
    describeHistory(engine);
    describeStores(engine);
    describeForget(engine);
    describeRefusals(engine);
  });
}
