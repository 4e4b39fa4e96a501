import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openBrowser } from "@weapp-socket/testkit";
import { build as bundle } from "esbuild";
import type { Browser, BrowserContextOptions, Frame, Page } from "playwright-core";
import { build, type Rollup } from "vite";

const simulator = join(import.meta.dirname, "../..");

/** The inspector as it is built, around a frame page that a test drives, in a browser. */
export interface InspectorWorld {
  open(options?: BrowserContextOptions): Promise<InspectorPage>;
  close(): Promise<void>;
}

export interface InspectorPage {
  readonly page: Page;
  /** The frame page, with `window.fake` (fake-frame.ts). */
  readonly phone: Frame;
  /** Whatever was thrown or printed as an error. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function openInspectorWorld(): Promise<InspectorWorld> {
  const built = (await build({
    configFile: join(simulator, "vite.config.ts"),
    logLevel: "error",
    build: { write: false },
  })) as Rollup.RollupOutput;
  const files = new Map<string, string | Uint8Array>(
    built.output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]),
  );
  const frame = await bundle({
    entryPoints: [join(import.meta.dirname, "fake-frame.ts")],
    bundle: true,
    write: false,
    format: "iife",
    conditions: ["@weapp-socket/source"],
  });
  files.set("/frame/frame.js", frame.outputFiles[0]!.contents);
  files.set("/frame/", '<!doctype html><meta charset="utf-8"><body>phone<script src="frame.js"></script>');
  files.set("/program/session.json", '{"hasEditor":false}');
  const [server, url] = await serve(files);
  const browser: Browser = await openBrowser();
  return {
    async open(options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: "en-US",
        ...options,
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.stack ?? String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith("data:")) errors.push(request.url());
      });
      await page.goto(url);
      await page.waitForFunction(() => window.simulator !== undefined);
      return {
        page,
        get phone() {
          return page.frames()[1]!;
        },
        errors,
        close: () => context.close(),
      };
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const types: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css" };

async function serve(files: ReadonlyMap<string, string | Uint8Array>): Promise<readonly [Server, string]> {
  const server = createServer((request, response) => {
    const path = request.url!.replace(/\?.*/, "").replace(/^\/$/, "/index.html");
    const body = files.get(path);
    const type = types[/\.(\w+)$/.exec(path)?.[1] ?? ""] ?? "text/html";
    response.writeHead(body === undefined ? 404 : 200, { "content-type": `${type}; charset=utf-8` });
    response.end(body ?? "there is no such file");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
}
