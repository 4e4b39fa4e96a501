import type { Browser, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import type { SimulatorOptions } from "../../src/index.js";
import { startSimulator } from "../host/simulator-world.js";
import { makeProgram } from "../program-folder.js";

/** The inspector as it is built, around the real frame page that runs this program, as long as the test. */
export async function openInspector(
  browser: Browser,
  files: Record<string, string>,
  options: Partial<SimulatorOptions> = {},
): Promise<Page> {
  const { url } = await startSimulator({ dir: makeProgram(files).dir, ...options });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.simulator?.pages().length === 1);
  return page;
}
