import { createRuntime, type SocketTask } from "@weapp-socket/runtime/core";
import { createVirtualClock } from "@weapp-socket/testkit/clock";
import { expect, test } from "vitest";
import { createScriptedTransport, type ScriptedLink } from "./scripted-transport.js";

/** DevTools sends what a browser sends: spec 2.5. */
async function openTask(): Promise<{ task: SocketTask; link: ScriptedLink; settle: () => Promise<void> }> {
  const transport = createScriptedTransport();
  const clock = createVirtualClock();
  const { wx } = createRuntime({ transport, clock, profile: "devtools" });
  const task = wx.connectSocket({ url: "ws://a.example" });
  transport.last().peer.open({ header: {} });
  await clock.settle();
  return { task, link: transport.last(), settle: () => clock.settle() };
}

const blobOf = (...bytes: number[]): never => new Blob([new Uint8Array(bytes)]) as never;
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test("what comes after a Blob waits for its bytes, the close too", async () => {
  const { task, link } = await openTask();
  task.send({ data: "before" });
  task.send({ data: blobOf(1, 2) });
  task.send({ data: "after" });
  task.send({ data: blobOf(3) });
  task.close({ code: 4000, reason: "done" });
  expect(link.sent).toEqual(["before"]);
  while (link.closed === undefined) await turn();
  expect(link.sent).toEqual(["before", new Uint8Array([1, 2]).buffer, "after", new Uint8Array([3]).buffer]);
  expect(link.closed).toEqual({ code: 4000, reason: "done" });
});

test("once the Blob is sent, sends are immediate again", async () => {
  const { task, link } = await openTask();
  task.send({ data: blobOf(1) });
  while (link.sent.length === 0) await turn();
  await turn();
  task.send({ data: "now" });
  expect(link.sent).toHaveLength(2);
});

test("a Blob that cannot be read is lost, and holds nothing up", async () => {
  const { task, link } = await openTask();
  const broken = Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new Error("gone")) });
  task.send({ data: broken as never });
  task.send({ data: "after" });
  while (link.sent.length === 0) await turn();
  expect(link.sent).toEqual(["after"]);
});

test("what has no text is refused", async () => {
  const { task, link } = await openTask();
  const failed: unknown[] = [];
  task.send({ data: Object.create(null) as never, fail: (result) => failed.push(result) });
  expect(failed).toEqual([{ errMsg: "sendSocketMessage:fail invalid data type" }]);
  expect(link.sent).toEqual([]);
});
