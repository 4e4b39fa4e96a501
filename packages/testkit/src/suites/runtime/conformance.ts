import { addressCases } from "./address.js";
import { closeCases } from "./close.js";
import { handshakeCases } from "./handshake.js";
import { legacyCases } from "./legacy.js";
import { lifeCases } from "./life.js";
import { limitCases } from "./limits.js";
import { orderCases } from "./order.js";
import { sendCases } from "./send.js";
import { settlingCases } from "./settling.js";
import { taskCases } from "./task.js";
import type { Abilities, SuiteCase } from "./world.js";

/** Every case of the conformance suite that a transport with these abilities can be put to. */
export function conformanceCases(abilities: Abilities): readonly SuiteCase[] {
  return [
    ...settlingCases,
    ...addressCases,
    ...handshakeCases,
    ...limitCases,
    ...taskCases,
    ...orderCases,
    ...sendCases,
    ...closeCases,
    ...lifeCases,
    ...legacyCases,
  ].filter(({ needs }) => needs === undefined || abilities[needs]);
}
