import { expectSame, expectTrue } from "../expectation.js";
import type { Script } from "../script.js";
import { createPage, quiet } from "./page.js";
import { devtoolsReasons, ending, failure, type Cause } from "./texts.js";
import type { SuiteCase, SuiteWorld } from "./world.js";

const failures: ReadonlyArray<readonly [what: string, script: Script, cause: Cause]> = [
  ["200", { answer: 200 }, "status"],
  ["302", { answer: 302 }, "status"],
  ["401", { answer: 401 }, "status"],
  ["404", { answer: 404 }, "status"],
  ["500", { answer: 500 }, "status"],
  ["503", { answer: 503 }, "status"],
  ["a 101 with a wrong accept key", { wrongAccept: true }, "upgrade"],
  ["a subprotocol that was not offered", { protocol: "other" }, "upgrade"],
  ["RST before the answer", { answer: "reset" }, "reset"],
  ["FIN before the answer", { answer: "end" }, "reset"],
];

/** A connection that never opens: error alone on device, error and then close 1006 in DevTools. */
async function expectFailure(world: SuiteWorld, url: string, cause: Cause): Promise<void> {
  const { connect, heard, log } = createPage(world);
  const { task } = connect({ url });
  await heard("error");
  await quiet();
  const close = ["close", { code: 1006, reason: "abnormal closure" }] as const;
  const both = [["error", failure(world, cause)], close];
  expectSame(log.slice(2), world.profile === "device" ? both.slice(0, 1) : both);
  expectSame(task.readyState, 3, "readyState");
}

/** Spec 2.4: which events come, in which order. */
export const orderCases: readonly SuiteCase[] = [
  ...failures.map(([what, script, cause]): SuiteCase => ({
    name: `2.4 the server answers ${what}`,
    run: (world) => expectFailure(world, createPage(world).address(script).url, cause),
  })),
  {
    name: "2.4 nobody listens at the address",
    run: (world) => expectFailure(world, world.closedBase, "refused"),
  },
  {
    name: "2.4 the answer is no HTTP",
    async run(world) {
      const { connect, heard, address } = createPage(world);
      const { task } = connect({ url: address({ answer: "garbage" }).url });
      await heard("error");
      expectSame(task.readyState, 3, "readyState");
    },
  },
  {
    name: "2.4 a timeout is an error alone, in DevTools too",
    async run(world) {
      const { connect, heard, log, address } = createPage(world, { networkTimeout: { connectSocket: 50 } });
      connect({ url: address({ answer: "nothing" }).url });
      await heard("error");
      await quiet();
      expectSame(log.slice(2), [["error", failure(world, "timeout")]]);
    },
  },
  {
    name: "2.4 frames that share a segment with the 101: nothing is missed, in order",
    async run(world) {
      const { connect, heard, log, address } = createPage(world);
      const steps = [{ send: "1" }, { send: [2] }, { send: "3" }, { close: [4001, "bye"] }] as const;
      connect({ url: address({ steps }).url });
      await heard("close");
      expectSame(
        log.slice(3).map(([name, payload]) => [name, payload]),
        [
          ["message", { data: "1" }],
          ["message", { data: new Uint8Array([2]).buffer }],
          ["message", { data: "3" }],
          ["close", { code: 4001, reason: "bye" }],
        ],
      );
    },
  },
  {
    name: "2.4 the same, byte by byte",
    async run(world) {
      const { connect, heard, names, address } = createPage(world);
      const steps = [{ send: "1" }, { send: "2" }, { close: [1000] }] as const;
      connect({ url: address({ steps, slow: true }).url });
      await heard("close");
      expectSame(names().slice(2), ["open", "message", "message", "close"]);
    },
  },
  {
    name: "2.4 each event is a task of its own: promise jobs run between two of them",
    async run(world) {
      const { wx, address, heard, note } = createPage(world);
      const steps = [{ send: "1" }, { send: "2" }] as const;
      const task = wx.connectSocket({ url: address({ steps }).url })!;
      // A wrapper that resolves in onOpen, and code behind it that listens only then.
      await new Promise((resolve) => task.onOpen(resolve));
      const first = await new Promise((resolve) => task.onMessage(resolve));
      expectSame(first, { data: "1" });
      task.onMessage(note("then"));
      expectSame(await heard("then"), { data: "2" });
      task.close();
    },
  },
  {
    name: "2.4 no event comes before connectSocket has returned",
    async run(world) {
      const { connect, names, heard, address } = createPage(world);
      const { task } = connect({ url: address({ steps: [{ send: "x" }] }).url });
      for (let spin = 0; spin < 1e6; spin += 1) Math.sqrt(spin);
      expectSame(names(), ["success", "complete"]);
      await heard("message");
      task.close();
    },
  },
  {
    name: "2.4 a thousand messages arrive in order",
    async run(world) {
      const { connect, heard, log, address } = createPage(world);
      const { task } = connect({ url: address({ steps: [{ echo: true }] }).url });
      await heard("open");
      for (let count = 0; count < 1_000; count += 1) task.send({ data: String(count) });
      await heard("message", 1_000);
      const texts = log
        .filter(([name]) => name === "message")
        .map(([, payload]) => (payload as { data: string }).data);
      expectTrue(
        texts.every((text, index) => text === String(index)),
        "order",
      );
      task.close();
    },
  },
  {
    name: "2.4 server closes with code and reason",
    async run(world) {
      const { connect, heard, address, names } = createPage(world);
      connect({ url: address({ steps: [{ close: [4001, "bye 再见"] }] }).url });
      expectSame(await heard("close"), { code: 4001, reason: "bye 再见" });
      await quiet();
      expectSame(names().slice(2), ["open", "close"]);
    },
  },
  ...Object.keys(devtoolsReasons)
    .map(Number)
    .filter((code) => code !== 1005 && code !== 1006)
    .map((code): SuiteCase => ({
      name: `2.4 server closes with ${code} and no reason`,
      async run(world) {
        const { connect, heard, address } = createPage(world);
        connect({ url: address({ steps: [{ close: [code] }] }).url });
        expectSame(await heard("close"), ending(world.profile, code));
      },
    })),
  {
    name: "2.4 server closes without a code: 1005",
    async run(world) {
      const { connect, heard, address } = createPage(world);
      connect({ url: address({ steps: [{ close: [] }] }).url });
      expectSame(await heard("close"), ending(world.profile, 1005));
    },
  },
  ...(["end", "reset"] as const).map((how): SuiteCase => ({
    name: `2.4 the connection drops after the open (${how}): close 1006, once`,
    async run(world) {
      const { open, heard, names } = createPage(world);
      const step = how === "end" ? ({ end: true } as const) : ({ reset: true } as const);
      const { task } = await open({ steps: [{ awaitMessages: 1 }, step] });
      task.send({ data: "go" });
      expectSame(await heard("close"), { code: 1006, reason: "abnormal closure" });
      await quiet();
      expectSame(names(), ["close"]);
      expectSame(task.readyState, 3, "readyState");
    },
  })),
  {
    name: "2.4 messages before a drop are delivered before the close event",
    async run(world) {
      const { connect, heard, names, address } = createPage(world);
      connect({ url: address({ steps: [{ send: "1" }, { send: "2" }, { end: true }] }).url });
      await heard("close");
      expectSame(names().slice(2), ["open", "message", "message", "close"]);
    },
  },
  {
    name: "2.4 an old socket is closed and replaced in one tick: its close event goes to its own listeners",
    async run(world) {
      const { open, address, wx, note, heard, names } = createPage(world);
      const { task } = await open();
      task.close();
      const next = wx.connectSocket({ url: address().url })!;
      next.onOpen(note("next open"));
      next.onClose(note("next close"));
      await heard("close");
      await heard("next open");
      expectTrue(!names().includes("next close"), "the new one lives");
      next.close();
    },
  },
  {
    name: "2.4 close() of one task does nothing to another",
    async run(world) {
      const { open, heard } = createPage(world);
      const [one, two] = [await open(), await open({ steps: [{ echo: true }] })];
      one.task.close();
      await heard("close");
      two.task.send({ data: "still here" });
      expectSame(await heard("message"), { data: "still here" });
      two.task.close();
    },
  },
];
