import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { vi } from "vitest";

// Everything that the sources promise, of the file that mini programs get: it is bundled, made ES5, and its inner names
// are short.
const root = join(import.meta.dirname, "..");
const built = (name: string): object =>
  createRequire(import.meta.url)(join(root, "dist/miniprogram", name)) as object;

execFileSync(process.execPath, [join(root, "scripts/build.js")]);
vi.doMock("@weapp-socket/client", () => ({ ...built("index.js") }));
vi.doMock("@weapp-socket/client/adapters", () => ({ ...built("adapters.js") }));

await import("./connection.test.js");
await import("./life.test.js");
await import("./channels.test.js");
await import("./requests.test.js");
await import("./storage.test.js");
await import("./adapters.test.js");
await import("./fuzz.test.js");
