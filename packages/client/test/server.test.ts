import { afterEach, describe, expect, test } from "vitest";
import { connect, type Client, type ConnectOptions } from "@weapp-socket/client";
import {
  createMemoryBroker,
  createPushServer,
  type PushServer,
  type PushServerOptions,
} from "@weapp-socket/server";
import { createRuntime, type Runtime } from "@weapp-socket/runtime";

// The client over the runtime's wx, as a phone behaves, against the push server: real sockets, real time.
const ends: Array<() => unknown> = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const open: PushServerOptions = {
  authorize: () => true,
  channels: [
    { match: "short", historyCount: 3 },
    { match: "*", historyCount: 1_000, clientPublish: true, presence: true },
  ],
};

async function serve(
  options: PushServerOptions = {},
  port = 0,
): Promise<{ server: PushServer; port: number }> {
  const server = createPushServer({ ...open, ...options });
  const address = await server.listen({ port, host: "127.0.0.1" });
  ends.push(() => server.close());
  return { server, port: address.port };
}

/** One phone: its storage outlives its apps. */
function phone(port: number) {
  const storage = new Map<string, unknown>();

  function launch(options: Partial<ConnectOptions> = {}) {
    const runtime: Runtime = createRuntime({ onUncaught: (error) => thrown.push(error) });
    const thrown: unknown[] = [];
    ends.push(() => runtime.destroy());
    const client = connect({
      url: `ws://127.0.0.1:${port}/`,
      // Nearly no jitter: what would wait a second at most begins at once.
      random: () => Math.random() / 100,
      wx: {
        ...runtime.wx,
        getStorageSync: (key) => storage.get(key) ?? "",
        setStorage: ({ key, data }) => storage.set(key, data),
      },
      ...options,
    });
    ends.push(() => client.close());
    return { client, runtime, thrown };
  }
  return { launch, storage };
}

/** Everything that a channel told. */
function listen(client: Client, name: string) {
  const seen: unknown[] = [];
  const channel = client.channel(name);
  channel.on("messages", (messages) => void seen.push(...messages.map(({ data }) => data)));
  channel.on("gap", ({ why }) => void seen.push(`gap: ${why}`));
  return { channel, seen };
}

const isLive = (client: Client) => expect.poll(() => client.state).toBe("live");

async function publish(server: PushServer, channel: string, from: number, to: number): Promise<number[]> {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  for (const n of numbers) await server.publish(channel, n);
  return numbers;
}

test("connects with wx as the runtime has it, and hears what is pushed", async () => {
  const { server, port } = await serve();
  const { client } = phone(port).launch();
  const { seen, channel } = listen(client, "room");
  await expect.poll(() => channel.state).toBe("live");
  const sent = await publish(server, "room", 1, 3);
  await expect.poll(() => seen).toEqual(sent);
});

test("two clients: what one publishes both get, at the position that it was told", async () => {
  const { port } = await serve();
  const ann = phone(port).launch();
  const bob = phone(port).launch();
  const heard = [ann, bob].map(({ client }) => {
    const positions: string[] = [];
    const channel = client.channel("room");
    channel.on("message", ({ position, data }) => void positions.push(`${position} ${JSON.stringify(data)}`));
    return { channel, positions };
  });
  for (const { channel } of heard) await expect.poll(() => channel.state).toBe("live");
  const told = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      heard[n % 2]!.channel.publish({ n }).then(({ position }) => `${position} {"n":${n}}`),
    ),
  );
  for (const { positions } of heard) await expect.poll(() => positions.toSorted()).toEqual(told.toSorted());
  expect(heard[0]!.positions).toEqual(heard[1]!.positions);
  const page = await heard[0]!.channel.history({ limit: 5 });
  expect(page.more).toBe(true);
  expect(page.messages.map(({ position, data }) => `${position} ${JSON.stringify(data)}`)).toEqual(
    heard[0]!.positions.slice(-5),
  );
});

test("bytes come as base64, and say so; text does not", async () => {
  const { server, port } = await serve();
  const { client } = phone(port).launch();
  const channel = client.channel("room");
  const seen: unknown[] = [];
  channel.on("message", ({ data, base64 }) => void seen.push([data, base64]));
  await expect.poll(() => channel.state).toBe("live");
  await server.publish("room", new Uint8Array([1, 2]));
  await server.publish("room", "AQI=");
  const expected = [
    ["AQI=", true],
    ["AQI=", undefined],
  ];
  await expect.poll(() => seen).toEqual(expected);
  const { messages } = await channel.history();
  expect(messages.map(({ data, base64 }) => [data, base64])).toEqual(expected);
});

test("suspended for a while: everything that was missed, in order, and no gap", async () => {
  const { server, port } = await serve();
  const { client, runtime, thrown } = phone(port).launch();
  const { seen, channel } = listen(client, "room");
  await expect.poll(() => channel.state).toBe("live");
  await publish(server, "room", 1, 2);
  await expect.poll(() => seen).toHaveLength(2);
  runtime.suspend();
  await expect.poll(() => server.connectionCount).toBe(0);
  await publish(server, "room", 3, 150);
  runtime.show();
  await expect.poll(() => seen).toHaveLength(150);
  await publish(server, "room", 151, 152);
  await expect.poll(() => seen).toEqual(Array.from({ length: 152 }, (_, index) => index + 1));
  expect(thrown).toEqual([]);
});

test("hidden and shown within five seconds: the same socket goes on", async () => {
  const { server, port } = await serve();
  const { client, runtime } = phone(port).launch();
  const { seen } = listen(client, "room");
  await isLive(client);
  let connections = 0;
  server.on("connection", () => (connections += 1));
  runtime.hide();
  runtime.show();
  await publish(server, "room", 1, 1);
  await expect.poll(() => seen).toEqual([1]);
  expect(client.state).toBe("live");
  expect(connections).toBe(0);
});

test("without a network, and with another one", async () => {
  const { server, port } = await serve();
  const { client, runtime } = phone(port).launch();
  const { seen, channel } = listen(client, "room");
  await expect.poll(() => channel.state).toBe("live");
  runtime.setNetworkType("none");
  await expect.poll(() => client.state).toBe("offline");
  await publish(server, "room", 1, 3);
  const unsent = channel.publish("from the tunnel");
  runtime.setNetworkType("4g");
  await expect.poll(() => seen).toEqual([1, 2, 3, "from the tunnel"]);
  await expect(unsent).resolves.toHaveProperty("position");
  runtime.setNetworkType("wifi");
  await publish(server, "room", 4, 4);
  await expect.poll(() => seen.at(-1)).toBe(4);
});

describe("the server is restarted", () => {
  test("on the same history: nothing is missed, what was not answered is sent again", async () => {
    const broker = createMemoryBroker();
    ends.push(() => broker.close());
    const first = await serve({ broker });
    const { client } = phone(first.port).launch();
    const { seen, channel } = listen(client, "room");
    await expect.poll(() => channel.state).toBe("live");
    await publish(first.server, "room", 1, 2);
    await expect.poll(() => seen).toHaveLength(2);
    await first.server.close();
    await expect.poll(() => client.state).not.toBe("live");
    const unsent = channel.publish("meanwhile");
    const { server } = await serve({ broker }, first.port);
    await expect(unsent).resolves.toHaveProperty("position");
    await publish(server, "room", 3, 3);
    await expect.poll(() => seen).toEqual([1, 2, "meanwhile", 3]);
  });

  test("with its history lost: a gap, and then what follows", async () => {
    const first = await serve();
    const { client } = phone(first.port).launch();
    const { seen, channel } = listen(client, "room");
    await expect.poll(() => channel.state).toBe("live");
    await publish(first.server, "room", 1, 2);
    await expect.poll(() => seen).toHaveLength(2);
    await first.server.close();
    const { server } = await serve({}, first.port);
    await expect.poll(() => seen).toHaveLength(3);
    await publish(server, "room", 3, 3);
    await expect.poll(() => seen).toEqual([1, 2, "gap: fork", 3]);
  });
});

test("a cold start goes on where the last life stopped", async () => {
  const { server, port } = await serve();
  const mine = phone(port);
  const first = mine.launch();
  const before = listen(first.client, "room");
  await expect.poll(() => before.channel.state).toBe("live");
  await publish(server, "room", 1, 2);
  await expect.poll(() => before.seen).toEqual([1, 2]);
  first.runtime.hide();
  await expect.poll(() => [...mine.storage.values()].join()).toContain(before.channel.position!);
  first.runtime.destroy();
  await publish(server, "room", 3, 5);
  const { seen } = listen(mine.launch().client, "room");
  await expect.poll(() => seen).toEqual([3, 4, 5]);
});

test("away longer than the history reaches: a gap", async () => {
  const { server, port } = await serve();
  const { client, runtime } = phone(port).launch();
  const { seen, channel } = listen(client, "short");
  await expect.poll(() => channel.state).toBe("live");
  runtime.suspend();
  await expect.poll(() => server.connectionCount).toBe(0);
  await publish(server, "short", 1, 10);
  runtime.show();
  await expect.poll(() => seen).toEqual(["gap: trimmed"]);
  await publish(server, "short", 11, 11);
  await expect.poll(() => seen).toEqual(["gap: trimmed", 11]);
});

test("users: a token for each, an inbox, and a bye for those who have none", async () => {
  const { server, port } = await serve({
    authenticate: (_handshake, { token }) => (token === "t-ann" ? { user: "ann" } : undefined),
    origins: ["*"],
  });
  const ann = phone(port).launch({ getToken: () => Promise.resolve("t-ann") });
  const { seen, channel } = listen(ann.client, "~");
  await expect.poll(() => channel.state).toBe("live");
  await server.push({ user: "ann" }, "for ann");
  await expect.poll(() => seen).toEqual(["for ann"]);
  const nobody = phone(port).launch({ getToken: () => "guessed" });
  nobody.client.on("error", () => {});
  await expect.poll(() => nobody.client.state).toBe("ended");
  expect(nobody.client.error?.code).toBe("unauthorized");
});

test("a raw client beside it, in the same channel", async () => {
  const { server, port } = await serve();
  server.on("connection", (connection) => connection.join("room"));
  const runtime = createRuntime();
  ends.push(() => runtime.destroy());
  const raw: unknown[] = [];
  const task = runtime.wx.connectSocket({ url: `ws://127.0.0.1:${port}/` });
  task.onMessage(({ data }) => void raw.push(data));
  const { client } = phone(port).launch();
  const { channel, seen } = listen(client, "room");
  await expect.poll(() => channel.state).toBe("live");
  await expect.poll(() => server.connectionCount).toBe(2);
  await channel.publish({ content: "hello" });
  await expect.poll(() => raw).toEqual(['{"content":"hello"}']);
  await expect.poll(() => seen).toEqual([{ content: "hello" }]);
});

test("is called by the server: what a handler returns goes back, whatever else is a no", async () => {
  const { server, port } = await serve({
    authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
  });
  const { client } = phone(port).launch({ getToken: () => "ann" });
  client.handle("add", (numbers) => (numbers as number[]).reduce((sum, n) => sum + n, 0));
  client.handle("later", async () => {
    await Promise.resolve();
  });
  await isLive(client);
  const call = (method: string, data?: unknown): Promise<unknown> =>
    server
      .call({ user: "ann" }, method, data)
      .catch(({ code, message }: { code: string; message: string }) => `${code}: ${message}`);
  expect(await call("add", [1, 2, 3])).toBe(6);
  expect(await call("later")).toBe(null);
  expect(await call("none")).toBe("unsupported: method: no handler for none");
  expect(await call("add", [7])).toBe(7);
});
