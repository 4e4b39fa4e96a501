import { createRuntime, install } from "@weapp-socket/runtime";
import { expect, test } from "vitest";

test("install puts wx there, the undo takes it away", () => {
  const target: { wx?: unknown } = {};
  const undo = install(target);
  expect(target.wx).toMatchObject({ connectSocket: expect.any(Function) });
  undo();
  expect("wx" in target).toBe(false);
});

test("the undo puts back what was there, and does it once", () => {
  const before = { request: true };
  const target: { wx?: unknown } = { wx: before };
  const runtime = createRuntime();
  const undo = install(target, runtime);
  expect(target.wx).toBe(runtime.wx);
  undo();
  expect(target.wx).toBe(before);
  target.wx = "later";
  undo();
  expect(target.wx).toBe("later");
});

test("the undo destroys the runtime", () => {
  const runtime = createRuntime();
  const undo = install({}, runtime);
  undo();
  expect(runtime.wx.connectSocket({ url: "ws://127.0.0.1:1" })).toBeUndefined();
});

test("page code may write to wx, and replace it", () => {
  const target: { wx?: unknown } = {};
  const undo = install(target);
  target.wx = { mine: true };
  undo();
  expect("wx" in target).toBe(false);
});
