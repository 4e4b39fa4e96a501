import { join } from "node:path";
import { createVirtualClock, launch } from "@weapp-socket/simulator";
import { createPushServer } from "@weapp-socket/server";
import { expect, onTestFinished, test } from "vitest";

const chat = join(import.meta.dirname, "../../../../examples/chat");

/** The chat page's server on a free port, and the map that leads the page to it. */
async function startServer() {
  const server = createPushServer();
  server.on("connection", (connection) => {
    connection.join("chat");
    connection.on("message", (text) => connection.send({ content: `你说：${text as string}` }));
  });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  return { server, map: [{ from: "ws://127.0.0.1:3000", to: `ws://127.0.0.1:${port}` }] };
}

test("what is typed is answered; what the server pushes appears; nothing is sent of an empty field", async () => {
  const { server, map } = await startServer();
  const app = await launch(chat, { map });
  onTestFinished(() => app.close());
  await app.waitFor(() => app.page().text().includes("已连接"));

  app.page().find("input")?.input("hi");
  app.page().find(".send")?.tap();
  await app.waitFor(() => app.page().findAll(".bubble").length === 2);
  await server.publish("chat", { content: "到货了" });
  await app.waitFor(() => app.page().findAll(".bubble").length === 3);
  expect(
    app
      .page()
      .findAll(".bubble")
      .map((bubble) => bubble.text()),
  ).toEqual(["hi", "你说：hi", "到货了"]);

  app.page().find(".send")?.tap();
  expect(app.overlays).toMatchObject([{ kind: "toast", title: "消息不能为空", icon: "none" }]);
  expect(app.sockets).toMatchObject([{ state: "open", sentMessages: 1, receivedMessages: 2 }]);
  expect(app.calls.map(({ api }) => api)).toContain("connectSocket");
});

test("hidden for five seconds of its own time, the app is suspended and its socket interrupted", async () => {
  const { map } = await startServer();
  const app = await launch(chat, { map, clock: createVirtualClock() });
  onTestFinished(() => app.close());
  await app.waitFor(() => app.sockets[0]?.state === "open");
  app.hide();
  await app.advance(4_999);
  expect(app.sockets[0]?.state).toBe("open");
  await app.advance(1);
  app.show();
  await app.waitFor(() => app.sockets[0]?.state === "closed");
  expect(app.sockets[0]?.events.at(-1)).toMatchObject({ type: "close", code: 1000, reason: "interrupted" });
});
