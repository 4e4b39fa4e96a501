import { expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet } from "./page.js";
import { closeOk, ending, failure, globalCloseFail, globalSendFail, sendOk } from "./texts.js";
import type { SuiteCase } from "./world.js";

const rejection = (promise: unknown): Promise<unknown> =>
  (promise as Promise<unknown>).then(
    () => "resolved",
    (error: unknown) => error,
  );

/** Spec 5: the global functions of before SocketTask. */
export const legacyCases: readonly SuiteCase[] = [
  {
    name: "5 sendSocketMessage with no socket: fail, or a rejected promise",
    async run(world) {
      const { wx, note, log } = createPage(world);
      wx.sendSocketMessage({ data: "x", fail: note("fail"), complete: note("complete") });
      expectSame(log, [
        ["fail", globalSendFail],
        ["complete", globalSendFail],
      ]);
      expectSame(await rejection(wx.sendSocketMessage({ data: "x" })), globalSendFail);
    },
  },
  {
    name: "5 closeSocket with no socket: fail, or a rejected promise",
    async run(world) {
      const { wx, note, log } = createPage(world);
      wx.closeSocket({ fail: note("fail"), complete: note("complete") });
      expectSame(log, [
        ["fail", globalCloseFail],
        ["complete", globalCloseFail],
      ]);
      expectSame(await rejection(wx.closeSocket()), globalCloseFail);
    },
  },
  {
    name: "5 sendSocketMessage before the open",
    async run(world) {
      const { wx, connect, address } = createPage(world);
      connect({ url: address().url });
      expectSame(await rejection(wx.sendSocketMessage({ data: "x" })), globalSendFail);
      wx.closeSocket();
    },
  },
  {
    name: "5 sendSocketMessage with an open socket: ok, a promise without callbacks, none with one",
    async run(world) {
      const { wx, open, seen, note } = createPage(world);
      const { id } = await open();
      expectSame(await wx.sendSocketMessage({ data: "1" }), sendOk);
      expectSame(wx.sendSocketMessage({ data: "2", success: note("success") }), undefined);
      expectSame((await seen(id, "message", 2)).messages, ["1", "2"]);
      wx.closeSocket();
    },
  },
  {
    name: "5 the four listeners hear the current task",
    async run(world) {
      const { wx, address, note, heard, names } = createPage(world);
      wx.onSocketOpen(note("open"));
      wx.onSocketMessage(note("message"));
      wx.onSocketClose(note("close"));
      wx.onSocketError(note("error"));
      wx.connectSocket({ url: address({ steps: [{ send: "x" }, { close: [4001, "bye"] }] }).url });
      expectSame(await heard("close"), { code: 4001, reason: "bye" });
      expectSame(names(), ["open", "message", "close"]);
      wx.connectSocket({ url: address({ answer: 500 }).url });
      expectSame(await heard("error"), failure(world, "status"));
    },
  },
  {
    name: "5 the next listener replaces the one before",
    async run(world) {
      const { wx, address, note, heard, names } = createPage(world);
      wx.onSocketOpen(note("first"));
      wx.onSocketOpen(note("second"));
      wx.connectSocket({ url: address().url });
      await heard("second");
      expectSame(names(), ["second"]);
      wx.closeSocket();
    },
  },
  {
    name: "5 what is no function does not replace a listener",
    async run(world) {
      const { wx, address, note, heard } = createPage(world);
      wx.onSocketOpen(note("open"));
      for (const nothing of [undefined, null, 1, {}]) wx.onSocketOpen(nothing);
      wx.connectSocket({ url: address().url });
      await heard("open");
      wx.closeSocket();
    },
  },
  {
    name: "5 listeners survive a reconnect",
    async run(world) {
      const { wx, address, note, heard } = createPage(world);
      wx.onSocketOpen(note("open"));
      wx.onSocketClose(note("close"));
      wx.connectSocket({ url: address({ steps: [{ close: [1000] }] }).url });
      await heard("close");
      wx.connectSocket({ url: address().url });
      await heard("open", 2);
      wx.closeSocket();
    },
  },
  {
    name: "5 functions work detached from wx",
    async run(world) {
      const { wx, address, note, heard } = createPage(world);
      const { connectSocket, onSocketOpen, onSocketMessage, sendSocketMessage, closeSocket, onSocketClose } =
        wx;
      onSocketOpen(note("open"));
      onSocketMessage(note("message"));
      onSocketClose(note("close"));
      connectSocket({ url: address({ steps: [{ echo: true }] }).url });
      await heard("open");
      sendSocketMessage({ data: "x" });
      await heard("message");
      closeSocket();
      await heard("close");
    },
  },
  {
    name: "5 while the first task lives the second does not become current",
    async run(world) {
      const { wx, open, seen } = createPage(world);
      const first = await open();
      await open();
      await wx.sendSocketMessage({ data: "whose?" });
      expectSame((await seen(first.id, "message")).messages, ["whose?"]);
      wx.closeSocket();
    },
  },
  {
    name: "5 legacyCurrent latest: the newest task is current",
    async run(world) {
      const { wx, open, seen } = createPage(world, { legacyCurrent: "latest" });
      await open();
      const second = await open();
      await wx.sendSocketMessage({ data: "whose?" });
      expectSame((await seen(second.id, "message")).messages, ["whose?"]);
      wx.closeSocket();
    },
  },
  {
    name: "5 when the current task dies it stays current until the next connect",
    async run(world) {
      const { wx, open, heard, seen } = createPage(world);
      const first = await open({ steps: [{ awaitMessages: 1 }, { close: [1000] }] });
      await open();
      first.task.send({ data: "go" });
      await heard("close");
      expectSame(await rejection(wx.sendSocketMessage({ data: "x" })), globalSendFail);
      const third = await open();
      await wx.sendSocketMessage({ data: "mine" });
      expectSame((await seen(third.id, "message")).messages, ["mine"]);
      wx.closeSocket();
    },
  },
  {
    name: "5 closeSocket closes every task of the app, the current one with the given code",
    async run(world) {
      const { wx, open, seen, heard } = createPage(world);
      const sockets = [await open(), await open(), await open()];
      expectSame(await wx.closeSocket({ code: 4003, reason: "all" }), closeOk);
      await heard("close", 3);
      const closes = [];
      for (const { id } of sockets) closes.push((await seen(id, "close")).close);
      const plain = { code: 1000, reason: "" };
      expectSame(closes, [{ code: 4003, reason: "all" }, plain, plain]);
    },
  },
  {
    name: "5 closeSocket closes the others also when there is no current task",
    async run(world) {
      const { wx, open, heard, names } = createPage(world);
      const first = await open();
      const second = await open();
      first.task.close();
      await heard("close");
      expectSame(second.task.readyState, 1, "the second lives");
      expectSame(await rejection(wx.closeSocket()), globalCloseFail);
      await heard("close", 2);
      expectSame(names().filter((name) => name === "close").length, 2);
    },
  },
  {
    name: "5 closeSocket sets readyState to 3 at once, the close event comes all the same",
    async run(world) {
      const { wx, open, heard } = createPage(world);
      const { task } = await open();
      wx.closeSocket();
      expectSame(task.readyState, 3, "readyState");
      expectSame(await heard("close"), ending(world.profile, 1000));
    },
  },
  {
    name: "5 closeSocket before the open: no open event, a close event",
    async run(world) {
      const { wx, connect, address, heard, names } = createPage(world);
      connect({ url: address({ steps: [{ send: "x" }] }).url });
      expectSame(await wx.closeSocket({ code: 4004, reason: "gone" }), closeOk);
      expectSame(await heard("close"), { code: 4004, reason: "gone" });
      await quiet();
      expectSame(names().slice(2), ["close"]);
    },
  },
  {
    name: "5 closeSocket twice: the second finds nothing",
    async run(world) {
      const { wx, open, heard } = createPage(world);
      await open();
      wx.closeSocket();
      expectSame(await rejection(wx.closeSocket()), globalCloseFail);
      await heard("close");
    },
  },
  {
    name: "5 closeSocket with a bad code: fail, and the others are closed all the same",
    async run(world) {
      const { wx, open, heard, runtime, names } = createPage(world);
      await open();
      await open();
      const refusal = (await rejection(wx.closeSocket({ code: 1001 }))) as { errMsg: string };
      expectTrue(refusal.errMsg.startsWith("closeSocket:fail"), refusal.errMsg);
      await heard("close");
      await quiet();
      expectSame(names(), ["close"]);
      runtime.destroy();
    },
  },
  {
    name: "5 closeSocket with a bad code leaves the connection with readyState 3: device delivers its end alone",
    async run(world) {
      const { wx, open, heard, names } = createPage(world);
      const { task } = await open({ steps: [{ waitMs: 80 }, { send: "after" }, { close: [4001, "end"] }] });
      await rejection(wx.closeSocket({ code: 1001 }));
      expectSame(task.readyState, 3, "readyState");
      expectSame(await heard("close"), { code: 4001, reason: "end" });
      expectSame(names(), world.profile === "device" ? ["close"] : ["message", "close"]);
    },
  },
  {
    name: "5 closeSocket with a bad code before the open: device tells no open either",
    async run(world) {
      const { wx, connect, address, heard, names } = createPage(world);
      connect({ url: address({ steps: [{ send: "first" }, { close: [4001, "end"] }] }).url });
      await rejection(wx.closeSocket({ code: 1001 }));
      await heard("close");
      expectSame(names().slice(2), world.profile === "device" ? ["close"] : ["open", "message", "close"]);
    },
  },
  {
    name: "5 connectSocket and the onSocket functions return no promise",
    run(world) {
      const { wx, note } = createPage(world);
      for (const name of ["onSocketOpen", "onSocketMessage", "onSocketError", "onSocketClose"] as const) {
        expectSame(wx[name](note("x")), undefined, name);
      }
      expectSame(wx.connectSocket({ url: "http://a" }), undefined, "connectSocket");
    },
  },
  {
    name: "5 wx stays extensible",
    run(world) {
      const { wx } = createPage(world);
      Reflect.set(wx, "binaryType", "arraybuffer");
      expectSame(Reflect.get(wx, "binaryType"), "arraybuffer");
    },
  },
  ...["offSocketOpen", "offSocketMessage", "offSocketClose", "offSocketError"].map((name): SuiteCase => ({
    name: `5 there is no ${name}`,
    run(world) {
      expectTrue(!(name in createPage(world).wx), name);
    },
  })),
  {
    name: "5 two runtimes never see each other",
    async run(world) {
      const [one, two] = [createPage(world), createPage(world)];
      two.wx.onSocketOpen(two.note("global open"));
      await one.open();
      expectSame(await rejection(two.wx.sendSocketMessage({ data: "x" })), globalSendFail);
      expectSame(await rejection(two.wx.closeSocket()), globalCloseFail);
      await quiet(20);
      expectSame(two.log, []);
      one.wx.closeSocket();
    },
  },
  ...(
    [
      ["connectSocket", true],
      ["connectSocket.object.protocols", true],
      ["connectSocket.object.perMessageDeflate", true],
      ["connectSocket.return.SocketTask", true],
      ["SocketTask.onMessage", true],
      ["onSocketMessage.callback.data", true],
      ["closeSocket.object.reason", true],
      ["connectSocket.object.nothing", false],
      ["connectSocket.object.protocols.more", false],
      ["SocketTask.offMessage", false],
      ["offSocketOpen", false],
      ["toString", false],
      [undefined, false],
    ] as const
  ).map(([schema, expected]): SuiteCase => ({
    name: `5 wx.canIUse(${JSON.stringify(schema) ?? "undefined"}) is ${String(expected)}`,
    run(world) {
      expectSame(createPage(world).wx.canIUse(schema), expected);
    },
  })),
];
