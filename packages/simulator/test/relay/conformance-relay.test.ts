import { createNodeTransport } from "@weapp-socket/runtime";
import { openSuitePage, type SuitePage } from "@weapp-socket/testkit/suite-page";
import { conformanceCases, type Abilities, type SuiteProfile } from "@weapp-socket/testkit/suites/runtime";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acceptRelay } from "../../src/relay/host/accept.js";
import { RelaySession } from "../../src/relay/host/relay-session.js";

/** Through the relay a page can do all that Node can. */
const abilities: Abilities = {
  setsHandshake: true,
  readsHeaders: true,
  namesCauses: true,
  measures: true,
  takesNoSubprotocol: true,
};

let page: SuitePage;
beforeAll(async () => {
  const transport = createNodeTransport();
  const host = createServer();
  host.on("upgrade", (request, socket, head) =>
    acceptRelay(
      request,
      socket as Socket,
      head,
      (relay) => new RelaySession(relay, { transport, calls: new Map() }),
    ),
  );
  page = await openSuitePage({ entry: join(import.meta.dirname, "conformance-page.ts"), abilities, host });
});
afterAll(() => page?.close());

const cases = conformanceCases(abilities);

describe.each<SuiteProfile>(["device", "devtools"])("a page's sockets through the relay, %s", (profile) => {
  for (const { name } of cases) {
    // oxlint-disable-next-line vitest/valid-title -- names are data
    test(name, async () => {
      expect(await page.run(profile, name)).toBeUndefined();
    });
  }
});
