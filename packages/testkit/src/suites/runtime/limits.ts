import { expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet, type Page, type Socket } from "./page.js";
import type { SuiteCase, SuiteWorld } from "./world.js";

const notInList = (world: SuiteWorld): object => ({
  errMsg: world.profile === "device" ? "fail:url not in domain list" : "url not in domain list",
});

const limitOf = (world: SuiteWorld): number => (world.profile === "device" ? 5 : 10);

async function openMany(page: Page, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index += 1) sockets.push(await page.open());
  return sockets;
}

/** One connection too many: what each profile says to it. */
async function expectExcess(page: Page, world: SuiteWorld, limit: number): Promise<void> {
  page.log.length = 0;
  const { task } = page.connect({ url: page.address().url });
  if (world.profile === "device") {
    const errMsg = `connectSocket:fail fail reach max websocket connect count ${limit}`;
    expectSame(task.readyState, 3, "readyState");
    await quiet();
    expectSame(page.log, [
      ["fail", { errMsg }],
      ["complete", { errMsg }],
    ]);
  } else {
    expectSame(await page.heard("error"), { errMsg: "exceed max task count" });
    await quiet();
    expectSame(page.names(), ["success", "complete", "error"]);
    expectSame(task.readyState, 3, "readyState");
  }
}

/** Spec 1.7 to 1.9: which domains, what for cellular, how many at a time. */
export const limitCases: readonly SuiteCase[] = [
  {
    name: "1.7 urlCheck off: ws to any host",
    async run(world) {
      const { open } = createPage(world, { urlCheck: false });
      (await open()).task.close();
    },
  },
  {
    name: "1.7 urlCheck on: success, then one error event, readyState 3 at once",
    async run(world) {
      const warnings: string[] = [];
      const { connect, address, heard, names } = createPage(world, {
        urlCheck: true,
        appId: "wx1",
        onSocketTrace: (event: { type: string; text?: string }) =>
          event.type === "warning" && warnings.push(event.text ?? ""),
      });
      const { task } = connect({ url: address().url });
      expectSame(task.readyState, 3, "readyState");
      expectSame(await heard("error"), notInList(world));
      await quiet();
      expectSame(names(), ["success", "complete", "error"]);
      const said = warnings
        .join("")
        .includes(" 不在以下 socket 合法域名列表中，请参考文档：https://developers.weixin.qq.com/");
      expectSame([warnings.length, said], world.profile === "device" ? [0, false] : [1, true]);
    },
  },
  {
    name: "1.7 urlCheck: the server never hears of it",
    async run(world) {
      const { connect, address, heard, seen } = createPage(world, { urlCheck: true });
      const { url, id } = address();
      connect({ url });
      await heard("error");
      const first = await Promise.race([
        seen(id, "head").then(() => "dialled"),
        quiet(100).then(() => "quiet"),
      ]);
      expectSame(first, "quiet");
    },
  },
  {
    name: "1.7 urlCheck looks at the address that the page wrote, not at where the map leads",
    async run(world) {
      const { base } = world.server;
      const { address, connect, heard } = createPage(world, {
        urlCheck: true,
        socketDomains: ["wss://push.example.com"],
        map: [{ from: "wss://push.example.com", to: base }],
      });
      const mapped = connect({ url: address().url.replace(base, "wss://push.example.com") });
      await heard("open");
      mapped.task.close();
    },
  },
  {
    name: "1.7 touristappid is not checked",
    async run(world) {
      const { open } = createPage(world, { urlCheck: true, appId: "touristappid" });
      (await open()).task.close();
    },
  },
  {
    name: "1.7 skip_domain_check=true in the query: DevTools alone heeds it",
    async run(world) {
      const { connect, address, heard } = createPage(world, { urlCheck: true });
      const { task } = connect({ url: `${address().url}&skip_domain_check=true` });
      if (world.profile === "device") {
        expectSame(await heard("error"), notInList(world));
      } else {
        await heard("open");
        task.close();
      }
    },
  },
  {
    name: "1.7 the global error listener hears a violation too",
    async run(world) {
      const { connect, address, heard, note, wx } = createPage(world, { urlCheck: true });
      wx.onSocketError(note("global"));
      connect({ url: address().url });
      expectSame(await heard("global"), notInList(world));
    },
  },
  ...[true, false, "yes", 1].map((forceCellularNetwork): SuiteCase => ({
    name: `1.8 forceCellularNetwork ${JSON.stringify(forceCellularNetwork)} is accepted and ignored`,
    async run(world) {
      const traces: Array<Record<string, unknown>> = [];
      const { open } = createPage(world, { onSocketTrace: (event: never) => traces.push(event) });
      (await open({}, { forceCellularNetwork })).task.close();
      const warnings = traces.filter(({ type }) => type === "warning").map(({ text }) => text);
      const expected =
        typeof forceCellularNetwork === "boolean"
          ? []
          : [
              "connectSocket argument forceCellularNetwork must be boolean but accept " +
                typeof forceCellularNetwork,
            ];
      expectSame(warnings, expected);
    },
  })),
  {
    name: "1.9 five at a time on device, ten in DevTools",
    async run(world) {
      const page = createPage(world);
      const limit = limitOf(world);
      const sockets = await openMany(page, limit);
      await expectExcess(page, world, limit);
      for (const { task } of sockets) expectSame(task.readyState, 1, "readyState of the others");
      page.runtime.destroy();
    },
  },
  {
    name: "1.9 maxConnections is the limit",
    async run(world) {
      const page = createPage(world, { maxConnections: 1 });
      await page.open();
      await expectExcess(page, world, 1);
      page.runtime.destroy();
    },
  },
  {
    name: "1.9 the limit holds when whoever watches connects as well",
    async run(world) {
      let connectMore = (): void => {};
      const page = createPage(world, { maxConnections: 2, onSocketTrace: () => connectMore() });
      let left = 3;
      connectMore = () => {
        left -= 1;
        if (left >= 0) page.connect({ url: page.address().url });
      };
      page.connect({ url: page.address().url });
      await page.heard("open", 2);
      await quiet();
      expectSame(page.names().filter((name) => name === "open").length, 2, "connections");
      page.runtime.destroy();
    },
  },
  {
    name: "1.9 connections that are not open yet count",
    async run(world) {
      const page = createPage(world, { maxConnections: 2 });
      page.connect({ url: page.address({ answer: "nothing" }).url });
      page.connect({ url: page.address({ answer: "nothing" }).url });
      await expectExcess(page, world, 2);
      page.runtime.destroy();
    },
  },
  {
    name: "1.9 close then connect in one tick: device frees the slot at close(), DevTools at the close event",
    async run(world) {
      const page = createPage(world, { maxConnections: 1 });
      const { task } = await page.open();
      task.close();
      if (world.profile === "devtools") {
        const { url } = page.address();
        const second = page.wx.connectSocket({ url });
        second!.onError(page.note("excess"));
        expectSame(await page.heard("excess"), { errMsg: "exceed max task count" });
        await page.heard("close");
      }
      const third = await page.open();
      third.task.close();
    },
  },
  {
    name: "1.9 a failed connection frees its slot before the error event",
    async run(world) {
      const page = createPage(world, { maxConnections: 1 });
      const again = new Promise<void>((resolve) => {
        const first = page.wx.connectSocket({ url: page.address({ answer: 500 }).url });
        first!.onError(() => void page.open().then(({ task }) => resolve(void task.close())));
      });
      await again;
    },
  },
  {
    name: "1.9 a connection that the server ends frees its slot before the close event",
    async run(world) {
      const page = createPage(world, { maxConnections: 1 });
      const again = new Promise<void>((resolve) => {
        const first = page.wx.connectSocket({ url: page.address({ steps: [{ close: [1000] }] }).url });
        first!.onClose(() => void page.open().then(({ task }) => resolve(void task.close())));
      });
      await again;
    },
  },
  {
    name: "1.9 the log names who holds the slots",
    async run(world) {
      const traces: Array<Record<string, unknown>> = [];
      const page = createPage(world, {
        maxConnections: 1,
        onSocketTrace: (event: never) => traces.push(event),
      });
      await page.open();
      await expectExcess(page, world, 1);
      const trace = traces.find(({ holders }) => holders !== undefined);
      const [holder] = trace!["holders"] as Array<{ taskId: number; callSite: string[] }>;
      expectSame(holder!.taskId, 1);
      expectTrue(holder!.callSite.length > 0, "a call site");
      page.runtime.destroy();
    },
  },
  {
    name: "1.9 two runtimes have a limit each",
    async run(world) {
      const [one, two] = [createPage(world, { maxConnections: 1 }), createPage(world, { maxConnections: 1 })];
      const sockets = [await one.open(), await two.open()];
      expectSame(
        sockets.map(({ task }) => task.readyState),
        [1, 1],
      );
      for (const { task } of sockets) task.close();
    },
  },
];
