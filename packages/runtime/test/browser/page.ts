/** Runs in the browser: one case of the suite at a time, on the browser's own WebSocket. */
import { createRuntime } from "../../src/browser/index.js";
import {
  conformanceCases,
  type Abilities,
  type Seen,
  type SuiteProfile,
  type SuiteRuntime,
} from "@weapp-socket/testkit/suites/runtime";

/** What the test gives to the page. */
export interface PageSetup {
  readonly profile: SuiteProfile;
  readonly base: string;
  readonly closedBase: string;
  readonly abilities: Abilities;
}

declare global {
  // oxlint-disable-next-line no-var -- a global of the page
  var serverSeen: (id: string, what: string, count: number) => Promise<Seen>;
  // oxlint-disable-next-line no-var -- a global of the page
  var runCase: (setup: PageSetup, name: string) => Promise<string | undefined>;
}

/** What was wrong, or undefined. */
globalThis.runCase = async ({ profile, base, closedBase, abilities }, name) => {
  const one = conformanceCases(abilities).find((candidate) => candidate.name === name);
  try {
    await one!.run({
      profile,
      closedBase,
      abilities,
      server: { base, seen: (id, what, count = 1) => serverSeen(id, what, count) },
      createRuntime: (options) => createRuntime(options) as unknown as SuiteRuntime,
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
