import { describe, expect, test, vi } from "vitest";
import { addressKey, clientAddress, isLoopback } from "../src/address.js";
import { RateGate } from "../src/rate-gate.js";
import { createMemoryBroker, type Authenticate } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { maskedFrame } from "./raw-client.js";
import { endOf, settled, startServer, type ServerWorld } from "./server-world.js";

const byToken: Authenticate = (_handshake, { token }) => (token === undefined ? undefined : { user: token });

describe("addresses", () => {
  test.each([
    ["10.0.0.1", undefined, 0, "10.0.0.1"],
    ["10.0.0.1", "1.1.1.1", 0, "10.0.0.1"],
    ["10.0.0.1", undefined, 1, "10.0.0.1"],
    ["10.0.0.1", "9.9.9.9, 1.1.1.1", 1, "1.1.1.1"],
    ["10.0.0.1", "9.9.9.9, 1.1.1.1, 10.0.0.2", 2, "1.1.1.1"],
    ["10.0.0.1", "1.1.1.1", 2, "1.1.1.1"],
  ])("of %s behind %j with %i trusted proxies is %s", (socket, forwardedFor, trusted, expected) => {
    expect(clientAddress(socket, forwardedFor, trusted)).toBe(expected);
  });

  test.each([
    ["1.2.3.4", "1.2.3.4"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:1::2:3:4:5", "2001:db8:1:0::/64"],
    ["::2:3:4:5:6:7", "0:0:2:3::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["nonsense", "nonsense"],
  ])("%s is counted as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test("loopback is loopback", () => {
    expect(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].every(isLoopback)).toBe(true);
    expect(["128.0.0.1", "::2", "10.127.0.1"].some(isLoopback)).toBe(false);
  });
});

describe("connections of one address", () => {
  const from = (address: string): Record<string, string> => ({ "X-Forwarded-For": address });

  test("are limited, and room is made when one leaves", async () => {
    const world = await startServer({ trustedProxies: 1, maxConnectionsPerAddress: 2 });
    const { client, handshake } = await world.enter("/", from("1.1.1.1"));
    expect(handshake.remoteAddress).toBe("1.1.1.1");
    await world.enter("/", from("1.1.1.1"));
    const third = await world.knock("/", from("6.6.6.6, 1.1.1.1"));
    expect(world.refusal(third)).toMatchObject({ status: 429, code: "too-many-connections" });
    expect(third.head.toLowerCase()).toContain("retry-after: 30");
    await world.enter("/", from("2.2.2.2"));
    client.destroy();
    await expect.poll(() => world.server.connectionCount).toBe(2);
    await world.enter("/", from("1.1.1.1"));
    expect(world.server.stats.refused.get("too-many-connections")).toBe(1);
  });

  test("are not counted for the loopback address, which a proxy has", async () => {
    const world = await startServer({ maxConnectionsPerAddress: 1 });
    await world.enter();
    await world.enter("/", from("1.1.1.1"));
    expect(world.server.connectionCount).toBe(2);
  });
});

test("one connection too many of one user ends the oldest", async () => {
  const world = await startServer({ authenticate: byToken, maxConnectionsPerUser: 2 });
  const [oldest, second] = [
    await world.enter("/?ticket=ann"),
    await world.enter("/?ticket=ann"),
    await world.enter("/?ticket=bob"),
  ];
  const third = await world.enter("/?ticket=ann");
  await oldest.client.until(() => oldest.client.closeCode !== 0);
  expect([oldest.client.closeCode, oldest.client.closeReason]).toEqual([
    1008,
    "maxConnectionsPerUser: expected at most 2",
  ]);
  expect([second.connection.isOpen, third.connection.isOpen]).toEqual([true, true]);
  expect(world.server.stats.limited.get("maxConnectionsPerUser")).toBe(1);
});

test("connections of one user are counted over all nodes that share a broker", async () => {
  const broker = createMemoryBroker();
  const start = (nodeId: string): Promise<ServerWorld> =>
    startServer({ authenticate: byToken, maxConnectionsPerUser: 2, broker, nodeId });
  const [east, west] = [await start("east"), await start("west")];
  const oldest = await east.enter("/?ticket=ann");
  const second = await west.enter("/?ticket=ann");
  await east.enter("/?ticket=bob");
  const third = await west.enter("/?ticket=ann");
  await oldest.client.until(() => oldest.client.closeCode !== 0);
  expect(oldest.client.closeCode).toBe(1008);
  expect([second.connection.isOpen, third.connection.isOpen]).toEqual([true, true]);
  expect(east.server.stats.limited.get("maxConnectionsPerUser")).toBe(1);
  expect(west.server.stats.limited.size).toBe(0);
});

test("a broker is asked for the connections of a user where there are too many, and not at each connect", async () => {
  const broker = createMemoryBroker();
  const list = vi.spyOn(broker.presence, "list");
  const world = await startServer({ authenticate: byToken, maxConnectionsPerUser: 2, broker });
  const oldest = await world.enter("/?ticket=ann");
  await world.enter("/?ticket=ann");
  await world.enter("/?ticket=bob");
  expect(list).not.toHaveBeenCalled();
  await world.enter("/?ticket=ann");
  await oldest.client.until(() => oldest.client.closeCode !== 0);
  expect(list).toHaveBeenCalledTimes(1);
});

describe("handshakes per second", () => {
  test("a gate lets twice the rate through at once, then the rate", () => {
    const clock = createManualClock();
    const gate = new RateGate(clock, 10);
    const passed = (): number => Array.from({ length: 100 }, () => gate.pass()).filter(Boolean).length;
    expect(passed()).toBe(20);
    clock.advance(500);
    expect(passed()).toBe(5);
    clock.advance(60_000);
    expect(passed()).toBe(20);
  });

  test("above the limit are answered 503 before anything is read", async () => {
    const clock = createManualClock();
    const world = await startServer({ clock, maxHandshakesPerSecond: 1 });
    await world.enter();
    await world.enter();
    const third = await world.knock();
    expect(world.refusal(third)).toMatchObject({ status: 503, code: "busy" });
    clock.advance(1000);
    await world.enter();
  });
});

describe("what a client sends", () => {
  test("above maxMessagesPerSecond ends it, ten seconds' worth in one go does not", async () => {
    const clock = createManualClock();
    const world = await startServer({ clock, maxMessagesPerSecond: 5 });
    const { client, connection } = await world.enter();
    let received = 0;
    connection.on("message", () => {
      received += 1;
    });
    const end = endOf(connection);
    const frame = maskedFrame(0x81, Buffer.from("x"));
    const ping = maskedFrame(0x89, new Uint8Array());
    client.socket.write(Buffer.concat([...Array.from({ length: 49 }, () => frame), ping]));
    await client.until(() => client.frames.length === 1);
    expect([received, connection.isOpen]).toEqual([49, true]);
    clock.advance(2000);
    client.socket.write(Buffer.concat(Array.from({ length: 11 }, () => frame)));
    await client.until(() => client.closeCode !== 0);
    expect([client.closeCode, client.closeReason]).toEqual([
      1008,
      "maxMessagesPerSecond: expected at most 5",
    ]);
    expect(received).toBe(59);
    expect((await end)[0]).toBe(1008);
    expect(world.server.stats.limited.get("maxMessagesPerSecond")).toBe(1);
  });

  test("above maxBytesPerSecond ends it", async () => {
    const clock = createManualClock();
    const world = await startServer({ clock, maxBytesPerSecond: 1000 });
    const { client } = await world.enter();
    client.socket.write(maskedFrame(0x82, Buffer.alloc(9000)));
    await settled();
    expect(client.isClosed).toBe(false);
    client.socket.write(maskedFrame(0x82, Buffer.alloc(2000)));
    await client.until(() => client.closeCode !== 0);
    expect([client.closeCode, client.closeReason]).toEqual([
      1008,
      "maxBytesPerSecond: expected at most 1000",
    ]);
  });
});

test("the log tells who came, from which mini program, who was refused, limited and left, and no secrets", async () => {
  const lines: string[] = [];
  const log =
    (level: string) =>
    (fields: unknown, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  // Its time stands still: however long they take to come, the messages come within a second.
  const clock = createManualClock();
  const options = { logger, clock, authenticate: byToken, nodeId: "n1", maxMessagesPerSecond: 1 };
  const world = await startServer(options);
  const Referer = "https://servicewechat.com/wx0123456789abcdef/7/page-frame.html";
  const { client, connection } = await world.enter("/?ticket=ann", { Referer });
  const end = endOf(connection);
  for (let n = 0; n < 11; n += 1) client.text("secret words");
  await client.untilClosed();
  await end;
  await world.knock("/?secret=1");
  const about = { id: "n1-1", user: "ann", remoteAddress: "127.0.0.1" };
  expect(lines.slice(1)).toEqual([
    `debug connected ${JSON.stringify({
      id: "n1-1",
      user: "ann",
      device: "",
      remoteAddress: "127.0.0.1",
      appId: "wx0123456789abcdef",
      version: "7",
      kind: "release",
    })}`,
    `info limit ${JSON.stringify({ ...about, limit: "maxMessagesPerSecond" })}`,
    `debug closed ${JSON.stringify({ id: "n1-1", user: "ann", device: "", remoteAddress: "127.0.0.1", code: 1008 })}`,
    `debug refused ${JSON.stringify({ code: "unauthorized", status: 401, remoteAddress: "127.0.0.1" })}`,
  ]);
  expect(lines.join("\n")).not.toContain("secret");
});

test("what is limited, refused and counted can be read", async () => {
  const world = await startServer();
  const { client, connection } = await world.enter();
  connection.join("room");
  connection.on("message", (data) => connection.send(data));
  client.text("hello");
  await world.server.publish("room", "you");
  await client.until(() => client.frames.length === 2);
  const end = endOf(connection);
  client.socket.write(maskedFrame(0x88, Buffer.from([0x0f, 0xa1])));
  await end;
  await world.knock("/", { "Sec-WebSocket-Version": "8" });
  const { stats } = world.server;
  expect(stats).toMatchObject({ accepted: 1, messagesIn: 1, publicationsOut: 1, bytesIn: 11 + 8 });
  expect(stats.bytesOut).toBe(2 + 5 + 2 + 3);
  expect(stats.closed.get(4000)).toBe(1);
  expect(stats.refused.get("upgrade-required")).toBe(1);
  expect(world.server.info()).toMatchObject({
    state: "open",
    connections: 0,
    channels: 0,
    durability: "memory",
  });
});
