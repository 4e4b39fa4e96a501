import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openBrowser } from "./browser.js";
import { bundleForBrowser } from "./browser-bundle.js";
import { openScriptPlayer } from "./script-player.js";
import type { Abilities, SuiteProfile } from "./suites/runtime/world.js";

/** A page in Chromium, and the scripted server that it talks to. */
export interface SuitePage {
  /** Runs one case of the suite. What was wrong, or undefined. */
  run(profile: SuiteProfile, name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface SuitePageOptions {
  /** The script that calls `offerSuite`. */
  readonly entry: string;
  readonly abilities: Abilities;
  /** Serves the page besides; `upgrade` requests are its own. */
  readonly host?: Server;
}

/**
 * The page comes from 127.0.0.1: from anywhere else Chromium asks before it may connect to this machine. One page a
 * profile: Chromium slows down pages whose connections fail.
 */
export async function openSuitePage({ entry, abilities, host }: SuitePageOptions): Promise<SuitePage> {
  const [browser, server, content] = await Promise.all([
    openBrowser(),
    openScriptPlayer(),
    bundleForBrowser(entry),
  ]);
  const http = host ?? createHttpServer();
  http.on("request", (_request, response) => {
    response.setHeader("content-type", "text/html").end("<!doctype html><title>suite</title>");
  });
  await new Promise<void>((resolve) => {
    http.listen(0, "127.0.0.1", resolve);
  });
  const { port } = http.address() as AddressInfo;

  async function openPage(): Promise<Awaited<ReturnType<typeof browser.newPage>>> {
    const page = await browser.newPage();
    await page.exposeFunction("serverSeen", (id: string, what: "head", count: number) =>
      server.seen(id, what, count),
    );
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.addScriptTag({ content });
    await page.waitForFunction(() => globalThis.runCase !== undefined);
    return page;
  }
  const pages = { device: await openPage(), devtools: await openPage() };

  return {
    run(profile, name) {
      const setup = { profile, base: server.base, closedBase: CLOSED_BASE, abilities };
      return pages[profile].evaluate(([one, title]) => globalThis.runCase!(one, title), [
        setup,
        name,
      ] as const);
    },
    async close() {
      await browser.close();
      http.closeAllConnections();
      http.close();
      await server.close();
    },
  };
}

/** Nobody listens there: only root may, it belongs to nothing, and browsers do not refuse it by themselves. */
export const CLOSED_BASE = "ws://127.0.0.1:2";
