import { openBrowser } from "@weapp-socket/testkit";
import { openScriptPlayer, type ScriptPlayer } from "@weapp-socket/testkit/script-player";
import { conformanceCases, type Abilities, type SuiteProfile } from "@weapp-socket/testkit/suites/runtime";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unusedBase } from "../unused-address.js";
import { bundle } from "./bundle.js";

/** What a browser's own WebSocket does not let a page do: the table in SPEC.md. */
const abilities: Abilities = {
  setsHandshake: false,
  readsHeaders: false,
  namesCauses: false,
  measures: false,
  takesNoSubprotocol: false,
};

let browser: Browser;
let server: ScriptPlayer;
let host: Server;
let script: string;
let closedBase: string;

beforeAll(async () => {
  [browser, server, script, closedBase] = await Promise.all([
    openBrowser(),
    openScriptPlayer(),
    bundle(join(import.meta.dirname, "page.ts")),
    unusedBase(),
  ]);
  host = createServer((_request, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>suite</title>");
  });
  await new Promise<void>((resolve) => {
    host.listen(0, "127.0.0.1", resolve);
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  host?.close();
});

/** On this machine's own address: from anywhere else Chromium asks before a page may connect to it. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  await page.exposeFunction("serverSeen", (id: string, what: "head", count: number) =>
    server.seen(id, what, count),
  );
  await page.goto(`http://127.0.0.1:${(host.address() as AddressInfo).port}/`);
  await page.addScriptTag({ content: script });
  return page;
}

const cases = conformanceCases(abilities);

describe.each<SuiteProfile>(["device", "devtools"])("the browser's own WebSocket, %s", (profile) => {
  let page: Page;
  beforeAll(async () => {
    page = await openPage();
  });
  afterAll(() => page.close());

  for (const { name } of cases) {
    // oxlint-disable-next-line vitest/valid-title -- names are data
    test(name, { timeout: 20_000 }, async () => {
      const setup = { profile, base: server.base, closedBase, abilities };
      const wrong = await page.evaluate(([one, title]) => runCase(one, title), [setup, name] as const);
      expect(wrong).toBeUndefined();
    });
  }
});
