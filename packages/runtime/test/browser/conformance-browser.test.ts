import { openSuitePage, type SuitePage } from "@weapp-socket/testkit/suite-page";
import { conformanceCases, type Abilities, type SuiteProfile } from "@weapp-socket/testkit/suites/runtime";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What a browser's own WebSocket does not let a page do: the table in SPEC.md. */
const abilities: Abilities = {
  setsHandshake: false,
  readsHeaders: false,
  namesCauses: false,
  measures: false,
  takesNoSubprotocol: false,
};

let page: SuitePage;
beforeAll(async () => {
  page = await openSuitePage({ entry: join(import.meta.dirname, "page.ts"), abilities });
});
afterAll(() => page?.close());

const cases = conformanceCases(abilities);

describe.each<SuiteProfile>(["device", "devtools"])("the browser's own WebSocket, %s", (profile) => {
  for (const { name } of cases) {
    // oxlint-disable-next-line vitest/valid-title -- names are data
    test(name, async () => {
      expect(await page.run(profile, name)).toBeUndefined();
    });
  }
});
