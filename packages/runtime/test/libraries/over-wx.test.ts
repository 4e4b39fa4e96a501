import { Buffer } from "node:buffer";
import { Aedes } from "aedes";
import { Server as SocketServer } from "socket.io";
import { expect, onTestFinished, test } from "vitest";
import { createWebSocketStream, WebSocketServer } from "ws";
import { openLibraryWorld, requireAsMiniProgram, withoutBufferPool } from "./world.js";

/** Published libraries that speak to the global `wx`, unchanged, over our sockets to real servers. */

test("MQTT.js over wx:// subscribes, publishes, and ends", async () => {
  const { http, port, uncaught } = await openLibraryWorld();
  const broker = await Aedes.createBroker();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => "mqtt" });
  sockets.on("connection", (socket) => void broker.handle(createWebSocketStream(socket)));
  onTestFinished(() => broker.close());
  withoutBufferPool();

  const { default: mqtt } = await import("mqtt");
  const options = { forceNativeWebSocket: true, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(`wx://127.0.0.1:${port}/mqtt`, options);
  const received = new Promise<string>((resolve) => {
    client.on("message", (topic, payload) => resolve(`${topic} ${payload.toString()}`));
  });
  await client.subscribeAsync("news/小程序", { qos: 1 });
  await client.publishAsync("news/小程序", "hello", { qos: 1 });
  expect(await received).toBe("news/小程序 hello");
  await client.endAsync();
  expect(uncaught).toEqual([]);
});

interface IoSocket {
  on(event: string, listener: (...values: never[]) => void): void;
  emit(event: string, ...values: unknown[]): void;
  close(): void;
}

test("weapp.socket.io: events, acknowledgements, binary", async () => {
  const { http, port, uncaught } = await openLibraryWorld();
  const server = new SocketServer(http);
  onTestFinished(() => server.close());
  server.on("connection", (socket) => {
    socket.on("echo", (value, answer: (value: unknown) => void) => answer({ value }));
    socket.on("bytes", (bytes: Uint8Array) => socket.emit("bytes back", Buffer.from(bytes)));
    socket.emit("welcome", { content: "小程序" });
  });
  const io = requireAsMiniProgram("weapp.socket.io") as (url: string, options: object) => IoSocket;
  const socket = io(`http://127.0.0.1:${port}`, { reconnection: false });
  const welcome = await new Promise((resolve) => socket.on("welcome", resolve as () => void));
  expect(welcome).toEqual({ content: "小程序" });
  const answer = await new Promise((resolve) => socket.emit("echo", 7, resolve));
  expect(answer).toEqual({ value: 7 });
  const back = new Promise<ArrayBuffer>((resolve) => socket.on("bytes back", resolve as () => void));
  socket.emit("bytes", new Uint8Array([1, 2, 3]).buffer);
  expect([...new Uint8Array(await back)]).toEqual([1, 2, 3]);
  socket.close();
  expect(uncaught).toEqual([]);
});

interface LeanSocket {
  addEventListener(type: string, listener: (event: { data: unknown }) => void): void;
  send(data: unknown): void;
  close(): void;
}

test("@leancloud/platform-adapters-weapp: its WebSocket opens, sends and closes", async () => {
  const { http, port, uncaught } = await openLibraryWorld();
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket) =>
    socket.on("message", (data: Buffer) => socket.send(`you said ${data.toString()}`)),
  );
  type Adapters = { WebSocket: new (url: string, protocols?: string[]) => LeanSocket };
  const { WebSocket } = requireAsMiniProgram("@leancloud/platform-adapters-weapp") as Adapters;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ["lc.json.3"]);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const reply = new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data)));
  socket.send("hello");
  expect(await reply).toBe("you said hello");
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  await closed;
  expect(uncaught).toEqual([]);
});

interface Heartbeat {
  onMessage: (event: { data: unknown }) => void;
  onReconnect: () => void;
  onOpen: () => void;
  close(): void;
  readonly socketTask: { close(): void };
}

test("websocket-heartbeat-miniprogram pings, and connects again when the server is gone", async () => {
  const { http, port, uncaught, runtime } = await openLibraryWorld();
  const sockets = new WebSocketServer({ server: http });
  const pings: string[] = [];
  let connections = 0;
  sockets.on("connection", (socket) => {
    connections += 1;
    socket.on("message", (data: Buffer) => {
      pings.push(data.toString());
      if (connections === 1) socket.terminate();
      else socket.send("pong");
    });
  });
  type Library = { default: (options: object) => Promise<Heartbeat> };
  const { default: connect } = requireAsMiniProgram("websocket-heartbeat-miniprogram") as Library;
  const heartbeat = await connect({
    miniprogram: runtime.wx,
    connectSocketParams: { url: `ws://127.0.0.1:${port}` },
    pingTimeout: 20,
    pongTimeout: 60_000,
    reconnectTimeout: 20,
    pingMsg: "are you there",
  });
  const pong = new Promise((resolve) => (heartbeat.onMessage = ({ data }) => resolve(data)));
  expect(await pong).toBe("pong");
  expect([connections, pings.slice(0, 2)]).toEqual([2, ["are you there", "are you there"]]);
  heartbeat.close();
  expect(uncaught).toEqual([]);
});
