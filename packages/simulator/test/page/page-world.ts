import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { startSimulator } from "../host/simulator-world.js";
import { makeProgram, type FileTexts } from "../program-folder.js";

/** Opens the frame page of a program in Chromium; what it threw fails the caller. */
export async function openFrame(
  browser: Browser,
  files: FileTexts,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const { url } = await startSimulator({ dir: makeProgram(files).dir });
  const context = await browser.newContext({ viewport: { width: 375, height: 700 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(`${url}/frame/`);
  await page.waitForFunction(() => window.simulator?.pages().length === 1);
  return page;
}

/** What the program has printed by `console.log`. */
export function said(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    window.simulator!.logs.filter(({ level }) => level === "log").map(({ parts }) => parts.join(" ")),
  );
}
