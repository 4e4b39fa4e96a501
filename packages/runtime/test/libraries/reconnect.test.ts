import { createRequire } from "node:module";
import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { Client } from "@stomp/stompjs";
import { Aedes } from "aedes";
import { Centrifuge } from "centrifuge";
import { createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import mqtt from "mqtt";
import { Server as SocketServer } from "socket.io";
import { describe, expect, onTestFinished, test } from "vitest";
import { createWebSocketStream, WebSocketServer } from "ws";
import { serveCentrifugo, serveSignalR, serveStomp } from "./servers.js";
import { openLibraryWorld, requireAsMiniProgram, withoutBufferPool, type LibraryWorld } from "./world.js";

// As graphql-ws itself loads it: two copies of it refuse each other.
const { buildSchema } = createRequire(import.meta.url)("graphql") as typeof import("graphql");

/** Between two attempts of a library. */
const retryMs = 15;

/** What was heard, and a promise of the next word. */
function ear(): { hear(word: unknown): void; next(): Promise<unknown> } {
  const words: unknown[] = [];
  let wake = (): void => {};
  return {
    hear(word) {
      words.push(word);
      wake();
    },
    async next() {
      while (words.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return words.shift();
    },
  };
}

/** The server is gone until one more attempt has failed: on device that is an error event, and no close event. */
async function outage(world: LibraryWorld): Promise<void> {
  const failed = ear();
  world.onFailedAttempt(() => failed.hear("failed"));
  await world.kill();
  await failed.next();
  await world.revive();
}

describe("the server is killed, cannot be reached for a while, and comes back", () => {
  // Over wx:// and on device an attempt that fails is its last: it waits for a close event, or for a close() that succeeds.
  test.each(["wx:// over the global wx, in DevTools", "ws:// over the class"])("MQTT.js, %s", async (way) => {
    const isWx = way.startsWith("wx");
    const world = await openLibraryWorld({ profile: isWx ? "devtools" : "device" });
    const broker = await Aedes.createBroker();
    const sockets = new WebSocketServer({ server: world.http, handleProtocols: () => "mqtt" });
    sockets.on("connection", (socket) => void broker.handle(createWebSocketStream(socket)));
    onTestFinished(() => broker.close());
    if (isWx) withoutBufferPool();
    const client = await mqtt.connectAsync(`${isWx ? "wx" : "ws"}://127.0.0.1:${world.port}/mqtt`, {
      forceNativeWebSocket: true,
      reconnectPeriod: retryMs,
      ...(isWx ? {} : { createWebsocket: (url, protocols) => new world.WebSocket(url, protocols) as never }),
    });
    onTestFinished(() => client.endAsync(true));
    const connected = ear();
    client.on("connect", () => connected.hear("connected"));
    const received = ear();
    client.on("message", (_topic, payload) => received.hear(payload.toString()));
    await client.subscribeAsync("news");
    await outage(world);
    expect(await connected.next()).toBe("connected");
    await client.publishAsync("news", "again");
    expect(await received.next()).toBe("again");
    expect(world.uncaught).toEqual([]);
  });

  test("@stomp/stompjs", async () => {
    const world = await openLibraryWorld();
    const sockets = new WebSocketServer({ server: world.http, handleProtocols: () => "v12.stomp" });
    sockets.on("connection", serveStomp);
    const client = new Client({
      webSocketFactory: () =>
        new world.WebSocket(`ws://127.0.0.1:${world.port}/stomp`, ["v12.stomp"]) as never,
      reconnectDelay: retryMs,
    });
    onTestFinished(() => client.deactivate());
    const connected = ear();
    const received = ear();
    client.onConnect = () => {
      client.subscribe("/queue/a", (message) => received.hear(message.body));
      connected.hear("connected");
    };
    client.activate();
    await connected.next();
    await outage(world);
    await connected.next();
    client.publish({ destination: "/queue/a", body: "again" });
    expect(await received.next()).toBe("again");
    await client.deactivate();
    expect(world.uncaught).toEqual([]);
  });

  test("graphql-ws", async () => {
    const world = await openLibraryWorld();
    const sockets = new WebSocketServer({ server: world.http, path: "/graphql" });
    const schema = buildSchema("type Query { ok: Boolean } type Subscription { count: Int }");
    let subscriptions = 0;
    const ended = new Promise<void>((resolve) => {
      onTestFinished(() => resolve());
    });
    const roots = {
      subscription: {
        async *count() {
          subscriptions += 1;
          yield { count: subscriptions };
          await ended;
        },
      },
    };
    const server = useServer({ schema, roots }, sockets);
    onTestFinished(() => void server.dispose());
    const client = createClient({
      url: `ws://127.0.0.1:${world.port}/graphql`,
      webSocketImpl: world.WebSocket,
      retryAttempts: 1_000,
      shouldRetry: () => true,
      retryWait: () =>
        new Promise((resolve) => {
          setTimeout(resolve, retryMs);
        }),
    });
    onTestFinished(() => client.dispose());
    const received = ear();
    client.subscribe(
      { query: "subscription { count }" },
      { next: ({ data }) => received.hear(data), error: (error) => received.hear(error), complete: () => {} },
    );
    expect(await received.next()).toEqual({ count: 1 });
    await outage(world);
    expect(await received.next()).toEqual({ count: 2 });
    expect(world.uncaught).toEqual([]);
  });

  test("centrifuge", async () => {
    const world = await openLibraryWorld();
    const sockets = new WebSocketServer({ server: world.http });
    sockets.on("connection", serveCentrifugo);
    const client = new Centrifuge(`ws://127.0.0.1:${world.port}/connection/websocket`, {
      websocket: world.WebSocket,
      minReconnectDelay: retryMs,
      maxReconnectDelay: retryMs,
    });
    onTestFinished(() => client.disconnect());
    const subscription = client.newSubscription("news");
    const subscribed = ear();
    const received = ear();
    subscription.on("subscribed", () => subscribed.hear("subscribed"));
    subscription.on("publication", ({ data }) => received.hear(data));
    subscription.subscribe();
    client.connect();
    await subscribed.next();
    await outage(world);
    await subscribed.next();
    await subscription.publish("again");
    expect(await received.next()).toBe("again");
    expect(world.uncaught).toEqual([]);
  });

  test("SignalR", async () => {
    const world = await openLibraryWorld();
    const sockets = new WebSocketServer({ server: world.http, path: "/hub" });
    sockets.on("connection", serveSignalR);
    const hub = new HubConnectionBuilder()
      .withUrl(`http://127.0.0.1:${world.port}/hub`, {
        skipNegotiation: true,
        transport: HttpTransportType.WebSockets,
        // There, but not in its types.
        WebSocket: world.WebSocket,
      } as never)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => retryMs })
      .configureLogging(LogLevel.None)
      .build();
    onTestFinished(() => hub.stop());
    const reconnected = ear();
    hub.on("news", () => {});
    hub.onreconnected(() => reconnected.hear("reconnected"));
    await hub.start();
    await outage(world);
    await reconnected.next();
    expect(await hub.invoke("echo", "again")).toBe("again");
    expect(world.uncaught).toEqual([]);
  });

  interface IoSocket {
    on(event: string, listener: (value: never) => void): void;
    emit(event: string, ...values: readonly unknown[]): void;
    close(): void;
  }

  test.each(["weapp.socket.io over the global wx", "socket.io-client over the class"])("%s", async (name) => {
    const world = await openLibraryWorld();
    const server = new SocketServer(world.http);
    onTestFinished(() => void server.engine.close());
    server.on("connection", (socket) => {
      socket.on("echo", (value, answer: (value: unknown) => void) => answer(value));
      socket.emit("welcome");
    });
    const { WebSocket } = world;
    const io = (
      name.startsWith("weapp")
        ? requireAsMiniProgram("weapp.socket.io")
        : requireAsMiniProgram("socket.io-client/dist/socket.io.js", { self: { WebSocket }, WebSocket })
    ) as (url: string, options: object) => IoSocket;
    const socket = io(`http://127.0.0.1:${world.port}`, {
      transports: ["websocket"],
      reconnectionDelay: retryMs,
      reconnectionDelayMax: retryMs,
    });
    onTestFinished(() => socket.close());
    const welcomed = ear();
    socket.on("welcome", () => welcomed.hear("welcome"));
    await welcomed.next();
    await outage(world);
    await welcomed.next();
    expect(await new Promise((resolve) => socket.emit("echo", "again", resolve))).toBe("again");
    // Closed at the error event, it believes that it still connects, and throws (its issues #66 and #78); on a phone as well.
    const known = name.startsWith("weapp")
      ? "WebSocket was closed before the connection was established"
      : "";
    expect(world.uncaught.filter((error) => (error as Error).message !== known)).toEqual([]);
  });

  test("websocket-heartbeat-miniprogram", async () => {
    const world = await openLibraryWorld();
    const sockets = new WebSocketServer({ server: world.http });
    const pinged = ear();
    sockets.on("connection", (socket) =>
      socket.on("message", (data: Buffer) => {
        pinged.hear(data.toString());
        socket.send("pong");
      }),
    );
    interface Heartbeat {
      close(): void;
    }
    type Library = { default: (options: object) => Promise<Heartbeat> };
    const { default: connect } = requireAsMiniProgram("websocket-heartbeat-miniprogram") as Library;
    const heartbeat = await connect({
      miniprogram: world.runtime.wx,
      connectSocketParams: { url: `ws://127.0.0.1:${world.port}` },
      pingTimeout: retryMs,
      pongTimeout: 60_000,
      reconnectTimeout: retryMs,
      pingMsg: "are you there",
    });
    onTestFinished(() => heartbeat.close());
    await pinged.next();
    await outage(world);
    expect(await pinged.next()).toBe("are you there");
    expect(world.uncaught).toEqual([]);
  });

  test("@leancloud/platform-adapters-weapp, which leaves connecting again to the library above it", async () => {
    const world = await openLibraryWorld();
    const sockets = new WebSocketServer({ server: world.http });
    sockets.on("connection", (socket) => socket.send("welcome"));
    interface LeanSocket {
      addEventListener(type: string, listener: (event: { data: unknown }) => void): void;
    }
    type Adapters = { WebSocket: new (url: string) => LeanSocket };
    const { WebSocket } = requireAsMiniProgram("@leancloud/platform-adapters-weapp") as Adapters;
    const heard = ear();
    const open = (): void => {
      const socket = new WebSocket(`ws://127.0.0.1:${world.port}`);
      for (const type of ["open", "message", "error", "close"]) {
        socket.addEventListener(type, () => heard.hear(type));
      }
    };
    open();
    expect([await heard.next(), await heard.next()]).toEqual(["open", "message"]);
    await world.kill();
    expect(await heard.next()).toBe("close");
    open();
    expect(await heard.next()).toBe("error");
    await world.revive();
    open();
    expect([await heard.next(), await heard.next()]).toEqual(["open", "message"]);
    expect(world.uncaught).toEqual([]);
  });
});

test("MQTT.js, wx:// over the global wx: the server is killed, and back before the next attempt", async () => {
  const world = await openLibraryWorld();
  withoutBufferPool();
  const broker = await Aedes.createBroker();
  const sockets = new WebSocketServer({ server: world.http, handleProtocols: () => "mqtt" });
  sockets.on("connection", (socket) => void broker.handle(createWebSocketStream(socket)));
  onTestFinished(() => broker.close());
  const options = { forceNativeWebSocket: true, reconnectPeriod: 2_000 };
  const client = await mqtt.connectAsync(`wx://127.0.0.1:${world.port}/mqtt`, options);
  onTestFinished(() => client.endAsync(true));
  const heard = ear();
  client.on("connect", () => heard.hear("connected"));
  client.on("message", (_topic, payload) => heard.hear(payload.toString()));
  await client.subscribeAsync("news");
  await world.kill();
  await world.revive();
  expect(await heard.next()).toBe("connected");
  await client.publishAsync("news", "again");
  expect(await heard.next()).toBe("again");
  expect(world.uncaught).toEqual([]);
});
