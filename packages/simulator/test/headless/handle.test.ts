import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createPushServer } from "@weapp-socket/server";
import { createVirtualClock, launch } from "@weapp-socket/simulator";
import { describe, expect, onTestFinished, test } from "vitest";
import { component, run, said, using } from "../headless-world.js";
import { makeFolder, makeProgram } from "../program-folder.js";

test("a page with a socket, from nothing", async () => {
  const begun = process.cpuUsage();
  const server = createPushServer();
  server.on("connection", (connection) =>
    connection.on("message", (text) => connection.send(`got ${text as string}`)),
  );
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const { dir } = makeFolder({
    "app.json": '{"pages":["pages/a/a"]}',
    "pages/a/a.js": `Page({ onLoad() {
      const task = wx.connectSocket({ url: "ws://127.0.0.1:${port}" });
      task.onOpen(() => task.send({ data: "hi" }));
      task.onMessage(({ data }) => this.setData({ data }));
    } })`,
    "pages/a/a.wxml": "<text>{{data}}</text>",
  });
  const app = await launch(dir);
  await app.waitFor(() => app.page().text() === "got hi");
  await app.close();
  await server.close();
  // What it costs, and not how long the machine took for it beside other things.
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(1_000);
});

describe("what a test can do with a page", () => {
  const program = {
    "pages/a/a.js": `Page({
      data: { list: [{ content: "one" }], typed: "" },
      type({ detail }) { this.setData({ typed: detail.value }); return detail.value.toUpperCase(); },
      done({ detail }) { console.log("confirm", detail.value); },
      own({ detail, type }) { console.log(type, JSON.stringify(detail)); },
    })`,
    "pages/a/a.json": JSON.stringify({
      navigationBarTitleText: "Title",
      usingComponents: { card: "/components/card/card" },
    }),
    "pages/a/a.wxml": `<view id="v" class="box wide" style="color: red" data-n="{{1}}">
        <input id="field" name="who" bindinput="type" bindconfirm="done" value="{{typed}}" />
        <card title="T" bind:own="own">slot</card>
      </view>`,
    ...component(
      "card",
      "Component({ properties: { title: String } })",
      '<view class="inner">{{title}}: <slot /></view>',
    ),
  };

  test("find, findAll, text, attributes, dataset, classes, style", async () => {
    const page = (await run(program)).page();
    expect(page.find("#v")).toMatchObject({
      tag: "view",
      id: "v",
      classes: ["box", "wide"],
      style: "color: red",
      dataset: { n: 1 },
      isShown: true,
    });
    expect(page.find("[name=who]")?.tag).toBe("input");
    expect(page.find("card")?.attributes).toEqual({ title: "T" });
    expect(page.findAll("view").map(({ classes }) => classes.join(" "))).toEqual(["box wide", "inner"]);
    expect(page.find(".box > card .inner")?.text()).toBe("T: slot");
    expect(page.find(".none")).toBe(null);
    expect(page.findAll("image, text")).toEqual([]);
    expect(page.title).toBe("Title");
    expect(page.data("list[0].content")).toBe("one");
    expect(page.data("list[7].content")).toBe(undefined);
    const long = Array.from({ length: 2_000 }, (_, n) => ({
      a: { b: { c: { d: { e: { f: { g: { h: n } } } } } } },
    }));
    page.setData({ long });
    expect(page.data("long")).toEqual(long);
    expect(page.data("long")).not.toBe(page.data("long"));
  });

  test("tree: a snapshot in plain values", async () => {
    const page = (await run(program)).page();
    expect(page.tree()).toMatchObject({
      tag: "page",
      children: [
        {
          tag: "view",
          id: "v",
          class: "box wide",
          dataset: { n: 1 },
          children: [
            { tag: "input", attributes: { name: "who" } },
            {
              tag: "card",
              component: "components/card/card",
              attributes: { title: "T" },
              children: [{ tag: "view", class: "inner" }],
            },
          ],
        },
      ],
    });
    expect(JSON.parse(JSON.stringify(page.tree()))).toEqual(page.tree());
  });

  test("input, confirm, trigger", async () => {
    const app = await run(program);
    app.page().find("#field")?.input("ann");
    await app.idle();
    expect(app.page().data("typed")).toBe("ann");
    app.page().find("#field")?.confirm();
    app.page().find("card")?.trigger("own", { x: 1 });
    expect(said(app)).toEqual([expect.stringMatching(/^confirm ann$/iu), 'own {"x":1}']);
  });

  test("what it cannot do names the thing", async () => {
    const app = await run(program);
    const page = app.page();
    expect(() => page.find("#v")?.input("x")).toThrow("input: expected an input or textarea, got <view>");
    expect(() => page.find("card")?.input("x")).toThrow("input: expected an input or textarea, got <card>");
    expect(() => page.find("#v")?.confirm()).toThrow("confirm: expected an input or textarea, got <view>");
    expect(() => page.find("a:hover")).toThrow('selector: expected tags, ids and classes, got "a:hover"');
    expect(() => page.find("")).toThrow('selector: expected tags, ids and classes, got ""');
    const gone = page.find("#field");
    app.home();
    expect(() => gone?.tap()).toThrow(
      'tap: expected an element of a page that is open, got <input id="field">',
    );
    expect(() => gone?.input("x")).toThrow("input: expected an element of a page that is open");
    await expect(app.advance(1)).rejects.toThrow(
      "advance: expected a clock that can, as createVirtualClock() gives, got real time",
    );
    await expect(app.waitFor(() => app.page().find(".never"), { timeoutMs: 20 })).rejects.toThrow(
      'waitFor: expected () => app.page().find(".never") within 20 ms, on pages/a/a',
    );
    expect(() => app.emit("onNothing")).toThrow(
      'emit: expected the name of an event, as "onThemeChange", got "onNothing"',
    );
    expect(() => app.answers.set("scancode", {})).toThrow(
      'answers.set: expected the name of a wx function, got "scancode"',
    );
    expect(() => app.switchTab(3)).toThrow(
      "switchTab: expected the index of a tab, got 3: the program has 0",
    );
  });

  test("waitFor gives what its condition gives, and tells why it threw", async () => {
    const app = await run(program);
    expect(await app.waitFor(() => app.page().find("card")?.tag)).toBe("card");
    const failed = app.waitFor(() => app.page().find("::")?.tag ?? null, { timeoutMs: 10 });
    await expect(failed).rejects.toMatchObject({ cause: { message: expect.stringContaining("selector:") } });
  });

  test("calls, logs and events are told as they happen, until the listener leaves", async () => {
    const app = await run(program);
    const heard: string[] = [];
    const leave = app.listen((event) => heard.push(event.type));
    app.page().setData({ typed: "x" });
    await (app.wx["showToast"] as (options: object) => Promise<unknown>)({ title: "t" });
    app.hide();
    leave();
    app.show();
    expect(heard).toEqual(["data", "call", "overlays", "call", "visibility"]);
  });
});

describe("programs beside each other", () => {
  const program = (mark: string) => ({
    "app.js": `globalThis.mark = "${mark}"; Array.own = undefined; App({ mark: "${mark}" })`,
    "pages/a/a.js": `Page({
      data: { mark: getApp().mark },
      onLoad() { wx.setStorageSync("mark", this.data.mark); wx.mark = this.data.mark; },
      fail() { throw new Error("of " + this.data.mark); },
      async reject() { throw new Error("later of " + this.data.mark); },
    })`,
    "pages/a/a.json": using("bad"),
    "pages/a/a.wxml":
      '<text>{{mark}}</text><view id="fail" bindtap="fail" /><view id="reject" bindtap="reject" /><bad n="text" />',
    ...component(
      "bad",
      "Component({ properties: { n: Array }, observers: { n() { throw new Error('observer'); } } })",
      "",
    ),
  });

  test("two in one process do not meet", async () => {
    const one = await run(program("one"));
    const two = await run(program("two"));
    one.page().find("#fail")?.tap();
    one.page().find("#reject")?.tap();
    await one.idle();
    expect([one.page().text(), two.page().text()]).toEqual(["one", "two"]);
    expect([one.storage.get("mark"), two.storage.get("mark")]).toEqual(["one", "two"]);
    expect([one.wx["mark"], two.wx["mark"]]).toEqual(["one", "two"]);
    const errors = (app: typeof one) => app.logs.flatMap(({ parts }) => parts[0]?.split("\n")[0] ?? []);
    expect(errors(one).filter((line) => line.includes("of one"))).toEqual([
      "Error: of one",
      "Error: later of one",
    ]);
    expect(errors(two).filter((line) => line.includes("of "))).toEqual([]);
    expect((globalThis as { mark?: unknown }).mark).toBe(undefined);
  });

  test("one ends, the other goes on", async () => {
    const one = await launch(makeProgram(program("one")).dir);
    const two = await run(program("two"));
    await one.close();
    two.page().setData({ mark: "still" });
    await two.idle();
    expect(two.page().text()).toBe("still");
  });
});

describe("close", () => {
  test("pages and components end, timers ring no more, sockets are gone", async () => {
    const server = createPushServer();
    onTestFinished(() => server.close());
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    const clock = createVirtualClock();
    const app = await launch(
      makeProgram({
        "pages/a/a.js": `Page({
          onLoad() {
            setInterval(() => console.log("interval"), 10);
            this.task = wx.connectSocket({ url: "ws://127.0.0.1:${port}" });
          },
          onUnload() { console.log("onUnload"); },
        })`,
      }).dir,
      { clock },
    );
    await app.waitFor(() => app.sockets[0]?.state === "open");
    await app.advance(10);
    await app.close();
    await app.close();
    await clock.advance(1_000);
    expect(said(app)).toEqual(["interval", "onUnload"]);
    expect(() => app.page()).toThrow("page: expected the program to have opened a page");
  });

  test("nothing keeps the process alive; a rejection of the program's does not end it", async () => {
    const { dir } = makeProgram({
      "app.js": 'App({ onUnhandledRejection({ reason }) { console.log("heard", reason.message); } })',
      "pages/a/a.js": `Page({
        onLoad() {
          setInterval(() => {}, 1000);
          wx.connectSocket({ url: "ws://127.0.0.1:1" });
          wx.showToast({ title: "t", duration: 60000 });
          Promise.reject(new Error("nobody waits"));
        },
      })`,
    });
    const script = `
      import { launch } from "@weapp-socket/simulator";
      const app = await launch(${JSON.stringify(dir)});
      await app.waitFor(() => app.logs.some(({ level }) => level === "log"));
      console.log(app.logs.find(({ level }) => level === "log").parts.join(" "));
      await app.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: import.meta.dirname,
      timeout: 100_000,
    });
    expect(stdout).toBe("heard nobody waits\n");
  });
});

test("a touch of a canvas says where in the canvas it is", async () => {
  const app = await run({
    "pages/a/a.js":
      "Page({ data: { at: null }, start({ touches: [{ x, y }] }) { this.setData({ at: { x, y } }); } })",
    "pages/a/a.wxml": '<canvas type="2d" bindtouchstart="start"/>',
  });
  app
    .page()
    .find("canvas")!
    .touch("start", [{ x: 3, y: 4 }]);
  expect(app.page().data("at")).toEqual({ x: 3, y: 4 });
});
