import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { compileFunction } from "node:vm";
import { createRuntime, install, type NodeRuntimeOptions, type Runtime } from "@weapp-socket/runtime";
import { createWebSocketClass, type WebSocketClass } from "@weapp-socket/runtime/websocket";
import { freePort } from "@weapp-socket/testkit/free-port";
import { onTestFinished } from "vitest";

export interface LibraryWorld {
  readonly runtime: Runtime;
  readonly http: Server;
  readonly port: number;
  /** The W3C door over the runtime's `wx`. */
  readonly WebSocket: WebSocketClass;
  /** What page code threw. */
  readonly uncaught: unknown[];
  /** Every connection is cut without a word, and nobody listens any more. */
  kill(): Promise<void>;
  /** Hears of every connection that fails before it is open, from now on. */
  onFailedAttempt(listener: () => void): void;
  /** Somebody listens again, at the same port. */
  revive(): Promise<void>;
}

/** A real server on 127.0.0.1, and a mini program whose global `wx` is ours until the test ends. */
export async function openLibraryWorld(
  options: Pick<NodeRuntimeOptions, "profile"> = {},
): Promise<LibraryWorld> {
  const uncaught: unknown[] = [];
  let failedAttempt = (): void => {};
  const runtime = createRuntime({
    ...options,
    onUncaught: (error) => uncaught.push(error),
    onSocketTrace: ({ type }) => {
      if (type === "error") failedAttempt();
    },
  });
  const undo = install(globalThis, runtime);
  const http = createServer();
  const connections = new Set<Socket>();
  http.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      http.listen(port, "127.0.0.1", resolve);
    });
  const kill = (): Promise<void> =>
    new Promise((resolve) => {
      http.close(() => resolve());
      for (const socket of connections) socket.destroy();
    });
  const port = await freePort();
  await listen(port);
  onTestFinished(() => {
    undo();
    return kill();
  });
  return {
    runtime,
    http,
    port,
    kill,
    onFailedAttempt(listener) {
      failedAttempt = listener;
    },
    revive: () => listen(port),
    WebSocket: createWebSocketClass((option) => runtime.wx.connectSocket(option)),
    uncaught,
  };
}

/**
 * Until the test ends, each Buffer has a store of its own. MQTT.js over wx:// sends `chunk.buffer`, the whole backing
 * store: right for the Buffer of its mini program build, which has no pool.
 */
export function withoutBufferPool(): void {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  onTestFinished(() => void (Buffer.poolSize = poolSize));
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
