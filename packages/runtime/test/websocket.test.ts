import { createRuntime, installRuntime, type Runtime } from "@weapp-socket/runtime/core";
import { createWebSocketClass, WebSocket, type WebSocketLike } from "@weapp-socket/runtime/websocket";
import { createVirtualClock, type VirtualClock } from "@weapp-socket/testkit/clock";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build, type Rollup } from "vite";
import { describe, expect, test } from "vitest";
import { createScriptedTransport, type ScriptedTransport } from "./scripted-transport.js";

interface Door {
  readonly runtime: Runtime;
  readonly transport: ScriptedTransport;
  readonly clock: VirtualClock;
  readonly log: unknown[];
  readonly open: (url?: string, protocols?: string | string[]) => WebSocketLike;
}

function createDoor(profile: "device" | "devtools", maxConnections?: number): Door {
  const transport = createScriptedTransport();
  const clock = createVirtualClock();
  const runtime = createRuntime({ transport, clock, profile, maxConnections });
  const log: unknown[] = [];
  const Socket = createWebSocketClass((option) => runtime.wx.connectSocket(option));
  return {
    runtime,
    transport,
    clock,
    log,
    open(url = "ws://a.example/x", protocols) {
      const socket = new Socket(url, protocols);
      // oxlint-disable unicorn/prefer-add-event-listener -- the properties are what libraries use
      socket.onopen = (event) => log.push([event.type, socket.readyState]);
      socket.onmessage = ({ data, origin }) => log.push(["message", data, origin]);
      socket.onerror = ({ type }) => log.push([type, socket.readyState]);
      socket.onclose = ({ code, reason, wasClean }) => log.push(["close", code, reason, wasClean]);
      // oxlint-enable unicorn/prefer-add-event-listener
      return socket;
    },
  };
}

describe.each(["device", "devtools"] as const)("a W3C WebSocket over wx.connectSocket, %s", (profile) => {
  test("open, message, close by the server", async () => {
    const { open, transport, clock, log } = createDoor(profile);
    const socket = open();
    expect([socket.readyState, socket.url]).toEqual([0, "ws://a.example/x"]);
    const { peer } = transport.last();
    peer.open({ header: {} });
    peer.message("hi");
    peer.close(4001, "bye");
    await clock.settle();
    expect(log).toEqual([
      ["open", 1],
      ["message", "hi", "ws://a.example"],
      ["close", 4001, "bye", true],
    ]);
    expect(socket.readyState).toBe(3);
  });

  test("a connection that fails has an error event and then a close event with 1006, once", async () => {
    const { open, transport, clock, log } = createDoor(profile);
    open();
    transport.last().peer.fail({ cause: "refused", detail: "" });
    await clock.settle();
    expect(log).toEqual([
      ["error", 3],
      ["close", 1006, "", false],
    ]);
  });

  test("one connection too many fails too, after the handlers are in place", async () => {
    const { open, clock, log } = createDoor(profile, 1);
    open();
    open();
    expect(log).toEqual([]);
    await clock.settle();
    expect(log).toEqual([
      ["error", 3],
      ["close", 1006, "", false],
    ]);
  });

  test("a dropped connection closes with 1006", async () => {
    const { open, transport, clock, log } = createDoor(profile);
    open();
    transport.last().peer.open({ header: {} });
    transport.last().peer.close(1006, "");
    await clock.settle();
    expect(log.at(-1)).toEqual(["close", 1006, "abnormal closure", false]);
  });

  test("close: CLOSING until the event", async () => {
    const { open, transport, clock, log } = createDoor(profile);
    const socket = open();
    transport.last().peer.open({ header: {} });
    await clock.settle();
    socket.close(4000, "enough");
    expect([socket.readyState, transport.last().closed]).toEqual([2, { code: 4000, reason: "enough" }]);
    transport.last().peer.message("too late");
    transport.last().peer.close(4000, "enough");
    await clock.settle();
    expect(log.slice(1)).toEqual([["close", 4000, "enough", true]]);
  });

  test("close before the open: error and close, no open", async () => {
    const { open, transport, clock, log } = createDoor(profile);
    const socket = open();
    socket.close();
    expect(log).toEqual([]);
    transport.last().peer.close(1000, "");
    await clock.settle();
    expect(log).toEqual([
      ["error", 3],
      ["close", 1006, "", false],
    ]);
  });

  test("send: views are copied, other things become text, none of it before the open or after close", async () => {
    const { open, transport, clock } = createDoor(profile);
    const socket = open();
    expect(() => socket.send("x")).toThrow(/CONNECTING/);
    transport.last().peer.open({ header: {} });
    await clock.settle();
    const bytes = new Uint8Array([1, 2, 3, 4]);
    socket.send("a");
    socket.send(bytes.subarray(1, 3));
    socket.send(7 as unknown as string);
    socket.close();
    socket.send("lost");
    const { sent } = transport.last();
    expect(sent).toEqual(["a", new Uint8Array([2, 3]).buffer, "7"]);
  });

  test("protocol: what the server chose, or what was offered where WeChat does not tell", async () => {
    const { open, transport, clock } = createDoor(profile);
    const socket = open("ws://a", ["b", "c"]);
    expect(transport.last().request.protocols).toEqual(["b", "c"]);
    transport.last().peer.open({ header: { "sec-websocket-protocol": "c" } });
    await clock.settle();
    expect(socket.protocol).toBe(profile === "device" ? "c" : "b");
  });
});

test("listeners: handleEvent, once, removal, no listener twice", async () => {
  const { open, transport, clock } = createDoor("device");
  const socket = open();
  const heard: string[] = [];
  const twice = (): void => void heard.push("function");
  socket.addEventListener("message", twice);
  socket.addEventListener("message", twice);
  socket.addEventListener("message", {
    handleEvent: ({ target }) => heard.push(`object ${target === socket}`),
  });
  socket.addEventListener("message", () => heard.push("once"), { once: true });
  const removed = (): void => void heard.push("removed");
  socket.addEventListener("message", removed);
  socket.removeEventListener("message", removed);
  const { peer } = transport.last();
  peer.open({ header: {} });
  peer.message("1");
  peer.message("2");
  await clock.settle();
  expect(heard).toEqual(["function", "object true", "once", "function", "object true"]);
});

test("a listener that another removes, or whose signal is aborted, is not called any more", async () => {
  const { open, transport, clock } = createDoor("device");
  const socket = open();
  const heard: string[] = [];
  const removed = (): void => void heard.push("removed");
  const leaving = new AbortController();
  socket.addEventListener("message", () => {
    heard.push("first");
    socket.removeEventListener("message", removed);
    leaving.abort();
  });
  socket.addEventListener("message", removed);
  socket.addEventListener("message", () => heard.push("aborted"), { signal: leaving.signal });
  const { peer } = transport.last();
  peer.open({ header: {} });
  peer.message("1");
  await clock.settle();
  expect(heard).toEqual(["first"]);
});

test.each([
  ["4000", 4000],
  [3000.4, 3000],
  [undefined, 1000],
])("close(%j): the code is converted as Web IDL does", async (code, sent) => {
  const { open, transport, clock } = createDoor("device");
  const socket = open();
  const { peer } = transport.last();
  peer.open({ header: {} });
  await clock.settle();
  socket.close(code as number);
  expect(transport.last().closed).toMatchObject({ code: sent });
});

test.each(["http://a/x", "https://a/x", "ws://a/x#y"])("url %s is led to a ws one", (url) => {
  const { open } = createDoor("device");
  expect(open(url).url).toBe(url.replace(/^http/, "ws").replace("#y", ""));
});

test.each(["", "a.example", "ftp://a", "ws:///x"])("url %j throws a SyntaxError", (url) => {
  const { open } = createDoor("device");
  expect(() => open(url)).toThrow(SyntaxError);
});

test.each([["a b"], [""], [["a", "a"]]])("protocols %j throw a SyntaxError", (protocols) => {
  const { open } = createDoor("device");
  expect(() => open("ws://a", protocols)).toThrow(SyntaxError);
});

test.each([
  [1001, "", "InvalidAccessError"],
  [5000, "", "InvalidAccessError"],
  [null, "", "InvalidAccessError"],
  [Number.NaN, "", "InvalidAccessError"],
  [1000, "再".repeat(42), "SyntaxError"],
])("close(%j, …) throws", (code, reason, name) => {
  const { open } = createDoor("device");
  expect(() => open().close(code as number, reason)).toThrow(expect.objectContaining({ name }));
});

test("constants, on the class and on each socket; what WeChat cannot tell", () => {
  const { runtime, open } = createDoor("device");
  const all = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  const { CONNECTING, OPEN, CLOSING, CLOSED } = createWebSocketClass((option) =>
    runtime.wx.connectSocket(option),
  );
  expect({ CONNECTING, OPEN, CLOSING, CLOSED }).toEqual(all);
  const socket = open();
  socket.binaryType = "blob";
  expect(socket).toMatchObject({ ...all, bufferedAmount: 0, extensions: "", binaryType: "arraybuffer" });
});

test("headers of a third argument, as ws takes them, go into the handshake", () => {
  const { runtime, transport } = createDoor("device");
  const Socket = createWebSocketClass((option) => runtime.wx.connectSocket(option));
  const options = { headers: { Authorization: "Bearer x" }, agent: {} };
  const socket = new Socket("ws://a", [], options);
  expect(socket.readyState).toBe(0);
  expect(transport.last().request.headers).toContainEqual(["authorization", "Bearer x"]);
});

test("what a listener throws is reported as an unhandled rejection, and the next one still runs", async () => {
  const { open, transport, clock } = createDoor("device");
  const socket = open();
  const heard: string[] = [];
  const broken = new Error("broken page");
  socket.addEventListener("open", () => {
    throw broken;
  });
  socket.addEventListener("open", () => heard.push("next"));
  // Not the test runner's business.
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const reported = new Promise((resolve) => process.once("unhandledRejection", resolve));
  transport.last().peer.open({ header: {} });
  await clock.settle();
  expect(await reported).toBe(broken);
  for (const other of others) process.on("unhandledRejection", other);
  expect(heard).toEqual(["next"]);
});

test("WebSocket stands on the global wx, looked up when a socket is made", async () => {
  const { runtime, transport } = createDoor("device");
  expect(() => new WebSocket("ws://a")).toThrow(ReferenceError);
  const undo = installRuntime(globalThis, runtime);
  expect(new WebSocket("ws://a").readyState).toBe(WebSocket.CONNECTING);
  expect(transport.links).toHaveLength(1);
  undo();
});

test("the shipped file: at most 3 kB gzipped, no import, no global of a browser", async () => {
  const result = (await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@weapp-socket/source"] },
    build: {
      write: false,
      minify: true,
      target: "es2017",
      lib: {
        entry: join(import.meta.dirname, "../src/websocket/index.ts"),
        formats: ["es"],
        fileName: "websocket",
      },
    },
  })) as Rollup.RollupOutput[];
  const [chunk] = result[0]!.output;
  expect(result[0]!.output).toHaveLength(1);
  expect(gzipSync(chunk.code).length).toBeLessThanOrEqual(3_000);
  expect(chunk.imports).toEqual([]);
  // Nothing but the language and `wx`: evaluated where every other global is gone.
  const names = [
    "window",
    "self",
    "globalThis",
    "document",
    "navigator",
    "location",
    "Event",
    "EventTarget",
    "Blob",
    "URL",
    "TextEncoder",
    "DOMException",
    "setTimeout",
    "process",
    "Buffer",
  ];
  expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(chunk.code))).toEqual([]);
});
