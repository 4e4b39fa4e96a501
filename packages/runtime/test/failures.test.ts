import { createRuntime, type LinkFailureCause } from "@weapp-socket/runtime/core";
import { createVirtualClock } from "@weapp-socket/testkit/clock";
import { expect, test } from "vitest";
import { createScriptedTransport } from "./scripted-transport.js";

/** What a page hears of each cause: sections 3.2 and 3.3, written down once more. */
const device: Readonly<Record<LinkFailureCause, string>> = {
  dns: "open fail: _code:2,_msg:Underlying Transport Error",
  refused: "open fail: _code:111,_msg:Connection refused",
  reset: "open fail: _code:2,_msg:Underlying Transport Error",
  tls: "open fail: _code:8,_msg:TLS handshake failed",
  "tls-timeout": "open fail: _code:5,_msg:TLS handshake timed out",
  timeout: "open fail: _code:9,_msg:Timer Expired",
  status: "open fail: _code:20,_msg:Invalid HTTP status.",
  upgrade: "open fail: _code:21,_msg:A required HTTP header is missing",
  request: "open fail: _code:2,_msg:Underlying Transport Error",
  unknown: "open fail: _code:2,_msg:Underlying Transport Error",
};

async function heardOf(profile: "device" | "devtools", cause: LinkFailureCause): Promise<unknown[]> {
  const transport = createScriptedTransport();
  const clock = createVirtualClock();
  const { wx } = createRuntime({ transport, clock, profile });
  const task = wx.connectSocket({ url: "wss://a.example" });
  const heard: unknown[] = [];
  task.onError((error) => heard.push(error));
  task.onClose((close) => heard.push(close));
  transport.last().peer.fail({ cause, detail: "never shown to a page" });
  await clock.settle();
  return heard;
}

const causes = Object.keys(device) as LinkFailureCause[];

test.each(causes)("3.3 device: %s", async (cause) => {
  expect(await heardOf("device", cause)).toEqual([{ errCode: 1004, errMsg: device[cause] }]);
});

test.each(causes)("3.2 devtools: %s", async (cause) => {
  const close = { code: 1006, reason: "abnormal closure" };
  const expected =
    cause === "timeout" || cause === "tls-timeout"
      ? [{ errMsg: "Timed out connecting to server." }]
      : cause === "request"
        ? [{ errMsg: "未完成的操作" }]
        : [{ errMsg: "未完成的操作" }, close];
  expect(await heardOf("devtools", cause)).toEqual(expected);
});

/** Section 2.4: what DevTools says where the peer gave no reason; other codes have none. */
const reasons: ReadonlyArray<readonly [code: number, reason: string]> = [
  [1000, "normal closure"],
  [1001, "going away"],
  [1002, "protocol error"],
  [1003, "unsupported data"],
  [1004, "reserved"],
  [1005, "no status rcvd"],
  [1006, "abnormal closure"],
  [1007, "invalid frame payload data"],
  [1008, "policy violation"],
  [1009, "message too big"],
  [1010, "mandatory ext."],
  [1011, "internal server error"],
  [1012, ""],
  [1015, "tls handshake"],
  [4000, ""],
];

test.each(reasons)("2.4 a close with %i and no reason is %j in DevTools", async (code, reason) => {
  for (const profile of ["devtools", "device"] as const) {
    const transport = createScriptedTransport();
    const clock = createVirtualClock();
    const { wx } = createRuntime({ transport, clock, profile });
    const heard: unknown[] = [];
    wx.connectSocket({ url: "wss://a.example" }).onClose((close) => heard.push(close));
    transport.last().peer.open({ header: {} });
    transport.last().peer.close(code, "");
    await clock.settle();
    const onDevice = code === 1006 ? "abnormal closure" : "";
    expect(heard).toEqual([{ code, reason: profile === "devtools" ? reason : onDevice }]);
  }
});

const textless: ReadonlyArray<readonly [what: string, data: unknown]> = [
  ["an object without a prototype", Object.create(null)],
  ["a symbol", Symbol("no text")],
];

test.each(textless)("2.5 %s is refused in DevTools too: it has no text", async (_what, data) => {
  const transport = createScriptedTransport();
  const clock = createVirtualClock();
  const { wx } = createRuntime({ transport, clock, profile: "devtools" });
  const task = wx.connectSocket({ url: "wss://a.example" });
  transport.last().peer.open({ header: {} });
  await clock.settle();
  const heard: unknown[] = [];
  task.send({ data: data as never, fail: (result) => heard.push(result) });
  expect(heard).toEqual([{ errMsg: "sendSocketMessage:fail invalid data type" }]);
});
