import { createRuntime } from "@weapp-socket/runtime";
import { CLOSED_BASE } from "@weapp-socket/testkit/suite-page";
import { openScriptPlayer, type ScriptPlayer } from "@weapp-socket/testkit/script-player";
import {
  conformanceCases,
  type Abilities,
  type SuiteProfile,
  type SuiteRuntime,
} from "@weapp-socket/testkit/suites/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Node over our own wire can do all. */
const abilities: Abilities = {
  setsHandshake: true,
  readsHeaders: true,
  namesCauses: true,
  measures: true,
  takesNoSubprotocol: true,
};

let server: ScriptPlayer;

beforeAll(async () => {
  server = await openScriptPlayer();
});

afterAll(() => server.close());

const cases = conformanceCases(abilities);

test("the suite is whole", () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(cases.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) !== index)).toEqual([]);
});

describe.each<SuiteProfile>(["device", "devtools"])("Node over wire, %s", (profile) => {
  for (const one of cases) {
    // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- a case throws what is wrong; names are data
    test(one.name, () =>
      one.run({
        profile,
        server,
        closedBase: CLOSED_BASE,
        abilities,
        createRuntime: (options) => createRuntime(options) as unknown as SuiteRuntime,
      }),
    );
  }
});
