import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SimulatorHandle, SocketRecord } from "../../packages/simulator/src/handle.js";
import { openBrowser } from "@weapp-socket/testkit";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { CliProcess, emptyFolder } from "../../packages/cli/test/cli-process.js";

export const root: string = join(import.meta.dirname, "../..");
export const chat: string = join(root, "examples/chat");
const screenshots = join(root, "test-results/screenshots");

declare global {
  interface Window {
    readonly simulator: SimulatorHandle;
  }
}

/** `weapp-socket dev` on a program folder, and a browser that looks at it. */
export interface Stage {
  readonly cli: CliProcess;
  /** Where `push` finds the server. */
  readonly cwd: string;
  readonly server: { readonly url: string; readonly admin: string; readonly pid: number };
  readonly page: Page;
  /** The mini program's own page. */
  readonly phone: FrameLocator;
  /** Whatever the browser's console was told of errors. */
  readonly errors: string[];
  sockets(): Promise<readonly SocketRecord[]>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(folder: string): Promise<Stage> {
  const cwd = emptyFolder();
  const server = join(folder, "server.js");
  const args = ["dev", folder, "--server", server, "--port", "0", "--server-port", "0", "--json"];
  const cli = new CliProcess(args, { cwd });
  const [simulator, beside] = await Promise.all([cli.event("simulator"), cli.event("server")]);
  const browser: Browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(simulator["url"] as string);
  await page.waitForFunction(() => window.simulator?.pages().length > 0);
  mkdirSync(screenshots, { recursive: true });
  return {
    cli,
    cwd,
    server: beside as unknown as Stage["server"],
    page,
    phone: page.frameLocator("iframe"),
    errors,
    sockets: () => page.evaluate(() => structuredClone([...window.simulator.sockets])),
    screenshot: async (name) => {
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
    },
    close: async () => {
      await browser.close();
      await cli.close();
    },
  };
}
