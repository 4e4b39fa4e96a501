import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { makeProgram } from "../program-folder.js";
import { get, sessionOf, startSimulator } from "./simulator-world.js";

/** What a page of somebody else's can do to a simulator that runs on its reader's machine: a real Chromium tries. */

/** Leads to this machine, as names in a stranger's own DNS may. */
const NAME = "rebound.example";

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser([
    `--host-resolver-rules=MAP ${NAME} 127.0.0.1`,
    // Chromium's own wall between the net and this machine; others, and older ones, have none.
    "--disable-features=LocalNetworkAccessChecks",
  ]);
});
afterAll(() => browser.close());

interface World {
  /** The simulator's address, as its author opens it. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** A stranger's server, with a page that is white. */
  readonly strangerPort: number;
}

async function start(): Promise<World> {
  const { dir } = makeProgram({
    "pages/a/a.js": "Page({ onLoad() { getApp().secret = 'SECRET' } })",
    "secret.txt": "SECRET",
    "project.config.json": "{}",
    "package.json": '{"dependencies":{"shout":"1"}}',
    "node_modules/shout/package.json": "{}",
    "node_modules/shout/index.js": "module.exports = 'SECRET'",
    "app.js": "require('shout'); App({})",
    "secret.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>',
  });
  const { url, port } = await startSimulator({ dir });
  const { token } = await sessionOf(url);
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end("<!doctype html><title>stranger</title>");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => server.close().closeAllConnections());
  return { url, port, token, strangerPort: (server.address() as AddressInfo).port };
}

async function visit(address: string): Promise<Page> {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** Where a stranger's page may be: another port of this machine, by address or name, and a name in its own DNS. */
const STRANGERS = [
  ["another port", "http://127.0.0.1:PORT"],
  ["another port of localhost", "http://localhost:PORT"],
  ["a name that leads here", `http://${NAME}:PORT`],
] as const;
/** How it may call the simulator. */
const NAMES = ["127.0.0.1", "localhost", "0.0.0.0", NAME] as const;
const PATHS = [
  "/",
  "/frame/",
  "/program/session.json",
  "/program/program.json",
  "/program/modules.js",
  "/program/files/secret.txt",
  "/program/files/pages/a/a.js",
  "/program/sources/node_modules/shout/index.js",
] as const;

test.each(STRANGERS)("a page on %s reads nothing, by whatever name it calls", async (_, from) => {
  const { port, strangerPort } = await start();
  const page = await visit(from.replace("PORT", String(strangerPort)));
  const read = await page.evaluate(
    async ({ addresses }) => {
      const found: string[] = [];
      const note = (what: string, address: string): void => void found.push(`${what} ${address}`);
      const load = (tag: "script" | "img" | "link", address: string): Promise<boolean> =>
        new Promise((done) => {
          const element = document.createElement(tag);
          if (element instanceof HTMLLinkElement) {
            element.rel = "stylesheet";
            element.href = address;
          } else element.src = address;
          element.addEventListener("load", () => done(true));
          element.addEventListener("error", () => done(false));
          document.head.append(element);
        });
      Object.assign(window, { __weappDefine: (path: string) => note("defined", path) });
      const attempt = async (address: string): Promise<void> => {
        for (const init of [{}, { method: "POST", body: "{}" }, { headers: { "x-a": "1" } }] as RequestInit[])
          await fetch(address, init).then(
            () => note(`fetch ${JSON.stringify(init)}`, address),
            () => {},
          );
        // It may be sent; there is nothing in the answer for whoever sent it.
        const opaque = await fetch(address, { mode: "no-cors" }).catch(() => null);
        if (opaque !== null && (await opaque.text()) !== "") note("opaque", address);
        for (const tag of ["script", "img", "link"] as const)
          if (await load(tag, address)) note(tag, address);
      };
      await Promise.all(addresses.map(attempt));
      return found;
    },
    {
      addresses: NAMES.flatMap((name) =>
        [...PATHS, "/program/files/secret.svg"].map((path) => `http://${name}:${port}${path}`),
      ),
    },
  );
  expect(read).toEqual([]);
});

test.each(STRANGERS)("a page on %s opens no relay, even with the token", async (_, from) => {
  const { port, strangerPort, token } = await start();
  const page = await visit(from.replace("PORT", String(strangerPort)));
  const outcomes = await page.evaluate(
    (addresses) =>
      Promise.all(
        addresses.map(
          (address) =>
            new Promise<string>((done) => {
              const socket = new WebSocket(address);
              socket.addEventListener("open", () => done(`open ${address}`));
              socket.addEventListener("error", () => done("refused"));
            }),
        ),
      ),
    NAMES.map((name) => `ws://${name}:${port}/relay?token=${token}`),
  );
  expect(outcomes).toEqual(NAMES.map(() => "refused"));
});

test.each(STRANGERS)("a page on %s can frame nothing of it", async (_, from) => {
  const { port, strangerPort } = await start();
  const page = await visit(from.replace("PORT", String(strangerPort)));
  await page.evaluate(
    (addresses) =>
      Promise.all(
        addresses.flatMap((address) =>
          ["iframe", "embed", "object"].map(
            (tag) =>
              new Promise<void>((done) => {
                const element = document.createElement(tag);
                element.setAttribute(tag === "object" ? "data" : "src", address);
                element.addEventListener("load", () => done());
                element.addEventListener("error", () => done());
                document.body.append(element);
              }),
          ),
        ),
      ),
    ["127.0.0.1", NAME].flatMap((name) => ["/", "/frame/"].map((path) => `http://${name}:${port}${path}`)),
  );
  for (const frame of page.frames().slice(1)) {
    const found = frame.evaluate(() => "simulator" in window || document.title.includes("weapp"));
    const simulator = await found.catch((error: unknown) => {
      // What an object or embed refused to show has no frame any more.
      if (frame.isDetached()) return false;
      throw error;
    });
    expect([frame.url(), simulator]).toEqual([frame.url(), false]);
  }
});

test.each(STRANGERS)("a page on %s that opens it in a tab has no hold of that tab", async (_, from) => {
  const { url, strangerPort } = await start();
  const page = await visit(from.replace("PORT", String(strangerPort)));
  const [opened] = await Promise.all([
    page.waitForEvent("popup"),
    page.evaluate((address) => void Object.assign(window, { tab: open(address) }), url),
  ]);
  await opened.waitForFunction(() => window.simulator?.pages().length === 1);
  // The stranger's handle of the tab is cut off: it cannot send it elsewhere later, post to it or count its frames.
  expect(await page.evaluate(() => (window as unknown as { tab: Window }).tab.closed)).toBe(true);
  expect(await opened.evaluate(() => window.opener === null)).toBe(true);
});

test("a form that posts to it changes nothing and is told so", async () => {
  const { url, strangerPort } = await start();
  for (const path of ["/", "/program/session.json", "/relay"]) {
    const page = await visit(`http://127.0.0.1:${strangerPort}`);
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url() === `${url}${path}`),
      page.evaluate((action) => {
        const form = Object.assign(document.createElement("form"), { method: "POST", action });
        document.body.append(form);
        form.submit();
      }, `${url}${path}`),
    ]);
    expect(answer.status()).toBe(405);
  }
});

test("a name that leads here by DNS gets nothing, though to its browser all is one origin", async () => {
  const { port, token } = await start();
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  // The stranger's own server answered first, at this name and this port; then the name led here.
  const before = { body: "<!doctype html><title>stranger</title>", contentType: "text/html" };
  await page.route(`http://${NAME}:${port}/stranger`, (route) => route.fulfill(before));
  await page.goto(`http://${NAME}:${port}/stranger`);
  const outcomes = await page.evaluate(
    async ({ paths, relay }) => {
      const answers = await Promise.all(
        paths.map(async (path) => {
          const response = await fetch(path);
          return [response.status, (await response.text()).includes("SECRET")];
        }),
      );
      const socket = await new Promise((done) => {
        const opened = new WebSocket(relay);
        opened.addEventListener("open", () => done("open"));
        opened.addEventListener("error", () => done("refused"));
      });
      return { answers, socket };
    },
    { paths: [...PATHS], relay: `ws://${NAME}:${port}/relay?token=${token}` },
  );
  expect(outcomes).toEqual({ answers: PATHS.map(() => [403, false]), socket: "refused" });
  // The same paths answer their own page.
  const own = await Promise.all(PATHS.map((path) => get(port, path)));
  expect(own.map(({ status }) => status)).toEqual(PATHS.map(() => 200));
});
