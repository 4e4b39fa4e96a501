import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { createPushServer, type Connection, type PushServer, type PushServerOptions } from "../src/index.js";
import { cert, key } from "./tls-identity.js";

async function start(options: PushServerOptions = {}): Promise<{ push: PushServer; url: string }> {
  const push = createPushServer(options);
  const https = createServer({ key, cert });
  push.attach(https);
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  onTestFinished(async () => {
    await push.close();
    https.closeAllConnections();
    https.close();
  });
  return { push, url: `wss://127.0.0.1:${(https.address() as AddressInfo).port}/` };
}

async function open(push: PushServer, url: string): Promise<[WebSocket, Connection]> {
  const seen = once(push, "connection") as Promise<[Connection]>;
  const socket = new WebSocket(url, { rejectUnauthorized: false });
  await once(socket, "open");
  return [socket, (await seen)[0]];
}

test("over TLS everything is as without: messages, closes, clients that vanish", async () => {
  const { push, url } = await start();
  const [socket, connection] = await open(push, url);
  connection.join("room");
  connection.on("message", (data) => connection.send(data));
  socket.send("hello");
  expect(((await once(socket, "message")) as [Buffer])[0].toString()).toBe("hello");
  await push.publish("room", { n: 1 });
  expect(((await once(socket, "message")) as [Buffer])[0].toString()).toBe('{"n":1}');
  socket.close(4000, "bye");
  await once(socket, "close");
  const [vanishing] = await open(push, url);
  vanishing.terminate();
  await expect.poll(() => push.connectionCount).toBe(0);
});

test("over TLS a client that does not read is cut at its limit", async () => {
  const { push, url } = await start({ maxOutboundBytes: 128 * 1024 });
  const [socket, connection] = await open(push, url);
  const ended = new Promise((resolve) => {
    connection.on("close", (code, reason) => resolve([code, reason]));
  });
  socket.pause();
  while (connection.isOpen) {
    connection.send(Buffer.alloc(64 * 1024));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await ended).toEqual([1008, "outbound limit of 131072 bytes reached"]);
  socket.terminate();
});

test("handshakes that node:http has read are counted by their rate, too", async () => {
  const { push, url } = await start({ maxHandshakesPerSecond: 1 });
  const [one] = await open(push, url);
  const [two] = await open(push, url);
  const third = new WebSocket(url, { rejectUnauthorized: false });
  const [error] = (await once(third, "error")) as [Error];
  expect(error.message).toContain("503");
  one.terminate();
  two.terminate();
});
