import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { createPushServer, type Connection, type PushServer, type PushServerOptions } from "../src/index.js";
import { resolveLimits } from "../src/limits.js";
import { createManualClock } from "./broker/manual-clock.js";
import { maskedFrame, RawClient, upgradeRequest } from "./raw-client.js";
import { settled } from "./server-world.js";

const servers: PushServer[] = [];

async function start(options: PushServerOptions): Promise<{ server: PushServer; port: number }> {
  const server = createPushServer(options);
  servers.push(server);
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  return { server, port };
}

async function open(server: PushServer, port: number): Promise<[RawClient, Connection]> {
  const seen = once(server, "connection") as Promise<[Connection]>;
  const client = await RawClient.open(port);
  return [client, (await seen)[0]];
}

function ending(connection: Connection): Promise<[number, string]> {
  return new Promise((resolve) => {
    connection.on("close", (code, reason) => resolve([code, reason]));
  });
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

test("the operations guide names every limit and its default", () => {
  const guide = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const rows = [...guide.matchAll(/^\| `(max\w+|\w+Ms)` +\| (\d+) /gm)].map((match) => [
    match[1],
    Number(match[2]),
  ]);
  expect(Object.fromEntries(rows)).toEqual(resolveLimits({}));
});

test.each([
  [{ maxMessageBytes: 0 }, "maxMessageBytes: expected an integer from 1 to 268435456, got 0"],
  [{ maxMessageBytes: 1.5 }, "maxMessageBytes: expected an integer from 1 to 268435456, got 1.5"],
  [{ maxConnections: Number.NaN }, "maxConnections: expected an integer from 1 to 10000000, got NaN"],
  [{ peerTimeoutMs: 25_000 }, "peerTimeoutMs: expected more than pingIntervalMs (25000), got 25000"],
  [{ adminKey: "short" }, "adminKey: expected a string of at least 16 characters"],
])("%j is refused when the server is made", (options, message) => {
  expect(() => createPushServer(options)).toThrow(message);
});

test.each([
  [{ maxConnection: 5 }, 'options: expected adminKey, apiKeys, .*, httpTimeoutMs, got "maxConnection"$'],
  [{ authenticate: {} }, "authenticate: expected a function, got an object"],
  [{ adminKey: null }, "adminKey: expected a string, got null"],
  [{ origins: "https://a.example" }, "origins: expected a list, got a string"],
  [{ maxConnections: "5" }, "maxConnections: expected a number, got a string"],
  [{ compression: 1 }, "compression: expected true or false or an object, got a number"],
  [
    { loginLimits: { perAddress: 0, total: 1 } },
    "loginLimits.perAddress: expected an integer of at least 1, got 0",
  ],
])("%j is refused when the server is made", (options, message) => {
  expect(() => createPushServer(options as unknown as PushServerOptions)).toThrow(new RegExp(message));
});

describe("a client that does not read", () => {
  test("is cut at its outbound limit, and the rest do not notice", async () => {
    const { server, port } = await start({ maxOutboundBytes: 256 * 1024 });
    const [deaf, deafConnection] = await open(server, port);
    const [healthy, healthyConnection] = await open(server, port);
    deafConnection.join("room");
    healthyConnection.join("room");
    const ended = ending(deafConnection);
    deaf.socket.pause();
    const text = "x".repeat(32 * 1024);
    let published = 0;
    while (deafConnection.isOpen) {
      expect(deafConnection.outboundBytes).toBeLessThanOrEqual(256 * 1024);
      await server.publish("room", text);
      published += 1;
      await healthy.until(() => healthy.frames.length === published);
    }
    expect(await ended).toEqual([1008, "outbound limit of 262144 bytes reached"]);
    await server.publish("room", "last");
    await healthy.until(() => healthy.frames.length === published + 1);
    expect(healthy.texts.at(-1)).toBe("last");
    expect(server.connectionCount).toBe(1);
    deaf.destroy();
    healthy.destroy();
  });

  test("is cut when it takes nothing for stallTimeoutMs, however little waits", async () => {
    const clock = createManualClock();
    const { server, port } = await start({
      clock,
      maxOutboundBytes: 64 * 1024 * 1024,
      stallTimeoutMs: 10_000,
    });
    const [deaf, connection] = await open(server, port);
    const ended = ending(connection);
    deaf.socket.pause();
    while (connection.outboundBytes === 0) {
      connection.send(Buffer.alloc(1024 * 1024));
      await settled();
    }
    // It is heard all the time: only its reading has stopped.
    for (let second = 0; second < 8; second += 1) {
      deaf.text("still sending");
      await settled();
      clock.advance(1000);
    }
    expect(connection.isOpen).toBe(true);
    clock.advance(15_000);
    expect(await ended).toEqual([1008, "took no bytes for 10000 ms"]);
    deaf.destroy();
  });

  test("that reads slowly is not cut by the stall timer", async () => {
    const clock = createManualClock();
    const { server, port } = await start({ clock, maxOutboundBytes: 64 * 1024 * 1024, stallTimeoutMs: 5000 });
    const [slow, connection] = await open(server, port);
    slow.socket.pause();
    for (let i = 0; i < 12 || connection.outboundBytes === 0; i += 1) {
      connection.send(Buffer.alloc(1024 * 1024));
      await settled();
    }
    for (let second = 0; second < 20 && connection.outboundBytes > 0; second += 1) {
      const before = slow.socket.bytesRead;
      slow.socket.resume();
      await expect.poll(() => slow.socket.bytesRead - before).toBeGreaterThan(1024 * 1024);
      slow.socket.pause();
      slow.text("here");
      await settled();
      clock.advance(1000);
    }
    expect(connection.isOpen).toBe(true);
    slow.destroy();
  });
});

describe("a silent peer", () => {
  test("is pinged every pingIntervalMs, and dead after peerTimeoutMs", async () => {
    const clock = createManualClock();
    const { server, port } = await start({ clock });
    const [client, connection] = await open(server, port);
    const ended = ending(connection);
    clock.advance(24_000);
    await settled();
    expect(client.frames).toEqual([]);
    clock.advance(3000);
    await client.until(() => client.frames.length === 1);
    expect(client.frames[0]!.opcode).toBe(9);
    clock.advance(25_000);
    await client.until(() => client.frames.length === 2);
    expect(connection.isOpen).toBe(true);
    clock.advance(12_000);
    expect(await ended).toEqual([1006, "nothing heard for 60000 ms"]);
    await client.untilClosed();
  });

  test("that answers pings lives", async () => {
    const clock = createManualClock();
    const { server, port } = await start({ clock });
    const [client, connection] = await open(server, port);
    for (let minute = 0; minute < 20; minute += 1) {
      const pings = client.frames.length;
      clock.advance(27_000);
      await client.until(() => client.frames.length > pings);
      client.socket.write(maskedFrame(0x8a, new Uint8Array()));
      await settled();
    }
    expect(connection.isOpen).toBe(true);
    client.destroy();
  });
});

test("a closing handshake that the peer does not answer ends after closeTimeoutMs", async () => {
  const clock = createManualClock();
  const { server, port } = await start({ clock });
  const [client, connection] = await open(server, port);
  const ended = ending(connection);
  connection.close(4000, "go");
  await client.until(() => client.closeCode === 4000);
  client.text("what?");
  await settled();
  expect(client.isClosed).toBe(false);
  clock.advance(8000);
  expect(await ended).toEqual([4000, "go"]);
  await client.untilClosed();
});

test("one connection above maxConnections gets 503, and room again when one leaves", async () => {
  const { server, port } = await start({ maxConnections: 2 });
  const [first] = await open(server, port);
  const [second] = await open(server, port);
  const third = await RawClient.dial(port);
  third.socket.write(upgradeRequest());
  await third.untilClosed();
  expect(third.status).toBe(503);
  expect(third.head.toLowerCase()).toContain("retry-after: ");
  expect(JSON.parse(third.body)).toMatchObject({ code: "busy" });
  first.destroy();
  await expect.poll(() => server.connectionCount).toBe(1);
  const [last] = await open(server, port);
  second.destroy();
  last.destroy();
});

test("one socket above maxPendingHandshakes gets 503 at once", async () => {
  const { port } = await start({ maxPendingHandshakes: 1 });
  const waiting = await RawClient.dial(port);
  const second = await RawClient.dial(port);
  await second.untilClosed();
  expect(second.status).toBe(503);
  waiting.socket.write(upgradeRequest());
  await waiting.until(() => waiting.status === 101);
  waiting.destroy();
});

test("a socket that has said nothing for a second makes room for one that does", async () => {
  const clock = createManualClock();
  const { port } = await start({ maxPendingHandshakes: 2, clock });
  const silent = [await RawClient.dial(port), await RawClient.dial(port)];
  // The server has them by then: what counts is its time.
  await settled();
  clock.advance(1000);
  const client = await RawClient.dial(port);
  await silent[0]!.untilClosed();
  expect(silent[0]).toMatchObject({ status: 503 });
  client.socket.write(upgradeRequest());
  await client.until(() => client.status === 101);
  expect(silent[1]).toMatchObject({ status: 0, isClosed: false });
  silent[1]!.destroy();
  client.destroy();
});
