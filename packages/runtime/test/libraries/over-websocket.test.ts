import { createRequire } from "node:module";
import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { Client } from "@stomp/stompjs";
import { Aedes } from "aedes";
import { Centrifuge } from "centrifuge";
import { createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import { expect, onTestFinished, test } from "vitest";
import mqtt from "mqtt";
import { createWebSocketStream, WebSocketServer } from "ws";
import { Server as SocketServer } from "socket.io";
import { serveCentrifugo, serveSignalR, serveStomp } from "./servers.js";
import { openLibraryWorld, requireAsMiniProgram } from "./world.js";

// As graphql-ws itself loads it: two copies of it refuse each other.
const { buildSchema } = createRequire(import.meta.url)("graphql") as typeof import("graphql");

/** Published libraries that want a W3C WebSocket, over the class that our `wx` is given. */

test("@stomp/stompjs subscribes and is sent what it publishes", async () => {
  const { http, port, WebSocket, uncaught } = await openLibraryWorld();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => "v12.stomp" });
  sockets.on("connection", serveStomp);
  const client = new Client({
    webSocketFactory: () => new WebSocket(`ws://127.0.0.1:${port}/stomp`, ["v12.stomp"]) as never,
    reconnectDelay: 0,
  });
  onTestFinished(() => client.deactivate());
  await new Promise<void>((resolve) => {
    client.onConnect = () => resolve();
    client.activate();
  });
  const received = new Promise<string>((resolve) => {
    client.subscribe("/queue/a", (message) => resolve(message.body));
  });
  client.publish({ destination: "/queue/a", body: "你好" });
  expect(await received).toBe("你好");
  await client.deactivate();
  expect(uncaught).toEqual([]);
});

test("graphql-ws runs a subscription to its end", async () => {
  const { http, port, WebSocket, uncaught } = await openLibraryWorld();
  const sockets = new WebSocketServer({ server: http, path: "/graphql" });
  const schema = buildSchema("type Query { ok: Boolean } type Subscription { count: Int }");
  const roots = {
    subscription: {
      async *count() {
        for (let count = 1; count <= 3; count += 1) yield { count };
      },
    },
  };
  const server = useServer({ schema, roots }, sockets);
  onTestFinished(() => server.dispose());
  const client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  const counts: unknown[] = [];
  for await (const { data } of client.iterate({ query: "subscription { count }" })) counts.push(data);
  expect(counts).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }]);
  await client.dispose();
  expect(uncaught).toEqual([]);
});

test("centrifuge connects, subscribes and is sent a publication", async () => {
  const { http, port, WebSocket, uncaught } = await openLibraryWorld();
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", serveCentrifugo);
  const client = new Centrifuge(`ws://127.0.0.1:${port}/connection/websocket`, { websocket: WebSocket });
  onTestFinished(() => client.disconnect());
  const subscription = client.newSubscription("news");
  const received = new Promise((resolve) => {
    subscription.on("publication", ({ data }) => resolve(data));
  });
  subscription.subscribe();
  client.connect();
  await subscription.ready(5_000);
  await subscription.publish({ content: "你好" });
  expect(await received).toEqual({ content: "你好" });
  client.disconnect();
  expect(uncaught).toEqual([]);
});

test("SignalR connects, is called, and calls", async () => {
  const { http, port, WebSocket, uncaught } = await openLibraryWorld();
  const sockets = new WebSocketServer({ server: http, path: "/hub" });
  sockets.on("connection", serveSignalR);
  const hub = new HubConnectionBuilder()
    .withUrl(`http://127.0.0.1:${port}/hub`, {
      skipNegotiation: true,
      transport: HttpTransportType.WebSockets,
      // There, but not in its types.
      WebSocket,
    } as never)
    .configureLogging(LogLevel.None)
    .build();
  onTestFinished(() => hub.stop());
  const called = new Promise((resolve) => {
    hub.on("news", resolve);
  });
  await hub.start();
  expect(await hub.invoke("echo", "你好")).toBe("你好");
  expect(await called).toBe("welcome");
  await hub.stop();
  expect(uncaught).toEqual([]);
});

test("MQTT.js over the class subscribes and publishes bytes", async () => {
  const { http, port, WebSocket, uncaught } = await openLibraryWorld();
  const broker = await Aedes.createBroker();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => "mqtt" });
  sockets.on("connection", (socket) => void broker.handle(createWebSocketStream(socket)));
  onTestFinished(() => broker.close());
  const client = await mqtt.connectAsync(`ws://127.0.0.1:${port}/mqtt`, {
    forceNativeWebSocket: true,
    reconnectPeriod: 0,
    createWebsocket: (url, protocols) => new WebSocket(url, protocols) as never,
  });
  const received = new Promise<number[]>((resolve) => {
    client.on("message", (_topic, payload) => resolve([...payload]));
  });
  await client.subscribeAsync("bytes");
  await client.publishAsync("bytes", Buffer.from([0, 128, 255]));
  expect(await received).toEqual([0, 128, 255]);
  await client.endAsync();
  expect(uncaught).toEqual([]);
});

interface IoSocket {
  on(event: string, listener: (value: never) => void): void;
  emit(event: string, ...values: readonly unknown[]): void;
  close(): void;
}

test("socket.io's own client: events, acknowledgements, binary", async () => {
  const { http, port, WebSocket, uncaught } = await openLibraryWorld();
  const server = new SocketServer(http);
  onTestFinished(() => server.close());
  server.on("connection", (socket) => {
    socket.on("echo", (value, answer: (value: unknown) => void) => answer({ value }));
    socket.on("bytes", (bytes: Uint8Array) => socket.emit("bytes back", Buffer.from(bytes)));
    socket.emit("welcome", { content: "小程序" });
  });
  const io = requireAsMiniProgram("socket.io-client/dist/socket.io.js", {
    self: { WebSocket },
    WebSocket,
  }) as (url: string, options: object) => IoSocket;
  const socket = io(`http://127.0.0.1:${port}`, { reconnection: false, transports: ["websocket"] });
  const welcome = await new Promise((resolve) => socket.on("welcome", resolve));
  expect(welcome).toEqual({ content: "小程序" });
  expect(await new Promise((resolve) => socket.emit("echo", 7, resolve))).toEqual({ value: 7 });
  const back = new Promise<ArrayBuffer>((resolve) => socket.on("bytes back", resolve));
  socket.emit("bytes", new Uint8Array([1, 2, 3]).buffer);
  expect([...new Uint8Array(await back)]).toEqual([1, 2, 3]);
  socket.close();
  expect(uncaught).toEqual([]);
});
