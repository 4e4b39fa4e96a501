// Makes sure that the browser tests have a Chromium: looks, then installs where it may, else says what to run.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findChromium } from "../packages/testkit/dist/index.js";

const found = findChromium();
if (found !== undefined && existsSync(found)) process.exit(0);
if (found !== undefined) fail(`CHROMIUM_PATH is ${found}, but there is no such file`);
if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
  fail("no chromium found for the browser tests; run `npx playwright install chromium`, then again");
}
console.log("no chromium found: installing Debian's (about 100 MB, with a Chinese font)");
const run = (...args) =>
  execFileSync("apt-get", args, {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
try {
  run("update", "-qq");
  run("install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk");
} catch {
  fail("apt-get could not install chromium; run `apt-get install chromium`, or set CHROMIUM_PATH");
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
