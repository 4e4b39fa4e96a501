import {
  createRuntime,
  type ConnectSocketOption,
  type CoreOptions,
  type Runtime,
  type SocketTask,
} from "@weapp-socket/runtime/core";
import { createVirtualClock, type VirtualClock } from "@weapp-socket/testkit/clock";
import { beforeEach, expect, test } from "vitest";
import { createScriptedTransport, type ScriptedTransport } from "./scripted-transport.js";

/** The test vectors of the specification, section 10.1, on profile device. */

let transport: ScriptedTransport;
let clock: VirtualClock;
let runtime: Runtime;
let log: unknown[];

function start(options: Partial<CoreOptions> = {}): void {
  transport = createScriptedTransport();
  clock = createVirtualClock();
  runtime = createRuntime({ transport, clock, ...options });
  log = [];
}

/** Every callback and event writes to `log`. */
function connect(option: Record<string, unknown>): SocketTask | undefined {
  const said =
    (name: string) =>
    (result: unknown): void =>
      void log.push([name, result]);
  const task = runtime.wx.connectSocket({
    success: said("success"),
    fail: said("fail"),
    complete: said("complete"),
    ...option,
  } as unknown as ConnectSocketOption) as SocketTask | undefined;
  task?.onOpen(said("open"));
  task?.onMessage(said("message"));
  task?.onError(said("error"));
  task?.onClose(said("close"));
  return task;
}

async function connectOpen(option: Record<string, unknown> = {}): Promise<SocketTask> {
  const task = connect({ url: "ws://a", ...option })!;
  transport.last().peer.open({ header: { Upgrade: "websocket" } });
  await clock.settle();
  log = [];
  return task;
}

beforeEach(() => start());

test("1: connectSocket({})", () => {
  expect(connect({})).toBeUndefined();
  const errMsg = "connectSocket:fail parameter error: parameter.url should be String instead of Undefined;";
  expect(log).toEqual([
    ["fail", { errno: 1001, errMsg }],
    ["complete", { errno: 1001, errMsg }],
  ]);
  expect((log[0] as unknown[])[1]).toBe((log[1] as unknown[])[1]);
});

test("2: http url", () => {
  expect(connect({ url: "http://a" })).toBeUndefined();
  const result = { errMsg: 'connectSocket:fail invalid url "http://a"' };
  expect(log).toEqual([
    ["fail", result],
    ["complete", result],
  ]);
});

test("3: success, complete, return, open", async () => {
  const task = connect({ url: "wss://a.example/x" })!;
  log.push("returned");
  expect(task.readyState).toBe(0);
  transport.last().peer.open({ header: { Server: "x" } });
  expect(log).toHaveLength(3);
  await clock.settle();
  expect(log).toEqual([
    ["success", { errMsg: "connectSocket:ok" }],
    ["complete", { errMsg: "connectSocket:ok" }],
    "returned",
    ["open", { header: { Server: "x" } }],
  ]);
  expect(task.readyState).toBe(1);
});

test("4: server answers 404", async () => {
  const task = connect({ url: "ws://a" })!;
  transport.last().peer.fail({ cause: "status", detail: "404" });
  await clock.settle();
  expect(log.slice(2)).toEqual([
    ["error", { errCode: 1004, errMsg: "open fail: _code:20,_msg:Invalid HTTP status." }],
  ]);
  expect(task.readyState).toBe(3);
});

test("5: send before open", () => {
  const results: unknown[] = [];
  const task = connect({ url: "ws://a" })!;
  task.send({ data: "x", fail: (result) => results.push(result) });
  expect(results).toEqual([{ errMsg: "SocketTask.send:fail SocketTask.readyState is not OPEN" }]);
});

test("6: close with code 1001", async () => {
  const results: unknown[] = [];
  const task = await connectOpen();
  task.close({ code: 1001, fail: (result) => results.push(result) });
  expect(results).toEqual([
    { errMsg: "closeSocket:fail:The code must be either 1000, or between 3000 and 4999" },
  ]);
  expect(task.readyState).toBe(1);
  expect(transport.last().closed).toBeUndefined();
});

test("7: close twice", async () => {
  const results: unknown[] = [];
  const task = await connectOpen();
  task.close({ success: (result) => results.push(result) });
  task.close({ fail: (result) => results.push(result) });
  expect(results).toEqual([
    { errMsg: "closeSocket:ok" },
    { errMsg: "closeSocket:fail wcwss taskID not exist" },
  ]);
});

test("8: server closes with 4001 and a reason", async () => {
  await connectOpen();
  transport.last().peer.close(4001, "bye");
  await clock.settle();
  expect(log).toEqual([["close", { code: 4001, reason: "bye" }]]);
});

test("9: the sixth connection", async () => {
  for (let count = 0; count < 5; count += 1) await connectOpen();
  const task = connect({ url: "ws://a" })!;
  expect(task.readyState).toBe(3);
  const result = { errMsg: "connectSocket:fail fail reach max websocket connect count 5" };
  await clock.settle();
  expect(log).toEqual([
    ["fail", result],
    ["complete", result],
  ]);
  expect(transport.links).toHaveLength(5);
});

test("10: two onMessage", async () => {
  const task = await connectOpen();
  task.onMessage(() => log.push("second"));
  transport.last().peer.message("hi");
  await clock.settle();
  expect(log).toEqual([["message", { data: "hi" }], "second"]);
});

test("11: two wx.onSocketMessage", async () => {
  await connectOpen();
  runtime.wx.onSocketMessage(() => log.push("first"));
  runtime.wx.onSocketMessage(() => log.push("second"));
  transport.last().peer.message("hi");
  await clock.settle();
  expect(log).toEqual([["message", { data: "hi" }], "second"]);
});

test("12: wx.sendSocketMessage with no socket", async () => {
  await expect(runtime.wx.sendSocketMessage({ data: "x" })).rejects.toEqual({
    errMsg: "sendSocketMessage:fail WebSocket is not connected",
  });
});

test("13: wx.closeSocket with three sockets", async () => {
  for (let count = 0; count < 3; count += 1) await connectOpen();
  await expect(runtime.wx.closeSocket({ code: 4000, reason: "x" })).resolves.toEqual({
    errMsg: "closeSocket:ok",
  });
  expect(transport.links.map(({ closed }) => closed)).toEqual([
    { code: 4000, reason: "x" },
    { code: 1000, reason: "" },
    { code: 1000, reason: "" },
  ]);
});

test("14: headers", () => {
  start({ appId: "wx1", version: "7" });
  connect({ url: "ws://a.example:8080/x", header: { a: 1, b: true, Referer: "x" } });
  expect(transport.last().request.headers).toEqual([
    ["User-Agent", expect.stringContaining("MicroMessenger")],
    ["Referer", "https://servicewechat.com/wx1/7/page-frame.html"],
    ["Origin", "http://a.example:8080"],
    ["a", "1"],
    ["b", "[object Boolean]"],
  ]);
});

test("15: a binary message", async () => {
  await connectOpen();
  transport.last().peer.message(new Uint8Array([1, 2]).buffer);
  await clock.settle();
  const [[, payload]] = log as [[string, { data: unknown }]];
  expect(payload.data).toBeInstanceOf(ArrayBuffer);
});
