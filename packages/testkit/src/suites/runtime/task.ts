import { aNumber, anObject, expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet } from "./page.js";
import { connectOk, ending, failure } from "./texts.js";
import type { SuiteCase } from "./world.js";

const absent = [
  "offOpen",
  "offMessage",
  "offClose",
  "offError",
  "url",
  "protocol",
  "bufferedAmount",
  "binaryType",
  "socketTaskId",
  "ping",
  "then",
  "addEventListener",
];

const profileKeys = [
  "fetchStart",
  "domainLookUpStart",
  "domainLookUpEnd",
  "connectStart",
  "connectEnd",
  "rtt",
  "handshakeCost",
  "cost",
];

/** Spec 2.1 to 2.3: the task's members, its listeners, and what they are given. */
export const taskCases: readonly SuiteCase[] = [
  {
    name: "2.1 the members are there",
    async run(world) {
      const { task } = await createPage(world).open();
      const types = ["send", "close", "onOpen", "onMessage", "onClose", "onError"].map(
        (name) => typeof Reflect.get(task, name),
      );
      expectTrue(
        types.every((type) => type === "function"),
        types.join(),
      );
      const constants = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].map(
        (name) => Reflect.get(task, name) as unknown,
      );
      expectSame(constants, [0, 1, 2, 3]);
      task.close();
    },
  },
  ...absent.map((name): SuiteCase => ({
    name: `2.1 there is no ${name}`,
    run(world) {
      const { connect, address } = createPage(world);
      const { task } = connect({ url: address().url });
      expectTrue(!(name in task), name);
      task.close();
    },
  })),
  {
    name: "2.1 readyState is enumerable and can be written",
    async run(world) {
      const { task } = await createPage(world).open();
      expectTrue(Object.keys(task).includes("readyState"), "enumerable");
      task.readyState = 7;
      expectSame(task.readyState, 7);
      task.close();
    },
  },
  {
    name: "2.1 readyState: 0, 1 at the open event, 3 at the close event",
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const { task } = connect({ url: address().url });
      const states = [task.readyState];
      task.onOpen(() => states.push(task.readyState));
      task.onClose(() => states.push(task.readyState));
      await heard("open");
      task.close();
      states.push(task.readyState);
      await heard("close");
      expectSame(states, [0, 1, 1, 3]);
    },
  },
  {
    name: "2.1 readyState is 3 at the error event",
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const { task } = connect({ url: address({ answer: 500 }).url });
      let state: unknown;
      task.onError(() => (state = task.readyState));
      await heard("error");
      expectSame(state, 3);
    },
  },
  {
    name: "2.1 members work detached from the task",
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open({ steps: [{ echo: true }] });
      const { send, close } = task;
      send({ data: "a" });
      expectSame(await heard("message"), { data: "a" });
      close();
      await heard("close");
    },
  },
  {
    name: "2.2 one function registered twice is called twice",
    async run(world) {
      const { open, note, heard, names } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send: "x" }] });
      const twice = note("twice");
      task.onMessage(twice);
      task.onMessage(twice);
      task.send({ data: "go" });
      await heard("twice", 2);
      expectSame(names(), ["message", "twice", "twice"]);
      task.close();
    },
  },
  {
    name: "2.2 listeners run in the order of their registration",
    async run(world) {
      const { address, wx, note, heard, names } = createPage(world);
      const task = wx.connectSocket({ url: address().url })!;
      for (const name of ["a", "b", "c"]) task.onOpen(note(name));
      await heard("c");
      expectSame(names(), ["a", "b", "c"]);
      task.close();
    },
  },
  {
    name: "2.2 a listener that is added during an event hears the next one",
    async run(world) {
      const { open, note, heard, names } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send: "1" }, { send: "2" }] });
      task.onMessage(() => {
        if (!names().includes("added")) task.onMessage(note("added"));
        note("first")();
      });
      task.send({ data: "go" });
      await heard("added");
      expectSame(names().slice(0, 3), ["message", "first", "message"]);
      task.close();
    },
  },
  {
    name: "2.2 what is no function is ignored",
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send: "x" }] });
      for (const nothing of [undefined, null, 1, "x", {}]) task.onMessage(nothing);
      task.send({ data: "go" });
      await heard("message");
      task.close();
    },
  },
  {
    name: "2.2 what a listener throws is reported, the next one still runs",
    async run(world) {
      const uncaught: unknown[] = [];
      const { open, note, heard } = createPage(world, {
        onUncaught: (error: unknown) => uncaught.push(error),
      });
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send: "x" }, { send: "y" }] });
      task.onMessage(() => {
        throw new Error("broken");
      });
      task.onMessage(note("after"));
      task.send({ data: "go" });
      await heard("after", 2);
      expectSame(uncaught.length, 2, "reports");
      task.close();
    },
  },
  {
    name: "2.2 a listener that comes late hears nothing of before",
    async run(world) {
      const { open, note, heard, names } = createPage(world);
      const { task } = await open({ steps: [{ send: "early" }] });
      await heard("message");
      task.onOpen(note("late"));
      task.onMessage(note("late"));
      await quiet();
      expectTrue(!names().includes("late"), "no replay");
      task.close();
    },
  },
  {
    name: "2.2 the task's listeners run before the global one, with the same object",
    async run(world) {
      const { wx, open, note, heard, names, log } = createPage(world);
      wx.onSocketMessage(note("global"));
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send: "x" }] });
      task.send({ data: "go" });
      await heard("global");
      expectSame(names(), ["message", "global"]);
      expectTrue(log[0]![1] === log[1]![1], "same object");
      task.close();
    },
  },
  {
    name: "2.2 registering returns undefined",
    run(world) {
      const { connect, address, note } = createPage(world);
      const { task } = connect({ url: address().url });
      for (const name of ["onOpen", "onMessage", "onError", "onClose"] as const) {
        expectSame(task[name](note("x")), undefined, name);
      }
      task.close();
    },
  },
  {
    name: "2.3 open tells header on device, nothing in DevTools",
    async run(world) {
      const { connect, address, heard } = createPage(world);
      const { task } = connect({ url: address({ headers: [["X-Server", "a"]] }).url });
      const payload = (await heard("open")) as Record<string, unknown>;
      if (world.profile === "devtools") expectSame(payload, {});
      else expectSame(payload["header"], anObject, "header");
      task.close();
    },
  },
  {
    name: "2.3 header: names as the server wrote them, repeated ones joined",
    needs: "readsHeaders",
    async run(world) {
      const { connect, address, heard } = createPage(world);
      const headers = [
        ["X-Server", "a"],
        ["x-many", "1"],
        ["x-many", "2"],
      ] as const;
      const { task } = connect({ url: address({ headers }).url });
      const payload = (await heard("open")) as { header?: Record<string, string> };
      if (world.profile === "device") {
        expectSame(payload.header!["X-Server"], "a");
        expectSame(payload.header!["x-many"]!.replaceAll(" ", ""), "1,2");
      }
      task.close();
    },
  },
  {
    name: "2.3 profile: eight numbers in ms that agree with each other",
    needs: "measures",
    async run(world) {
      const { connect, address, heard } = createPage(world);
      const before = Date.now();
      const { task } = connect({ url: address().url });
      const { profile } = (await heard("open")) as { profile?: Record<string, number> };
      if (world.profile === "device") {
        expectSame(profile, Object.fromEntries(profileKeys.map((key) => [key, aNumber])));
        const at = profileKeys.slice(0, 5).map((key) => profile![key]!);
        expectTrue(
          at.every((time, index) => index === 0 || time >= at[index - 1]!),
          at.join(" <= "),
        );
        expectTrue(Math.abs(at[0]! - before) < 60_000, "fetchStart is a time of the epoch");
        const [start, , lookedUp, from, connected, rtt, handshakeCost, cost] = profileKeys.map(
          (key) => profile![key]!,
        );
        expectSame([from, rtt, cost], [lookedUp, connected! - from!, connected! - start! + handshakeCost!]);
      }
      task.close();
    },
  },
  {
    name: "2.3 enableProfile false leaves profile out",
    async run(world) {
      const { connect, address, heard } = createPage(world);
      const { task } = connect({ url: address().url, enableProfile: false });
      expectTrue(!("profile" in ((await heard("open")) as object)), "profile");
      task.close();
    },
  },
  ...(
    [
      ["a text", "hello", "hello"],
      ["an empty text", "", ""],
      ["beyond the basic plane", "小程序 🎈", "小程序 🎈"],
      ["binary", [0, 127, 128, 255], new Uint8Array([0, 127, 128, 255]).buffer],
      ["empty binary", [], new ArrayBuffer(0)],
    ] as const
  ).map(([what, send, data]): SuiteCase => ({
    name: `2.3 message: ${what}`,
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send }] });
      task.send({ data: "go" });
      const payload = (await heard("message")) as { data: unknown };
      expectSame(payload, { data });
      expectSame(payload.data instanceof ArrayBuffer, typeof send !== "string", "ArrayBuffer");
      task.close();
    },
  })),
  ...[125, 126, 65_535, 65_536, 1_000_000].map((length): SuiteCase => ({
    name: `2.3 message of ${length} bytes`,
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { sendLetters: length }] });
      task.send({ data: "go" });
      const payload = (await heard("message")) as { data: string };
      expectTrue(payload.data === "x".repeat(length), `length ${payload.data.length}`);
      task.close();
    },
  })),
  {
    name: "2.3 binary data is the page's own: exactly its size, and no two share memory",
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { send: [1, 2, 3] }, { send: [4] }] });
      task.send({ data: "go" });
      const one = (await heard("message", 1)) as { data: ArrayBuffer };
      const two = (await heard("message", 2)) as { data: ArrayBuffer };
      new Uint8Array(two.data).fill(9);
      expectSame([...new Uint8Array(one.data)], [1, 2, 3]);
      expectSame([one.data.byteLength, two.data.byteLength], [3, 1]);
      task.close();
    },
  },
  {
    name: "2.3 error: errMsg, with errCode on device",
    async run(world) {
      const { connect, address, heard } = createPage(world);
      connect({ url: address({ answer: 500 }).url });
      expectSame(await heard("error"), failure(world, "status"));
    },
  },
  {
    name: "2.3 close: code and reason, nothing else",
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, { close: [1000] }] });
      task.send({ data: "go" });
      expectSame(await heard("close"), ending(world.profile, 1000));
    },
  },
  {
    name: "2.3 two tasks of one runtime have numbers of their own in DevTools",
    async run(world) {
      const { connect, address, log, runtime } = createPage(world);
      connect({ url: address().url });
      connect({ url: address().url });
      const results = log.filter(([name]) => name === "success").map(([, result]) => result);
      expectSame(results, [connectOk(world.profile, 1), connectOk(world.profile, 2)]);
      await quiet(5);
      runtime.destroy();
    },
  },
];
