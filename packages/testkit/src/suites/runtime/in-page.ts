import type { Seen } from "../script.js";
import { conformanceCases } from "./conformance.js";
import type { Abilities, SuiteProfile, SuiteRuntime } from "./world.js";

/** What the test process gives to a page. */
export interface PageSetup {
  readonly profile: SuiteProfile;
  readonly base: string;
  readonly closedBase: string;
  readonly abilities: Abilities;
}

declare global {
  // oxlint-disable-next-line no-var -- a global of the page
  var serverSeen: (id: string, what: string, count: number) => Promise<Seen>;
  /** Runs one case. What was wrong, or undefined. */
  // oxlint-disable-next-line no-var -- a global of the page
  var runCase: ((setup: PageSetup, name: string) => Promise<string | undefined>) | undefined;
}

/** Runs in a page: lets the test process put `createRuntime` to the suite, one case at a time. */
export function offerSuite(createRuntime: (options: Record<string, unknown>) => SuiteRuntime): void {
  globalThis.runCase = async ({ profile, base, closedBase, abilities }, name) => {
    const one = conformanceCases(abilities).find((candidate) => candidate.name === name);
    const server = {
      base,
      seen: (id: string, what: string, count: number = 1): Promise<Seen> => serverSeen(id, what, count),
    };
    try {
      await one!.run({ profile, closedBase, abilities, server, createRuntime });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
}
