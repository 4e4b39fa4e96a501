import { expectSame, expectTrue } from "../expectation.js";
import { createPage, type Heard, type Page } from "./page.js";
import { notOpen, sendOk } from "./texts.js";
import type { SuiteCase, SuiteTask, SuiteWorld } from "./world.js";

/** Sends with all three callbacks, and gives what they heard. */
function sendNoted(page: Page, task: SuiteTask, data: unknown, name: string = "send"): readonly Heard[] {
  const before = page.log.length;
  task.send({
    data,
    success: page.note(`${name} success`),
    fail: page.note(`${name} fail`),
    complete: page.note(`${name} complete`),
  });
  return page.log.slice(before);
}

const failed = (errMsg: string): readonly Heard[] => [
  ["send fail", { errMsg }],
  ["send complete", { errMsg }],
];

const kinds: ReadonlyArray<
  readonly [what: string, data: () => unknown, arrives: string | readonly number[]]
> = [
  ["undefined", () => undefined, "undefined"],
  ["null", () => null, "null"],
  ["a number", () => 7, "7"],
  ["a boolean", () => true, "true"],
  ["an object", () => ({ a: 1 }), "[object Object]"],
  ["an array", () => [1, 2], "1,2"],
  ["a typed array", () => new Uint8Array([1, 2, 3]), [1, 2, 3]],
  ["a part of a buffer", () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3), [2, 3]],
  ["a DataView", () => new DataView(new Uint8Array([5, 6]).buffer), [5, 6]],
  ["a Blob", () => new Blob(["ab"]), [97, 98]],
];

function transfer(buffer: ArrayBuffer): ArrayBuffer {
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

const transferred: ReadonlyArray<readonly [what: string, data: () => unknown]> = [
  ["an ArrayBuffer", () => transfer(new ArrayBuffer(3))],
  [
    "a typed array",
    () => {
      const bytes = new Uint8Array(3);
      transfer(bytes.buffer);
      return bytes;
    },
  ],
];

/** Spec 2.5: what can be sent, when, and what is said about it. */
export const sendCases: readonly SuiteCase[] = [
  {
    name: "2.5 open: ok at once, success then complete with the same object",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      const heard = sendNoted(page, task, "x");
      expectSame(heard, [
        ["send success", sendOk],
        ["send complete", sendOk],
      ]);
      expectTrue(heard[0]![1] === heard[1]![1], "same object");
      task.close();
    },
  },
  ...(
    [
      ["a text", "hello", "hello"],
      ["an empty text", "", ""],
      ["beyond the basic plane", "小程序 🎈", "小程序 🎈"],
      ["an ArrayBuffer", new Uint8Array([0, 127, 128, 255]).buffer, [0, 127, 128, 255]],
      ["an empty ArrayBuffer", new ArrayBuffer(0), []],
      ["200,000 letters", "y".repeat(200_000), "y".repeat(200_000)],
    ] as const
  ).map(([what, data, arrives]): SuiteCase => ({
    name: `2.5 ${what} arrives as it is`,
    async run(world) {
      // What Chromium offers for itself this server cannot read; it never accepts the offer.
      const { open, seen } = createPage(world);
      const { task, id } = await open();
      task.send({ data });
      const { messages } = await seen(id, "message");
      expectSame(messages, [arrives]);
      task.close();
    },
  })),
  {
    name: "2.5 sends arrive in order, text and binary mixed",
    async run(world) {
      const { open, seen } = createPage(world);
      const { task, id } = await open();
      for (let count = 0; count < 50; count += 1) {
        task.send({ data: count % 2 === 0 ? String(count) : new Uint8Array([count]).buffer });
      }
      const { messages } = await seen(id, "message", 50);
      expectSame(
        messages,
        messages.map((_, count) => (count % 2 === 0 ? String(count) : [count])),
      );
      task.close();
    },
  },
  {
    name: "2.5 a buffer that is changed after send arrives as it was",
    async run(world) {
      const { open, seen } = createPage(world);
      const { task, id } = await open();
      const bytes = new Uint8Array([1, 2, 3]);
      task.send({ data: bytes.buffer });
      bytes.fill(9);
      expectSame((await seen(id, "message")).messages, [[1, 2, 3]]);
      task.close();
    },
  },
  {
    name: "2.5 what was sent right before close arrives before it",
    async run(world) {
      const { open, seen } = createPage(world);
      const { task, id } = await open();
      task.send({ data: "last words" });
      task.close();
      const { messages, close } = await seen(id, "close");
      expectSame([messages, close!.code], [["last words"], 1000]);
    },
  },
  ...kinds.map(([what, data, arrives]): SuiteCase => ({
    name: `2.5 ${what}: refused on device, sent by DevTools as a browser does`,
    async run(world) {
      const page = createPage(world);
      const { task, id } = await page.open();
      const heard = sendNoted(page, task, data());
      if (world.profile === "device") {
        const nothing = what === "undefined" || what === "null";
        expectSame(
          heard,
          failed(
            nothing
              ? "sendSocketMessage:fail:message is null or nil"
              : "sendSocketMessage:fail invalid data type",
          ),
        );
      } else {
        expectSame(heard[0], ["send success", sendOk]);
        task.send({ data: "after it" });
        expectSame((await page.seen(id, "message", 2)).messages, [arrives, "after it"]);
      }
      task.close();
    },
  })),
  ...transferred.map(([what, data]): SuiteCase => ({
    name: `2.5 ${what} that was transferred away: refused on device, no bytes in DevTools`,
    async run(world) {
      const page = createPage(world);
      const { task, id } = await page.open();
      const heard = sendNoted(page, task, data());
      expectSame(task.readyState, 1, "readyState");
      if (world.profile === "device") {
        expectSame(
          heard.map(([name]) => name),
          ["send fail", "send complete"],
        );
        const { errMsg } = heard[0]![1] as { errMsg: string };
        expectTrue(/^sendSocketMessage:fail(:| invalid data type)/.test(errMsg), errMsg);
      } else {
        expectSame(heard[0], ["send success", sendOk]);
        task.send({ data: "after it" });
        expectSame((await page.seen(id, "message", 2)).messages, [[], "after it"]);
      }
      task.close();
    },
  })),
  {
    name: "2.5 data that throws when it is looked at: fail with its words",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open({ steps: [{ echo: true }] });
      const data = Object.defineProperty({}, Symbol.toStringTag, {
        get() {
          throw new Error("broken page");
        },
      });
      const separator = world.profile === "device" ? ":" : " ";
      expectSame(sendNoted(page, task, data), failed(`sendSocketMessage:fail${separator}broken page`));
      task.send({ data: "still open" });
      expectSame(await page.heard("message"), { data: "still open" });
      task.close();
    },
  },
  {
    name: "2.5 before the open",
    run(world) {
      const page = createPage(world);
      const { task } = page.connect({ url: page.address().url });
      expectSame(sendNoted(page, task, "x"), failed(notOpen.errMsg));
      task.close();
    },
  },
  {
    name: "2.5 after the close event",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      task.close();
      await page.heard("close");
      expectSame(sendNoted(page, task, "x"), failed(notOpen.errMsg));
    },
  },
  {
    name: "2.5 after the error event",
    async run(world) {
      const page = createPage(world);
      const { task } = page.connect({ url: page.address({ answer: 500 }).url });
      await page.heard("error");
      expectSame(sendNoted(page, task, "x"), failed(notOpen.errMsg));
    },
  },
  {
    name: "2.5 after close(), before its event",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      task.close();
      expectSame(sendNoted(page, task, "x"), failed(goneText(world)));
    },
  },
  {
    name: "2.5 a page that writes readyState meets the native check behind it: connecting",
    run(world) {
      const page = createPage(world);
      const { task } = page.connect({ url: page.address().url });
      task.readyState = 1;
      const device = "sendSocketMessage:fail:don't send before socket connected";
      const text = world.profile === "device" ? device : "sendSocketMessage:fail webSocket is not connected";
      expectSame(sendNoted(page, task, "x"), failed(text));
      task.close();
    },
  },
  {
    name: "2.5 a page that writes readyState meets the native check behind it: closed",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      task.close();
      await page.heard("close");
      task.readyState = 1;
      const device = "sendSocketMessage:fail:taskID not exist";
      const text = world.profile === "device" ? device : "sendSocketMessage:fail task not found";
      expectSame(sendNoted(page, task, "x"), failed(text));
    },
  },
  {
    name: "2.5 readyState written away from 1 stops sending",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      task.readyState = 0;
      expectSame(sendNoted(page, task, "x"), failed(notOpen.errMsg));
      task.close();
    },
  },
  {
    name: "2.5 without callbacks: nothing on device, a promise in DevTools",
    async run(world) {
      const { open } = createPage(world);
      const { task } = await open();
      const answer = task.send({ data: "x" });
      if (world.profile === "device") expectSame(answer, undefined);
      else expectSame(await answer, sendOk);
      task.close();
    },
  },
  {
    name: "2.5 without callbacks and refused: nothing on device, a rejected promise in DevTools",
    async run(world) {
      const { connect, address } = createPage(world);
      const { task } = connect({ url: address().url });
      const answer = task.send({ data: "x" });
      if (world.profile === "device") expectSame(answer, undefined);
      else {
        const refusal = await (answer as Promise<unknown>).catch((error: unknown) => error);
        expectSame(refusal, notOpen);
      }
      task.close();
    },
  },
  {
    name: "2.5 with a callback no promise comes back",
    async run(world) {
      const { open, note } = createPage(world);
      const { task } = await open();
      expectSame(task.send({ data: "x", complete: note("complete") }), undefined);
      task.close();
    },
  },
  ...[undefined, null, "text", 5].map((argument): SuiteCase => ({
    name: `2.5 send(${String(argument)}) throws nothing`,
    async run(world) {
      const { open } = createPage(world);
      const { task } = await open();
      void Promise.resolve(task.send(argument)).catch(() => undefined);
      task.close();
    },
  })),
];

function goneText(world: SuiteWorld): string {
  return world.profile === "device"
    ? "sendSocketMessage:fail:taskID not exist"
    : "sendSocketMessage:fail webSocket is not connected";
}
