import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
];

/** Path of a Chromium to test with: `CHROMIUM_PATH`, the system's, or the one that playwright installed. */
export function findChromium(): string | undefined {
  const wanted = process.env["CHROMIUM_PATH"];
  if (wanted !== undefined) return wanted;
  return [...places, chromium.executablePath()].find((place) => existsSync(place));
}

/**
 * A headless Chromium without background traffic. The caller closes it. Throws where none is installed.
 *
 * @param args of its command line, besides the usual ones: "--host-resolver-rules=MAP a.example 127.0.0.1"
 */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error("no chromium found: run `node scripts/ensure-chromium.js`, or set CHROMIUM_PATH");
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });
}
