import { expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet, type Page } from "./page.js";
import { failure } from "./texts.js";
import type { SuiteCase, SuiteClock, SuiteWorld } from "./world.js";

interface HandClock extends SuiteClock {
  /** Fires the timers that are due after `ms`. */
  pass(ms: number): void;
}

/** Timers only pass by hand; tasks run as they do. */
function createHandClock(): HandClock {
  let passedMs = 0;
  const timers = new Set<{ due: number; callback: () => void }>();
  return {
    now: () => Date.now() + passedMs,
    setTimer(delayMs, callback) {
      const timer = { due: passedMs + delayMs, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    defer(callback) {
      setTimeout(callback, 0);
    },
    pass(ms) {
      passedMs += ms;
      for (const timer of [...timers].sort((one, two) => one.due - two.due)) {
        if (timer.due <= passedMs && timers.delete(timer)) timer.callback();
      }
    },
  };
}

function createLivingPage(
  world: SuiteWorld,
  options: Record<string, unknown> = {},
): Page & { clock: HandClock } {
  const clock = createHandClock();
  const page = createPage(world, { clock, ...options });
  page.wx.onAppHide(page.note("hide"));
  page.wx.onAppShow(page.note("show"));
  return { ...page, clock };
}

const suspendedText =
  "connectSocket:fail: jsapi has no permission, event=createSocketTask, runningState=suspend, " +
  "permissionMsg=permission ok, detail=network api interrupted in suspend state";

const device = (name: string, run: SuiteCase["run"]): SuiteCase => ({
  name,
  run: (world) => (world.profile === "device" ? run(world) : undefined),
});

const devtools = (name: string, run: SuiteCase["run"]): SuiteCase => ({
  name,
  run: (world) => (world.profile === "devtools" ? run(world) : undefined),
});

/** Spec 4: background, suspension, network, destruction. */
export const lifeCases: readonly SuiteCase[] = [
  {
    name: "4 hide and show are told, in order, in later tasks",
    async run(world) {
      const { runtime, names, heard } = createLivingPage(world);
      runtime.hide();
      runtime.hide();
      runtime.show();
      expectSame(names(), []);
      await heard("show");
      expectSame(names(), ["hide", "show"]);
    },
  },
  {
    name: "4 offAppHide and offAppShow remove one listener, or all",
    async run(world) {
      const { runtime, wx, note, log, heard } = createLivingPage(world);
      const [one, two] = [note("one"), note("two")];
      wx.offAppShow();
      wx.onAppShow(one);
      wx.onAppShow(two);
      wx.offAppShow(one);
      wx.offAppHide();
      runtime.hide();
      runtime.show();
      await heard("two");
      expectSame(
        log.map(([name]) => name),
        ["two"],
      );
    },
  },
  {
    name: "4 what a page writes into the options of one show is gone at the next",
    async run(world) {
      const { runtime, wx, heard, note } = createLivingPage(world);
      wx.onAppShow((options: { path: string; query: Record<string, string> }) => {
        note("told")([options.path, { ...options.query }]);
        options.path = "written";
        options.query["a"] = "written";
      });
      for (let n = 1; n <= 2; n += 1) {
        runtime.hide();
        runtime.show();
        expectSame(await heard("told", n), ["", {}]);
      }
    },
  },
  {
    name: "4 hidden for less than five seconds: sockets live, events are delivered",
    async run(world) {
      const { runtime, clock, open, heard, names } = createLivingPage(world);
      const { task } = await open({ steps: [{ echo: true }] });
      runtime.hide();
      clock.pass(4_999);
      task.send({ data: "from the background" });
      await heard("message");
      runtime.show();
      clock.pass(60_000);
      await quiet();
      expectSame(names(), ["hide", "message", "show"]);
      task.close();
    },
  },
  device(
    "4 five seconds after hide: the server reads 1000 default_close, the page hears interrupted at show",
    async (world) => {
      const { runtime, clock, open, heard, names, seen } = createLivingPage(world);
      const { task, id } = await open();
      runtime.hide();
      await heard("hide");
      clock.pass(5_000);
      expectSame((await seen(id, "close")).close, { code: 1000, reason: "default_close" });
      await quiet();
      expectSame(names(), ["hide"]);
      expectSame(task.readyState, 1, "readyState while suspended");
      runtime.show();
      expectSame(await heard("close"), { code: 1000, reason: "interrupted" });
      await heard("show");
      expectSame(names(), ["hide", "close", "show"]);
      expectSame(task.readyState, 3, "readyState");
    },
  ),
  devtools("4 DevTools never suspends", async (world) => {
    const { runtime, clock, open, heard } = createLivingPage(world);
    const { task } = await open({ steps: [{ echo: true }] });
    runtime.hide();
    clock.pass(3_600_000);
    runtime.suspend();
    task.send({ data: "x" });
    await heard("message");
    task.close();
  }),
  device("4 a connection that is not open yet is interrupted too", async (world) => {
    const { runtime, clock, connect, address, heard, names } = createLivingPage(world);
    connect({ url: address({ answer: "nothing" }).url });
    runtime.hide();
    await heard("hide");
    clock.pass(5_000);
    runtime.show();
    expectSame(await heard("close"), { code: 1000, reason: "interrupted" });
    await heard("show");
    expectSame(names().slice(2), ["hide", "close", "show"]);
  }),
  device("4 connect while suspended: fail", async (world) => {
    const { runtime, clock, connect, address, log, heard } = createLivingPage(world);
    runtime.hide();
    await heard("hide");
    clock.pass(5_000);
    log.length = 0;
    const { task } = connect({ url: address().url });
    expectSame(log, [
      ["fail", { errMsg: suspendedText }],
      ["complete", { errMsg: suspendedText }],
    ]);
    expectSame(task.readyState, 3, "readyState");
    runtime.show();
    await heard("show");
  }),
  device("4 send while suspended: the native task is gone", async (world) => {
    const { runtime, clock, open, note, heard } = createLivingPage(world);
    const { task } = await open();
    runtime.hide();
    await heard("hide");
    clock.pass(5_000);
    task.send({ data: "x", fail: note("send fail") });
    expectSame(await heard("send fail"), { errMsg: "sendSocketMessage:fail:taskID not exist" });
    runtime.destroy();
  }),
  device("4 a page can reconnect in onAppShow", async (world) => {
    const { runtime, clock, open, wx, note, heard, address } = createLivingPage(world, { maxConnections: 1 });
    await open();
    wx.onAppShow(() => wx.connectSocket({ url: address().url })!.onOpen(note("again")));
    runtime.hide();
    await heard("hide");
    clock.pass(5_000);
    runtime.show();
    await heard("again");
    wx.closeSocket();
  }),
  device("4 suspend() is the five seconds at once", async (world) => {
    const { runtime, open, heard, names, seen } = createLivingPage(world);
    const { id } = await open();
    runtime.suspend();
    await seen(id, "close");
    expectSame(names(), ["hide"]);
    runtime.show();
    await heard("close");
  }),
  device("4 show takes back a suspension that has not begun", async (world) => {
    const { runtime, clock, open, heard } = createLivingPage(world);
    const { task } = await open({ steps: [{ echo: true }] });
    runtime.hide();
    clock.pass(4_000);
    runtime.show();
    runtime.hide();
    clock.pass(4_000);
    task.send({ data: "x" });
    await heard("message");
    task.close();
  }),
  device("4 audio or location in the background: no suspension", async (world) => {
    const { runtime, clock, open, heard } = createLivingPage(world, { requiredBackgroundModes: ["audio"] });
    const { task } = await open({ steps: [{ echo: true }] });
    runtime.hide();
    clock.pass(60_000);
    task.send({ data: "x" });
    await heard("message");
    task.close();
  }),
  device("4 thirty minutes suspended: destroyed, nothing is called any more", async (world) => {
    const { runtime, clock, open, heard, names, wx } = createLivingPage(world);
    await open();
    runtime.hide();
    await heard("hide");
    clock.pass(5_000);
    clock.pass(30 * 60_000);
    runtime.show();
    expectSame(wx.connectSocket({ url: "ws://a.example" }), undefined, "connectSocket");
    await quiet();
    expectSame(names(), ["hide"]);
  }),
  {
    name: "4 destroy() ends every socket, and nothing is called any more",
    async run(world) {
      const { runtime, open, connect, address, names, note, seen, wx, log } = createLivingPage(world);
      const { task, id } = await open();
      connect({ url: address().url });
      log.length = 0;
      runtime.destroy();
      await seen(id, "end");
      task.send({ data: "x", fail: note("send fail") });
      task.close({ fail: note("close fail") });
      wx.sendSocketMessage({ data: "x", fail: note("global fail") });
      runtime.show();
      runtime.setNetworkType("none");
      await quiet();
      expectSame(names(), []);
    },
  },
  ...["the url is read", "a header is read", "it is traced"].map((moment): SuiteCase => ({
    name: `4 destroy() within connectSocket, as ${moment}: nothing stays, nothing is called`,
    async run(world) {
      const { runtime, wx, address, seen, note, names } = createPage(world, {
        onSocketTrace() {
          if (moment === "it is traced") runtime.destroy();
        },
      });
      const { url, id } = address();
      const destroying = (value: string, at: string): PropertyDescriptor => ({
        enumerable: true,
        get() {
          if (moment === at) runtime.destroy();
          return value;
        },
      });
      const header = Object.defineProperty({}, "a", destroying("1", "a header is read"));
      const option = { header, success: note("success"), fail: note("fail"), complete: note("complete") };
      wx.connectSocket(Object.defineProperty(option, "url", destroying(url, "the url is read")));
      const first = await Promise.race([
        seen(id, "head").then(() => "dialled"),
        quiet(100).then(() => "quiet"),
      ]);
      // A browser may have begun to dial what is given up in the same turn.
      if (first === "dialled") await seen(id, "end");
      expectSame(names(), []);
    },
  })),
  {
    name: "4 network change is told to its listeners, once a change",
    async run(world) {
      const { runtime, wx, note, heard, log } = createLivingPage(world);
      wx.onNetworkStatusChange(note("status"));
      runtime.setNetworkType("wifi");
      runtime.setNetworkType("4g");
      runtime.setNetworkType("none");
      await heard("status", 2);
      await quiet(20);
      expectSame(log, [
        ["status", { isConnected: true, networkType: "4g" }],
        ["status", { isConnected: false, networkType: "none" }],
      ]);
    },
  },
  {
    name: "4 getNetworkType, with callbacks and as a promise",
    async run(world) {
      const { runtime, wx, note, heard } = createLivingPage(world);
      const first = (await wx.getNetworkType()) as { networkType: string; errMsg: string };
      expectSame([first.networkType, first.errMsg], ["wifi", "getNetworkType:ok"]);
      runtime.setNetworkType("none");
      expectSame(wx.getNetworkType({ success: note("type") }), undefined);
      expectSame(((await heard("type")) as { networkType: string }).networkType, "none");
    },
  },
  device("4 Wi-Fi to cellular: open sockets drop with 1006", async (world) => {
    const { runtime, open, heard, names, seen } = createLivingPage(world);
    const { task, id } = await open();
    runtime.setNetworkType("4g");
    expectSame(await heard("close"), { code: 1006, reason: "abnormal closure" });
    await seen(id, "end");
    await quiet();
    expectSame(names(), ["close"]);
    expectSame(task.readyState, 3, "readyState");
  }),
  device("4 Wi-Fi to cellular while connecting: an error event", async (world) => {
    const { runtime, connect, address, heard, names } = createLivingPage(world);
    connect({ url: address({ answer: "nothing" }).url });
    runtime.setNetworkType("4g");
    const errMsg = "open fail: _code:2,_msg:Underlying Transport Error";
    expectSame(await heard("error"), { errCode: 1004, errMsg });
    await quiet();
    expectSame(names().slice(2), ["error"]);
  }),
  devtools("4 Wi-Fi to cellular in DevTools: sockets live", async (world) => {
    const { runtime, open, heard } = createLivingPage(world);
    const { task } = await open({ steps: [{ echo: true }] });
    runtime.setNetworkType("4g");
    task.send({ data: "x" });
    await heard("message");
    task.close();
  }),
  {
    name: "4 offline: open sockets end",
    async run(world) {
      const { runtime, open, heard, names } = createLivingPage(world);
      await open();
      runtime.setNetworkType("none");
      const expected =
        world.profile === "device"
          ? { code: 1006, reason: "abnormal closure" }
          : { code: 1005, reason: "no status rcvd" };
      expectSame(await heard("close"), expected);
      await quiet();
      expectSame(names(), ["close"]);
    },
  },
  {
    name: "4 offline: a new connection gets an error event, and works once there is a network",
    async run(world) {
      const { runtime, connect, address, heard, open, names } = createLivingPage(world);
      runtime.setNetworkType("none");
      connect({ url: address().url });
      const expected = world.profile === "device" ? failure(world, "reset") : { errMsg: "network is down" };
      expectSame(await heard("error"), expected);
      await quiet();
      expectSame(names(), ["success", "complete", "error"]);
      runtime.setNetworkType("wifi");
      (await open()).task.close();
    },
  },
  {
    name: "4 sockets belong to the app: nothing but the app ends them",
    async run(world) {
      const { open, heard } = createLivingPage(world);
      const { task } = await open({ steps: [{ echo: true }] });
      await quiet();
      task.send({ data: "x" });
      expectTrue(((await heard("message")) as { data: string }).data === "x", "alive");
      task.close();
    },
  },
];
