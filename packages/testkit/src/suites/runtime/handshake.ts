import { expectSame, expectTrue } from "../expectation.js";
import { headLines } from "../script.js";
import { createPage, quiet } from "./page.js";
import { failure } from "./texts.js";
import type { SuiteCase, SuiteWorld } from "./world.js";

/** Connects, and gives what the server read. */
async function requestHead(
  world: SuiteWorld,
  option: Record<string, unknown>,
  options: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  const { open, seen } = createPage(world, options);
  const { task, id } = await open({}, option);
  const { head } = await seen(id, "head");
  task.close();
  return headLines(head);
}

const values: ReadonlyArray<readonly [what: string, value: unknown, text: string]> = [
  ["a text", "abc", "abc"],
  ["a number", 12.5, "12.5"],
  ["true", true, "[object Boolean]"],
  ["null", null, "[object Null]"],
  ["undefined", undefined, "[object Undefined]"],
  ["an array", [1], "[object Array]"],
  ["an object", {}, "[object Object]"],
];

/** Spec 1.5 and 1.6: what the handshake carries, and how long it may take. */
export const handshakeCases: readonly SuiteCase[] = [
  ...values.map(([what, value, text]): SuiteCase => ({
    name: `1.5 a header value that is ${what} goes as "${text}"`,
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, { header: { "X-Value": value } });
      expectSame(head["x-value"], text);
    },
  })),
  ...[["a text"], ["x"], [null], [5], [undefined]].map(([header], index): SuiteCase => ({
    name: `1.5 a header that is no object is dropped (${String(header)}, ${index})`,
    async run(world) {
      const head = await requestHead(world, { header });
      expectSame(head["0"], undefined);
    },
  })),
  {
    name: "1.5 Referer names the program and cannot be set",
    needs: "setsHandshake",
    async run(world) {
      const option = { header: { Referer: "https://a", referer: "https://b" } };
      const head = await requestHead(world, option, { appId: "wx12345", version: "17" });
      expectSame(head["referer"], "https://servicewechat.com/wx12345/17/page-frame.html");
    },
  },
  {
    name: "1.5 the version in the Referer is 0 on device and devtools in DevTools",
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, {}, { appId: "wx1" });
      const version = world.profile === "device" ? "0" : "devtools";
      expectSame(head["referer"], `https://servicewechat.com/wx1/${version}/page-frame.html`);
    },
  },
  {
    name: "1.5 User-Agent is the client's own",
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, { header: { "user-agent": "mine" } }, { userAgent: "WeChat/9" });
      expectSame(head["user-agent"], "WeChat/9");
    },
  },
  {
    name: "1.5 Origin is the host that is called",
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, { header: { Origin: "https://evil.example" } });
      expectSame(head["origin"], world.server.base.replace("ws:", "http:"));
    },
  },
  {
    name: "1.5 caller's header names: lower case on device, as written in DevTools",
    needs: "setsHandshake",
    async run(world) {
      const { open, seen } = createPage(world);
      const { task, id } = await open({}, { header: { "X-Mixed-Case": "1" } });
      const { head } = await seen(id, "head");
      expectTrue(
        head.includes(world.profile === "device" ? "\r\nx-mixed-case: 1" : "\r\nX-Mixed-Case: 1"),
        head,
      );
      task.close();
    },
  },
  {
    name: "1.5 of one name in several cases the last wins",
    needs: "setsHandshake",
    async run(world) {
      const { open, seen } = createPage(world);
      const { task, id } = await open({}, { header: { "X-A": "1", "x-a": "2", "X-a": "3" } });
      const { head } = await seen(id, "head");
      expectSame(head.toLowerCase().split("\r\nx-a:").length, 2, "lines of the name");
      expectSame(headLines(head)["x-a"], "3");
      task.close();
    },
  },
  {
    name: "1.5 the handshake's own headers cannot be set",
    needs: "setsHandshake",
    async run(world) {
      const header = { Host: "evil", Connection: "close", "Sec-WebSocket-Key": "x", Upgrade: "h2c" };
      const head = await requestHead(world, { header });
      expectSame(head["host"], world.server.base.replace("ws://", ""));
      expectTrue(head["sec-websocket-key"]!.length === 24, "key");
      expectSame(head["upgrade"]!.toLowerCase(), "websocket");
    },
  },
  {
    name: "1.5 nothing is added that a phone does not send",
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, {});
      for (const name of ["content-type", "cookie", "accept", "accept-language"]) {
        expectSame(head[name], undefined, name);
      }
    },
  },
  {
    name: "1.5 Cookie and Authorization of the caller pass",
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, { header: { Cookie: "a=1", Authorization: "Bearer x" } });
      expectSame([head["cookie"], head["authorization"]], ["a=1", "Bearer x"]);
    },
  },
  {
    name: "1.5 a header value beyond ASCII goes as UTF-8",
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, { header: { nickname: "小明" } });
      expectSame(head["nickname"], "小明");
    },
  },
  {
    name: "1.5 CR or LF in a header is refused before anything is sent",
    needs: "setsHandshake",
    async run(world) {
      const { address, connect, heard, log } = createPage(world);
      connect({ url: address().url, header: { a: "1\r\nX-Injected: 1" } });
      expectSame(await heard("error"), failure(world, "request"));
      await quiet();
      expectSame(log.filter(([name]) => name === "open").length, 0, "opens");
    },
  },
  {
    name: "1.5 protocols are offered in order, the answer decides",
    async run(world) {
      const { open, seen } = createPage(world);
      const { task, id } = await open({ protocol: "b" }, { protocols: ["a", "b"] });
      expectSame(headLines((await seen(id, "head")).head)["sec-websocket-protocol"], "a, b");
      task.close();
    },
  },
  {
    name: "1.5 a text for protocols: ignored on device, one subprotocol in DevTools",
    async run(world) {
      const head = await requestHead(world, { protocols: "mqtt" });
      expectSame(head["sec-websocket-protocol"], world.profile === "device" ? undefined : "mqtt");
    },
  },
  ...[undefined, [], null, {}].map((protocols): SuiteCase => ({
    name: `1.5 protocols ${JSON.stringify(protocols) ?? "undefined"}: none is offered`,
    async run(world) {
      const head = await requestHead(world, { protocols });
      expectSame(head["sec-websocket-protocol"], undefined);
    },
  })),
  ...[["a b"], ["a", "a"], [""]].map((protocols): SuiteCase => ({
    name: `1.5 protocols ${JSON.stringify(protocols)}: offered as they are on device, in DevTools a browser throws`,
    async run(world) {
      const { address, connect, heard, seen, names } = createPage(world);
      const { url, id } = address({ protocol: null });
      const { task } = connect({ url, protocols });
      if (world.profile === "device" && world.abilities.setsHandshake) {
        await heard("open");
        const { head } = await seen(id, "head");
        expectSame(headLines(head)["sec-websocket-protocol"], protocols.join(", "));
        task.close();
        return;
      }
      expectSame(await heard("error"), failure(world, "request"));
      await quiet();
      expectSame(names(), ["success", "complete", "error"]);
    },
  })),
  {
    name: "1.5 the server chooses no subprotocol: opens on device, fails in DevTools",
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const { task } = connect({ url: address({ protocol: null }).url, protocols: ["a"] });
      if (world.profile === "devtools" || !world.abilities.takesNoSubprotocol) {
        await heard("error");
        expectSame(task.readyState, 3, "readyState");
        return;
      }
      await heard("open");
      task.close();
    },
  },
  {
    name: "1.5 a redirect is not followed",
    async run(world) {
      const { address, connect, heard } = createPage(world);
      const elsewhere = address();
      const script = { answer: 302, headers: [["Location", elsewhere.url.replace("ws:", "http:")]] } as const;
      connect({ url: address(script).url });
      expectSame(await heard("error"), failure(world, "status"));
    },
  },
  ...[true, false, undefined].map((wanted): SuiteCase => ({
    name: `1.1 perMessageDeflate ${String(wanted)}: the offer follows it on device, is always made in DevTools`,
    needs: "setsHandshake",
    async run(world) {
      const head = await requestHead(world, { perMessageDeflate: wanted });
      const offers = (head["sec-websocket-extensions"] ?? "").includes("permessage-deflate");
      expectSame(offers, world.profile === "devtools" || wanted === true);
    },
  })),
  {
    name: "1.6 timeout of the call counts on device, only the program's in DevTools",
    async run(world) {
      const { address, connect, heard } = createPage(world, {
        networkTimeout: { connectSocket: world.profile === "device" ? 60_000 : 80 },
      });
      const from = Date.now();
      connect({
        url: address({ answer: "nothing" }).url,
        timeout: world.profile === "device" ? 80 : 60_000,
      });
      expectSame(await heard("error"), failure(world, "timeout"));
      const tookMs = Date.now() - from;
      expectTrue(tookMs >= 75, `error after ${tookMs} ms`);
    },
  },
  ...[0, -1, "20", null, Number.NaN].map((timeout): SuiteCase => ({
    name: `1.6 a timeout of ${String(timeout)} (${typeof timeout}) counts as absent`,
    async run(world) {
      const { address, connect, heard } = createPage(world, { networkTimeout: { connectSocket: 60 } });
      connect({ url: address({ answer: "nothing" }).url, timeout });
      expectSame(await heard("error"), failure(world, "timeout"));
    },
  })),
  {
    name: "1.6 the timeout ends with the open",
    async run(world) {
      // Long enough for a handshake on a busy machine.
      const { open, log } = createPage(world, { networkTimeout: { connectSocket: 3_000 } });
      const { task } = await open({}, { timeout: 3_000 });
      await quiet(3_100);
      expectSame([log, task.readyState], [[], 1]);
      task.close();
    },
  },
  {
    name: "1.6 a timeout beyond a timer's range does not fire at once",
    async run(world) {
      const { open } = createPage(world);
      const { task } = await open({ slow: true }, { timeout: 1e12 });
      task.close();
    },
  },
];
