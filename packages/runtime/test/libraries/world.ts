import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { compileFunction } from "node:vm";
import { createRuntime, install, type Runtime } from "@weapp-socket/runtime";
import { createWebSocketClass, type WebSocketClass } from "@weapp-socket/runtime/websocket";
import { onTestFinished } from "vitest";

export interface LibraryWorld {
  readonly runtime: Runtime;
  readonly http: Server;
  readonly port: number;
  /** The W3C door over the runtime's `wx`. */
  readonly WebSocket: WebSocketClass;
  /** What page code threw. */
  readonly uncaught: unknown[];
}

/** A real server on 127.0.0.1, and a mini program whose global `wx` is ours until the test ends. */
export async function openLibraryWorld(): Promise<LibraryWorld> {
  const uncaught: unknown[] = [];
  const runtime = createRuntime({ onUncaught: (error) => uncaught.push(error) });
  const undo = install(globalThis, runtime);
  const http = createServer();
  await new Promise<void>((resolve) => {
    http.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    undo();
    http.closeAllConnections();
    await new Promise((resolve) => {
      http.close(resolve);
    });
  });
  return {
    runtime,
    http,
    port: (http.address() as AddressInfo).port,
    WebSocket: createWebSocketClass((option) => runtime.wx.connectSocket(option)),
    uncaught,
  };
}

/** The names that WeChat's module wrapper takes away from page code: they are there, and undefined. */
const hiddenNames = [
  "window",
  "document",
  "frames",
  "self",
  "location",
  "navigator",
  "localStorage",
  "history",
  "screen",
  "XMLHttpRequest",
  "WebSocket",
];

/**
 * `require` of a published file, as a mini program's module.
 *
 * @param given what a mini program hands to it in place of a hidden name
 */
export function requireAsMiniProgram(name: string, given: Readonly<Record<string, unknown>> = {}): unknown {
  const require = createRequire(import.meta.url);
  const file = require.resolve(name);
  const module = { exports: {} };
  const wrapper = compileFunction(
    readFileSync(file, "utf8"),
    ["require", "module", "exports", ...hiddenNames],
    {
      filename: file,
    },
  ) as (...values: unknown[]) => void;
  wrapper(createRequire(file), module, module.exports, ...hiddenNames.map((each) => given[each]));
  return module.exports;
}
