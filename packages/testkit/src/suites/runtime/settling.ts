import { expectSame, expectTrue } from "../expectation.js";
import { createPage, quiet } from "./page.js";
import { connectOk } from "./texts.js";
import type { SuiteCase } from "./world.js";

const wrongUrls: ReadonlyArray<readonly [unknown, string]> = [
  [undefined, "Undefined"],
  [null, "Null"],
  [42, "Number"],
  [true, "Boolean"],
  [[], "Array"],
  [{}, "Object"],
];

const badUrls = ["", "http://a.example", "test.php", "wxs://a", " ws://a.example", "//a.example"];

const wrongArguments: ReadonlyArray<readonly [string, unknown]> = [
  ["no argument", undefined],
  ["null", null],
  ["a text", "ws://a.example"],
  ["a number", 7],
];

function breaks(): never {
  throw new Error("broken page");
}

/** Objects in the option bag whose inside cannot be read. */
const thrown: ReadonlyArray<readonly [what: string, option: () => object]> = [
  ["a header's value", () => ({ header: Object.defineProperty({}, "a", { enumerable: true, get: breaks }) })],
  ["a header", () => ({ header: new Proxy({}, { ownKeys: breaks }) })],
  ["a subprotocol", () => ({ protocols: new Proxy(["a"], { get: breaks }) })],
  ["a url of its own kind", () => ({ url: new Proxy({}, { get: breaks }) })],
];

/** Spec 1.1 to 1.3: options, return values, and when success, fail and complete are called. */
export const settlingCases: readonly SuiteCase[] = [
  {
    name: "1.1 every option but the url may be missing",
    async run(world) {
      const { wx, address, heard, note } = createPage(world);
      const task = wx.connectSocket({ url: address().url });
      task!.onOpen(note("open"));
      await heard("open");
      task!.close();
    },
  },
  {
    name: "1.1 unknown options are ignored, functions and class instances among them",
    async run(world) {
      const { open } = createPage(world);
      class Agent {
        options = { keepAlive: true };
      }
      const bag = {
        method: "GET",
        data: { a: 1 },
        agent: new Agent(),
        protocals: ["x"],
        hostname: "b.example",
        customCheck: () => true,
        multiple: undefined,
      };
      const { task } = await open({}, bag);
      task.close();
    },
  },
  {
    name: "1.1 the option bag may be an instance of a class",
    async run(world) {
      const { wx, address, note, heard } = createPage(world);
      class Options {
        url = address().url;
        success = note("success");
      }
      const task = wx.connectSocket(new Options());
      task!.onOpen(note("open"));
      await heard("open");
      task!.close();
    },
  },
  {
    name: "1.1 an option that throws when it is read counts as missing",
    async run(world) {
      const { open } = createPage(world);
      const bag = Object.defineProperty({}, "timeout", {
        enumerable: true,
        get() {
          throw new Error("no");
        },
      });
      const { wx, address, note, heard } = createPage(world);
      Object.defineProperty(bag, "url", { enumerable: true, value: address().url });
      wx.connectSocket(bag)!.onOpen(note("open"));
      await heard("open");
      wx.closeSocket();
      const { task } = await open();
      task.close();
    },
  },
  ...thrown.map(([what, option]): SuiteCase => ({
    name: `1.2 ${what} that throws when it is read: undefined, fail and complete`,
    async run(world) {
      const { connect, address, log } = createPage(world);
      expectSame(connect({ url: address().url, ...option() }).task, undefined, "return value");
      const result = { errMsg: "connectSocket:fail broken page" };
      await quiet(5);
      expectSame(log, [
        ["fail", result],
        ["complete", result],
      ]);
    },
  })),
  {
    name: "1.2 a SocketTask comes back at once",
    async run(world) {
      const { connect, address } = createPage(world);
      const { task } = connect({ url: address().url });
      expectSame(task.readyState, 0, "readyState");
      task.close();
    },
  },
  ...wrongUrls.map(([url, type]): SuiteCase => ({
    name: `1.3 url of type ${type}: undefined, fail with errno 1001, complete`,
    async run(world) {
      const { connect, log } = createPage(world);
      const { task } = connect({ url });
      expectSame(task, undefined, "return value");
      const errMsg = `connectSocket:fail parameter error: parameter.url should be String instead of ${type};`;
      await quiet(5);
      expectSame(log, [
        ["fail", { errno: 1001, errMsg }],
        ["complete", { errno: 1001, errMsg }],
      ]);
      expectTrue(log[0]![1] === log[1]![1], "fail and complete must get the same object");
    },
  })),
  ...badUrls.map((url): SuiteCase => ({
    name: `1.3 url "${url}": undefined, fail without errno`,
    async run(world) {
      const { connect, log } = createPage(world);
      expectSame(connect({ url }).task, undefined, "return value");
      const result = { errMsg: `connectSocket:fail invalid url "${url}"` };
      await quiet(5);
      expectSame(log, [
        ["fail", result],
        ["complete", result],
      ]);
    },
  })),
  ...wrongArguments.map(([what, argument]): SuiteCase => ({
    name: `1.2 connectSocket with ${what} returns undefined and throws nothing`,
    run(world) {
      expectSame(createPage(world).wx.connectSocket(argument), undefined, "return value");
    },
  })),
  ...[
    ["Array", []],
    ["Function", (): void => {}],
  ].map(([type, bag]): SuiteCase => ({
    name: `1.3 an ${type as string} instead of the options: fail names the type`,
    run(world) {
      const { wx, note, log } = createPage(world);
      const argument = Object.assign(bag as object, { url: "ws://a", fail: note("fail") });
      expectSame(wx.connectSocket(argument), undefined, "return value");
      const errMsg = `connectSocket:fail parameter error: parameter should be Object instead of ${type as string};`;
      expectSame(log, [["fail", { errno: 1001, errMsg }]]);
    },
  })),
  {
    name: "1.3 success, complete, return, open: in this order",
    async run(world) {
      const { connect, address, names, note, heard } = createPage(world);
      const { task } = connect({ url: address().url });
      note("returned")();
      await heard("open");
      expectSame(names(), ["success", "complete", "returned", "open"]);
      task.close();
    },
  },
  {
    name: "1.3 success and complete get the same object, of the right shape",
    async run(world) {
      const { connect, address, log } = createPage(world);
      const { task } = connect({ url: address().url });
      expectSame(log[0], ["success", connectOk(world.profile, 1)]);
      expectTrue(log[0]![1] === log[1]![1], "success and complete must get the same object");
      task.close();
    },
  },
  {
    name: "1.3 complete alone is called too",
    async run(world) {
      const { wx, address, log, note } = createPage(world);
      const task = wx.connectSocket({ url: address().url, complete: note("complete") });
      expectSame(log, [["complete", connectOk(world.profile, 1)]]);
      task!.close();
    },
  },
  {
    name: "1.3 the task is not assigned yet when success runs",
    run(world) {
      const { wx, address } = createPage(world);
      let task: unknown = "unassigned";
      let then: unknown;
      task = wx.connectSocket({ url: address().url, success: () => (then = task) });
      expectSame(then, "unassigned");
      wx.closeSocket();
    },
  },
  {
    name: "1.3 success says that the request was issued, also when the server refuses",
    async run(world) {
      const { connect, address, names, heard } = createPage(world);
      connect({ url: address({ answer: 404 }).url });
      await heard("error");
      expectSame(names().slice(0, 3), ["success", "complete", "error"]);
    },
  },
  {
    name: "1.3 callbacks that are no functions are ignored",
    async run(world) {
      const { open } = createPage(world);
      const { task } = await open({}, { success: "yes", fail: 1, complete: {} });
      task.close();
    },
  },
  {
    name: "1.3 what a callback throws is reported, and the others still run",
    async run(world) {
      const uncaught: unknown[] = [];
      const { wx, address, note, log, heard } = createPage(world, {
        onUncaught: (error: unknown) => uncaught.push(error),
      });
      const broken = new Error("broken page");
      const task = wx.connectSocket({
        url: address().url,
        success() {
          throw broken;
        },
        complete: note("complete"),
      });
      expectSame(log.length, 1, "calls of complete");
      task!.onOpen(() => {
        throw broken;
      });
      task!.onOpen(note("open"));
      await heard("open");
      expectTrue(
        uncaught.length === 2 && uncaught.every((error) => error === broken),
        "both must be reported",
      );
      task!.close();
    },
  },
  {
    name: "1.3 the result of a bad call never arrives as an event",
    async run(world) {
      const { wx, note, log } = createPage(world);
      wx.onSocketError(note("global error"));
      wx.connectSocket({ url: "http://a" });
      await quiet(20);
      expectSame(log, []);
    },
  },
];
