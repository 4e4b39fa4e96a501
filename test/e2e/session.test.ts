import { launch, type LaunchedProgram } from "@weapp-socket/simulator";
import { createMemoryBroker, createPushServer, type PushServer } from "@weapp-socket/server";
import { freePort } from "@weapp-socket/testkit/free-port";
import { afterEach, expect, test } from "vitest";
import { chat, openStage } from "./stage.js";

// The second page of the example: what becomes of messages when phone, network and server misbehave.
const ends: Array<() => unknown> = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** As examples/chat/server.js, in this process; its history outlives it. */
function createChatServer() {
  const broker = createMemoryBroker();
  ends.push(() => broker.close());
  return async (port = 0): Promise<{ server: PushServer; port: number }> => {
    const server = createPushServer({
      broker,
      authorize: ({ channel }) => channel === "chat",
      channels: [{ match: "chat", historyCount: 200, clientPublish: true, presence: true }],
    });
    const address = await server.listen({ port, host: "127.0.0.1" });
    ends.push(() => server.close());
    return { server, port: address.port };
  };
}

async function enter(port: number, storage: Record<string, unknown> = {}): Promise<LaunchedProgram> {
  const map = [{ from: "ws://127.0.0.1:3000", to: `ws://127.0.0.1:${port}` }];
  const app = await launch(chat, { map, page: "pages/session/session", storage });
  ends.push(() => app.close());
  return app;
}

const texts = (app: LaunchedProgram): string[] =>
  app
    .page()
    .findAll(".bubble")
    .map((bubble) => bubble.text());

function say(app: LaunchedProgram, content: string): void {
  app.page().find("input")!.input(content);
  app.page().find(".send")!.tap();
}

const isLive = (app: LaunchedProgram): Promise<unknown> =>
  app.waitFor(() => app.page().data("state") === "live", { timeoutMs: 30_000 });
const shows = (app: LaunchedProgram, expected: readonly string[]): Promise<void> =>
  expect.poll(() => texts(app)).toEqual(expected);

test("two phones: history on entry, who is there, and what each says", async () => {
  const { server, port } = await createChatServer()();
  for (const content of ["早", "在吗"]) await server.publish("chat", { content });
  const ann = await enter(port);
  await shows(ann, ["早", "在吗"]);
  const bob = await enter(port);
  await shows(bob, ["早", "在吗"]);
  await expect.poll(() => bob.page().text()).toContain("在线 2 人");
  say(ann, "我在");
  say(bob, "我也在");
  await expect.poll(() => texts(ann)).toHaveLength(4);
  await expect.poll(() => texts(bob).toSorted()).toEqual(["早", "在吗", "我在", "我也在"].toSorted());
  expect(
    ann
      .page()
      .findAll(".me .bubble")
      .map((bubble) => bubble.text()),
  ).toEqual(["我在"]);
  await expect.poll(() => ann.page().findAll(".sending-note")).toHaveLength(0);
});

test("without a network: a banner; what is written waits, and goes when it is back, once", async () => {
  const { server, port } = await createChatServer()();
  const app = await enter(port);
  await isLive(app);
  expect(app.page().find(".banner")).toBeNull();
  app.setNetworkType("none");
  await expect.poll(() => app.page().find(".banner")?.text()).toBe("没有网络，恢复后自动重连");
  say(app, "隧道里");
  expect(app.page().find(".sending-note")?.text()).toBe("发送中…");
  await server.publish("chat", { content: "外面的" });
  app.setNetworkType("4g");
  await isLive(app);
  await expect.poll(() => texts(app).toSorted()).toEqual(["外面的", "隧道里"].toSorted());
  await expect.poll(() => app.page().find(".sending-note")).toBeNull();
  expect(app.page().find(".banner")).toBeNull();
});

test("suspended, cut and half-open: nothing is missed, nothing comes twice", async () => {
  const { server, port } = await createChatServer()();
  const app = await enter(port);
  await isLive(app);
  await server.publish("chat", { content: "1" });
  await shows(app, ["1"]);
  app.hide();
  await server.publish("chat", { content: "2" });
  app.show();
  await shows(app, ["1", "2"]);
  app.faults.cut();
  await server.publish("chat", { content: "3" });
  await shows(app, ["1", "2", "3"]);
  app.faults.halfOpen();
  await server.publish("chat", { content: "4" });
  // Nobody says so: a change of the network makes the client look.
  app.setNetworkType("4g");
  await expect.poll(() => texts(app)).toEqual(["1", "2", "3", "4"]);
});

test("the server is restarted: it says so, comes back, and goes on", async () => {
  const start = createChatServer();
  const first = await start(await freePort());
  const app = await enter(first.port);
  await isLive(app);
  await first.server.publish("chat", { content: "before" });
  await shows(app, ["before"]);
  await first.server.close();
  await expect.poll(() => app.page().data("state")).not.toBe("live");
  say(app, "meanwhile");
  const { server } = await start(first.port);
  await expect.poll(() => texts(app)).toEqual(["before", "meanwhile"]);
  await expect.poll(() => app.page().find(".sending-note")).toBeNull();
  await server.publish("chat", { content: "after" });
  await shows(app, ["before", "meanwhile", "after"]);
});

test("killed before it could send: the next start sends it, under the same key", async () => {
  const { port } = await createChatServer()();
  const app = await enter(port, {
    me: "p1",
    unsent: [{ key: "p1-7", content: "没发出去的" }],
  });
  await shows(app, ["没发出去的"]);
  await expect.poll(() => app.storage.get("unsent")).toEqual([]);
  const again = await enter(port, { me: "p1", unsent: [{ key: "p1-7", content: "没发出去的" }] });
  await isLive(again);
  await expect.poll(() => again.page().find(".sending-note")).toBeNull();
  await shows(again, ["没发出去的"]);
});

test("away longer than the history reaches: a notice, and what there is in its place when it is tapped", async () => {
  const { server, port } = await createChatServer()();
  await server.publish("chat", { content: "0" });
  const app = await enter(port);
  await shows(app, ["0"]);
  await isLive(app);
  app.setNetworkType("none");
  await expect.poll(() => server.connectionCount).toBe(0);
  for (let n = 1; n <= 300; n += 1) await server.publish("chat", { content: `${n}` });
  app.setNetworkType("wifi");
  await expect.poll(() => app.page().find(".note")?.text()).toBe("有些消息没有收到，点此重新加载");
  await server.publish("chat", { content: "301" });
  await shows(app, ["0", "301"]);
  app.page().find(".note")!.tap();
  // What is on the screen stays there, and what comes back is not passed off as what follows it.
  const numbers = Array.from({ length: 30 }, (_, index) => `${272 + index}`);
  await shows(app, ["0", ...numbers]);
  expect(app.page().find(".note")?.text()).toBe("更早的消息没有找回");
});

test("in Chromium: from the first page, through an outage, with the example's own server", async () => {
  const stage = await openStage(chat);
  ends.push(() => stage.close());
  const { phone, page } = stage;
  await phone.getByText("不丢消息").click();
  const status = phone.locator(".status-text").last();
  await expect.poll(() => status.innerText()).toMatch(/^在线 \d 人$/);
  // The first page lies below, with its own socket in the same channel.
  const top = phone.locator(".chat").last();
  const type = async (content: string): Promise<void> => {
    await top.locator(".field").click();
    await page.keyboard.type(content);
    await top.locator(".send").click();
  };
  const bubbles = (): Promise<string[]> => top.locator(".bubble").allInnerTexts();
  await type("你好");
  await expect.poll(bubbles).toEqual(["你好"]);
  await page.evaluate(() => window.simulator.setNetworkType("none"));
  await phone.getByText("没有网络，恢复后自动重连").waitFor();
  await type("断网时写的");
  await phone.getByText("发送中…").waitFor();
  await stage.screenshot("session-offline");
  await page.evaluate(() => window.simulator.setNetworkType("wifi"));
  await phone.getByText("发送中…").waitFor({ state: "detached" });
  await expect.poll(() => status.innerText()).toMatch(/^在线 \d 人$/);
  expect(await bubbles()).toEqual(["你好", "断网时写的"]);
  await stage.screenshot("session-live");
  expect(stage.errors).toEqual([]);
});
