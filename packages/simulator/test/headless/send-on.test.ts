import { expect, onTestFinished, test } from "vitest";
import { createPushServer } from "@weapp-socket/server";
import { run } from "../headless-world.js";

test("sendOn sends what the page would, and names a socket that is not open", async () => {
  const server = createPushServer();
  const heard: unknown[] = [];
  server.on("connection", (connection) => connection.on("message", (data) => heard.push(data)));
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  const url = `ws://127.0.0.1:${port}`;
  const app = await run({
    "pages/a/a.js": `Page({ onLoad() { wx.connectSocket({ url: "${url}" }); wx.connectSocket({ url: "${url}" }) } })`,
  });
  await app.waitFor(() => app.sockets.length === 2 && app.sockets.every(({ state }) => state === "open"));
  app.sendOn(2, "again");
  await app.waitFor(() => heard.length === 1);
  expect(heard).toEqual(["again"]);
  expect(app.sockets.map(({ sentMessages }) => sentMessages)).toEqual([0, 1]);
  expect(app.sockets[1]?.events.at(-1)).toMatchObject({ type: "sent", data: "again" });

  app.faults.cut();
  await app.waitFor(() => app.sockets.every(({ state }) => state === "closed"));
  expect(() => app.sendOn(2, "x")).toThrow(
    "sendOn: expected the id of an open socket, got 2, which is closed",
  );
  expect(() => app.sendOn(9, "x")).toThrow(
    "sendOn: expected the id of an open socket, got 9, which is unknown",
  );
});
