import { expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet } from "./page.js";
import type { SuiteCase, SuiteWorld } from "./world.js";

/** The url cannot be used: success, then an error event alone. */
async function expectUnusable(world: SuiteWorld, url: string, device: string): Promise<void> {
  const { connect, heard, names } = createPage(world);
  const { task } = connect({ url });
  const errMsg = world.profile === "device" ? device : "未完成的操作";
  expectSame(await heard("error"), { errMsg });
  await quiet();
  expectSame(names(), ["success", "complete", "error"]);
  expectSame(task.readyState, 3, "readyState");
}

/** Spec 1.4: which addresses are dialled, and how. */
export const addressCases: readonly SuiteCase[] = [
  {
    name: "1.4 an upper-case scheme: refused on device, taken by DevTools",
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const { task } = connect({ url: address().url.replace("ws://", "WS://") });
      if (world.profile === "devtools") {
        await heard("open");
        task.close();
      } else {
        expectSame(await heard("error"), { errMsg: "fail:url not ws or wss" });
        expectSame(task.readyState, 3, "readyState");
      }
    },
  },
  {
    name: "1.4 a port above 65535",
    run: (world) => expectUnusable(world, "ws://127.0.0.1:99999/", "fail:url not well format"),
  },
  {
    name: "1.4 a port that is no number",
    run: (world) => expectUnusable(world, "ws://127.0.0.1:port/", "fail:url not well format"),
  },
  {
    name: "1.4 no host",
    run: (world) => expectUnusable(world, "ws:///path", "fail:url not well format"),
  },
  {
    name: "1.4 a placeholder for a host",
    async run(world) {
      if (world.profile === "device")
        await expectUnusable(world, "ws://(ip):8090", "fail:url not well format");
    },
  },
  ...(
    [
      ["a space in the query", (url) => `${url}&x=a b`],
      ["a bad escape in the query", (url) => `${url}&x=%zz`],
      ["a brace in the query", (url) => `${url}&x={id}`],
      ["a control character in the query", (url) => `${url}&x=\u0001`],
      ["a bracket in the path", (url) => url.replace("/?", "/a[0]?")],
      ["a space in the fragment", (url) => `${url}#a b`],
      ["a bad escape in the fragment", (url) => `${url}#%zz`],
    ] satisfies ReadonlyArray<readonly [what: string, spoil: (url: string) => string]>
  ).map(([what, spoil]): SuiteCase => ({
    name: `1.4 ${what}: refused on device, taken by DevTools`,
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const url = spoil(address().url);
      if (world.profile === "device") return expectUnusable(world, url, "fail:url not well format");
      const { task } = connect({ url });
      await heard("open");
      task.close();
    },
  })),
  {
    name: "1.4 brackets in the query are taken",
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const { task } = connect({ url: `${address().url}&x[]=1` });
      await heard("open");
      task.close();
    },
  },
  {
    name: "1.4 a fragment is not sent",
    async run(world) {
      const { address, connect, heard, seen } = createPage(world);
      const { url, id } = address();
      const { task } = connect({ url: `${url}#TOP` });
      await heard("open");
      const { head } = await seen(id, "head");
      const requestLine = head.split("\r\n")[0]!;
      expectTrue(!/#|TOP/.test(requestLine), `the fragment was sent: ${requestLine}`);
      task.close();
    },
  },
  {
    name: "1.4 path and query go as they are",
    async run(world) {
      const { address, connect, heard, seen } = createPage(world);
      const { url, id } = address();
      const { task } = connect({ url: `${url}&a=1%202&b=/c` });
      await heard("open");
      expectTrue((await seen(id, "head")).head.split("\r\n")[0]!.includes("&a=1%202&b=/c "), "query");
      task.close();
    },
  },
  {
    name: "1.4 the map leads elsewhere before anything is checked",
    async run(world) {
      const { base } = world.server;
      const { connect, heard, address } = createPage(world, {
        map: [{ from: "(production)", to: base }],
      });
      const { task } = connect({ url: address().url.replace(base, "(production)") });
      await heard("open");
      task.close();
    },
  },
];
