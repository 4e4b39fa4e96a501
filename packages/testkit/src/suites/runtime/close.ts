import { expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet, type Heard, type Page } from "./page.js";
import { closeOk, ending } from "./texts.js";
import type { SuiteCase, SuiteTask, SuiteWorld } from "./world.js";

/** Closes with all three callbacks, and gives what they heard. */
function closeNoted(page: Page, task: SuiteTask, option: object = {}): readonly Heard[] {
  const before = page.log.length;
  task.close({
    ...option,
    success: page.note("close success"),
    fail: page.note("close fail"),
    complete: page.note("close complete"),
  });
  return page.log.slice(before);
}

const succeeded: readonly Heard[] = [
  ["close success", closeOk],
  ["close complete", closeOk],
];

const failed = (errMsg: string): readonly Heard[] => [
  ["close fail", { errMsg }],
  ["close complete", { errMsg }],
];

const codeText = (world: SuiteWorld, code: number): string =>
  world.profile === "device"
    ? "closeSocket:fail:The code must be either 1000, or between 3000 and 4999"
    : `closeSocket:fail Failed to execute 'close' on 'WebSocket': The code must be either 1000, or between 3000 and 4999. ${code} is neither.`;

const reasonText = (world: SuiteWorld): string =>
  world.profile === "device"
    ? "closeSocket:fail:reason must not be longer than 123 bytes"
    : "closeSocket:fail Failed to execute 'close' on 'WebSocket': The message must not be greater than 123 bytes.";

const goneText = (world: SuiteWorld): string =>
  world.profile === "device" ? "closeSocket:fail wcwss taskID not exist" : "closeSocket:fail task not found";

const refuses = (code: number): SuiteCase => ({
  name: `2.6 close with code ${code}: refused, the socket stays open`,
  async run(world) {
    const page = createPage(world);
    const { task } = await page.open({ steps: [{ echo: true }] });
    expectSame(closeNoted(page, task, { code }), failed(codeText(world, code)));
    expectSame(task.readyState, 1, "readyState");
    task.send({ data: "still open" });
    expectSame(await page.heard("message"), { data: "still open" });
    task.close();
  },
});

const takes = (
  option: object,
  code: number,
  reason: string,
  what: string = JSON.stringify(option),
): SuiteCase => ({
  name: `2.6 close(${what}): the server reads ${code} "${reason}"`,
  async run(world) {
    const page = createPage(world);
    const { task, id } = await page.open();
    expectSame(closeNoted(page, task, option), succeeded);
    expectSame((await page.seen(id, "close")).close, { code, reason });
    const expected = reason === "" ? ending(world.profile, code) : { code, reason };
    expectSame(await page.heard("close"), expected, "close event");
  },
});

/** Spec 2.6: how a page closes. */
export const closeCases: readonly SuiteCase[] = [
  {
    name: "2.6 ok at once, the close event later",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      expectSame(closeNoted(page, task), succeeded);
      expectSame(task.readyState, 1, "readyState until the event");
      await page.heard("close");
      expectSame(task.readyState, 3, "readyState");
    },
  },
  {
    name: "2.6 success and complete get the same object",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      const [one, two] = closeNoted(page, task);
      expectTrue(one![1] === two![1], "same object");
    },
  },
  {
    name: "2.6 without an argument",
    async run(world) {
      const { open, seen, heard } = createPage(world);
      const { task, id } = await open();
      task.close();
      expectSame((await seen(id, "close")).close, { code: 1000, reason: "" });
      expectSame(await heard("close"), ending(world.profile, 1000));
    },
  },
  takes({}, 1000, ""),
  takes({ code: 1000, reason: "done" }, 1000, "done"),
  takes({ code: 3000 }, 3000, ""),
  takes({ code: 4999, reason: "再见" }, 4999, "再见"),
  takes({ reason: "a".repeat(123) }, 1000, "a".repeat(123)),
  takes({ reason: "再".repeat(41) }, 1000, "再".repeat(41)),
  takes({ reason: undefined, code: undefined }, 1000, "", "{ undefined twice }"),
  ...[0, 999, 1001, 1005, 1006, 1011, 1015, 2999, 5000, 65_535, -1].map((code) =>
    code === -1
      ? {
          name: "2.6 close with code -1: refused",
          async run(world: SuiteWorld): Promise<void> {
            const page = createPage(world);
            const { task } = await page.open();
            expectSame(closeNoted(page, task, { code }), failed(codeText(world, 0)));
            task.close();
          },
        }
      : refuses(code),
  ),
  {
    name: "2.6 a code that is no number: 1000 on device, converted in DevTools",
    async run(world) {
      const page = createPage(world);
      const { task, id } = await page.open();
      expectSame(closeNoted(page, task, { code: "4001" }), succeeded);
      expectSame((await page.seen(id, "close")).close!.code, world.profile === "device" ? 1000 : 4001);
    },
  },
  {
    name: "2.6 a code that no number can be made of: 1000 on device, refused in DevTools",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      const heard = closeNoted(page, task, { code: Object.create(null) as unknown });
      expectSame(heard, world.profile === "device" ? succeeded : failed(codeText(world, 0)));
      task.close();
    },
  },
  ...["a".repeat(124), "再".repeat(42), "🎈".repeat(31)].map((reason): SuiteCase => ({
    name: `2.6 a reason of ${new TextEncoder().encode(reason).length} bytes (${reason.length} units): refused`,
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      expectSame(closeNoted(page, task, { reason }), failed(reasonText(world)));
      expectSame(task.readyState, 1, "readyState");
      task.close();
    },
  })),
  {
    name: "2.6 before the open: ok, no open event, a close event with the page's own code and reason",
    async run(world) {
      const page = createPage(world);
      const { task } = page.connect({ url: page.address().url });
      expectSame(closeNoted(page, task, { code: 4002, reason: "left" }), succeeded);
      expectSame(await page.heard("close"), { code: 4002, reason: "left" });
      await quiet();
      expectTrue(!page.names().some((name) => name === "open" || name === "error"), page.names().join());
      expectSame(task.readyState, 3, "readyState");
    },
  },
  {
    name: "2.6 before the open, to a server that never answers",
    async run(world) {
      const page = createPage(world);
      const { task } = page.connect({ url: page.address({ answer: "nothing" }).url });
      await quiet(20);
      expectSame(closeNoted(page, task), succeeded);
      expectSame(await page.heard("close"), { code: 1000, reason: "" });
    },
  },
  {
    name: "2.6 a second close before the event: refused on device, ok in DevTools",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      task.close();
      const second = closeNoted(page, task);
      expectSame(second, world.profile === "device" ? failed(goneText(world)) : succeeded);
      await page.heard("close");
      await quiet();
      expectSame(page.names().filter((name) => name === "close").length, 1, "close events");
    },
  },
  {
    name: "2.6 a second close with a bad code says what a second close says",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open();
      task.close();
      const second = closeNoted(page, task, { code: 1 });
      expectSame(second, world.profile === "device" ? failed(goneText(world)) : succeeded);
    },
  },
  {
    name: "2.6 after the close event",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open({ steps: [{ awaitMessages: 1 }, { close: [1000] }] });
      task.send({ data: "go" });
      await page.heard("close");
      expectSame(closeNoted(page, task), failed(goneText(world)));
    },
  },
  {
    name: "2.6 after a failed connection",
    async run(world) {
      const page = createPage(world);
      const { task } = page.connect({ url: page.address({ answer: 500 }).url });
      await page.heard("error");
      await quiet();
      expectSame(closeNoted(page, task), failed(goneText(world)));
    },
  },
  {
    name: "2.6 no message is delivered after close()",
    async run(world) {
      const page = createPage(world);
      const { task } = await page.open({
        ignoreClose: true,
        steps: [{ awaitMessages: 1 }, { waitMs: 30 }, { send: "too late" }, { close: [1000] }],
      });
      task.send({ data: "go" });
      task.close();
      await page.heard("close");
      expectSame(page.names(), ["close"]);
    },
  },
  {
    name: "2.6 inside onOpen",
    async run(world) {
      const { wx, address, note, heard, seen } = createPage(world);
      const { url, id } = address();
      const task = wx.connectSocket({ url })!;
      task.onOpen(() => task.close({ code: 4000 }));
      task.onClose(note("close"));
      await heard("close");
      expectSame((await seen(id, "close")).close!.code, 4000);
    },
  },
  {
    name: "2.6 inside onMessage: what shares the segment is not delivered any more",
    async run(world) {
      const { wx, address, note, heard, names } = createPage(world);
      const steps = [{ send: "1" }, { send: "2" }, { send: "3" }] as const;
      const task = wx.connectSocket({ url: address({ steps }).url })!;
      task.onMessage(() => {
        note("message")();
        task.close();
      });
      task.onClose(note("close"));
      await heard("close");
      expectSame(names(), ["message", "close"]);
    },
  },
  {
    name: "2.6 without callbacks: nothing on device, a promise in DevTools",
    async run(world) {
      const { open } = createPage(world);
      const { task } = await open();
      const answer = task.close();
      if (world.profile === "device") expectSame(answer, undefined);
      else expectSame(await answer, closeOk);
    },
  },
  {
    name: "2.6 the refusal of a close without callbacks ends no process",
    async run(world) {
      const { open, heard } = createPage(world);
      const { task } = await open();
      task.close();
      await heard("close");
      task.close();
      await quiet();
    },
  },
];
