import { afterEach, describe, expect, test } from "vitest";
import type { OfflineEvent, PushServerOptions } from "../src/index.js";
import { createManualClock, type ManualClock } from "./broker/manual-clock.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const KEY = "a-key-of-the-tests-long-enough";
const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

async function start(
  clock: ManualClock,
  options: PushServerOptions = {},
): Promise<{ readonly world: ServerWorld; readonly events: OfflineEvent[] }> {
  const events: OfflineEvent[] = [];
  const world = await startServer({
    adminKey: KEY,
    origins: ["*"],
    authenticate: (_handshake, { token, device }) =>
      token === undefined ? undefined : { user: token, ...(device !== undefined && { device }) },
    authorize: () => true,
    channels: [
      { match: "room:*", presence: true, presenceGraceMs: 10_000, historyCount: 100 },
      { match: "~", historyCount: 100 },
    ],
    clock,
    // Time jumps here: nobody is to be dead of it.
    pingIntervalMs: 3_000_000,
    peerTimeoutMs: 3_600_000,
    awayAfterMs: 30_000,
    onOffline: (event) => events.push(event),
    ...options,
  });
  return { world, events };
}

async function enter({ port }: ServerWorld, token: string, device = `d-${token}`): Promise<SessionClient> {
  const channels = { "~": null, "room:1": null };
  const client = new SessionClient({ port, token, device, channels });
  clients.push(client);
  return client.untilLive();
}

let asked = 0;

/** Until the server has heard what the client said before. */
async function isHeard(client: SessionClient): Promise<void> {
  asked += 1;
  const number = asked;
  client.request(number, { kind: "members", channel: "room:1" });
  await client.until(() => client.of("settled").some(({ request }) => request === number));
}

async function hide(client: SessionClient): Promise<void> {
  client.input({ type: "pause", reason: "hidden" });
  await isHeard(client);
}

async function show(client: SessionClient): Promise<void> {
  client.input({ type: "unpause", reason: "hidden" });
  await isHeard(client);
}

async function usersIn({ server }: ServerWorld): Promise<string[]> {
  const { members } = await server.members("room:1");
  return members.map(({ user }) => user);
}

describe("presence of a hidden client", () => {
  test("leaves after the grace, and returns at shown", async () => {
    const clock = createManualClock();
    const { world } = await start(clock);
    const ann = await enter(world, "ann");
    const bob = await enter(world, "bob");
    await hide(ann);
    clock.advance(9_999);
    expect(await usersIn(world)).toEqual(["ann", "bob"]);
    clock.advance(1);
    expect(await usersIn(world)).toEqual(["bob"]);
    // It is still there for messages.
    await world.server.publish("room:1", "hello");
    await ann.until(() => ann.messages("room:1").length === 1);
    await show(ann);
    expect(await usersIn(world)).toEqual(["ann", "bob"]);
    const changes = (): unknown[] =>
      bob.of("presence").map(({ joined, left }) => ({
        joined: joined.map(({ user }) => user),
        left: left.map(({ user }) => user),
      }));
    const expected = [
      { joined: [], left: ["ann"] },
      { joined: ["ann"], left: [] },
    ];
    await expect.poll(() => changes().slice(-2)).toEqual(expected);
  });

  test("does not flap within the grace, whether it stays connected or not", async () => {
    const clock = createManualClock();
    const { world } = await start(clock);
    const ann = await enter(world, "ann");
    const bob = await enter(world, "bob");
    await isHeard(bob);
    const before = bob.of("presence").length;
    await hide(ann);
    clock.advance(9_000);
    await show(ann);
    clock.advance(20_000);
    await hide(ann);
    clock.advance(5_000);
    ann.cut();
    await ann.until(() => world.server.connectionCount === 1);
    clock.advance(4_000);
    const again = await enter(world, "ann");
    clock.advance(20_000);
    await isHeard(bob);
    expect(bob.of("presence").slice(before)).toEqual([]);
    await hide(again);
    clock.advance(5_000);
    again.cut();
    await again.until(() => world.server.connectionCount === 1);
    // The grace counts from hidden, not from the socket's end.
    clock.advance(5_000);
    expect(await usersIn(world)).toEqual(["bob"]);
  });

  test("does not flap where nobody in particular uses it, and comes back on another connection", async () => {
    const clock = createManualClock();
    const { world } = await start(clock, { authenticate: undefined, origins: undefined });
    const enterAs = async (device: string): Promise<SessionClient> => {
      const client = new SessionClient({ port: world.port, device, channels: { "room:1": null } });
      clients.push(client);
      return client.untilLive();
    };
    const ann = await enterAs("d-1");
    const bob = await enterAs("d-2");
    await isHeard(bob);
    const before = bob.of("presence").length;
    await hide(ann);
    ann.cut();
    await ann.until(() => world.server.connectionCount === 1);
    clock.advance(5_000);
    await enterAs("d-1");
    clock.advance(20_000);
    await isHeard(bob);
    expect(bob.of("presence").slice(before)).toEqual([]);
    expect((await world.server.members("room:1")).count).toBe(2);
  });

  test("enters what it subscribed to meanwhile when it is shown", async () => {
    const clock = createManualClock();
    const { world } = await start(clock);
    const ann = await enter(world, "ann");
    await hide(ann);
    ann.run(ann.machine.subscribe("room:2", null, Date.now()));
    await ann.until(() => ann.of("attached").some(({ channel }) => channel === "room:2"));
    expect((await world.server.members("room:2")).count).toBe(0);
    clock.advance(1_000);
    await show(ann);
    expect((await world.server.members("room:2")).count).toBe(1);
  });
});

describe("a user whose apps are all hidden", () => {
  test("is away awayAfterMs after that, though connected, and is told of once", async () => {
    const clock = createManualClock();
    const { world, events } = await start(clock);
    const ann = await enter(world, "ann");
    await hide(ann);
    const lastSeenAtMs = clock.now();
    clock.advance(10_000);
    await world.server.push({ user: "ann" }, "away");
    await settled();
    clock.advance(19_999);
    await settled();
    expect(events).toEqual([]);
    clock.advance(1);
    await settled();
    expect(events).toMatchObject([{ data: "away", reason: "away", isConnected: true, lastSeenAtMs }]);
  });

  test("is away from when it was hidden, not from when the phone ended the socket", async () => {
    const clock = createManualClock();
    const { world, events } = await start(clock);
    const ann = await enter(world, "ann");
    await hide(ann);
    const lastSeenAtMs = clock.now();
    await world.server.push({ user: "ann" }, "away");
    clock.advance(5_000);
    ann.cut();
    await ann.until(() => world.server.connectionCount === 0);
    await settled();
    clock.advance(25_000);
    await settled();
    expect(events).toMatchObject([{ data: "away", isConnected: false, lastSeenAtMs }]);
  });

  test("is not away where it was shown again in time, or another client of the user is there", async () => {
    const clock = createManualClock();
    const { world, events } = await start(clock);
    const ann = await enter(world, "ann");
    await hide(ann);
    await world.server.push({ user: "ann" }, "comes back");
    clock.advance(10_000);
    await show(ann);
    await hide(ann);
    clock.advance(25_000);
    await settled();
    expect(events).toEqual([]);
    clock.advance(60_000);
    const { client } = await world.enter("/", { authorization: "Bearer ann" });
    await world.server.push({ user: "ann" }, "a raw client never says that it is hidden");
    await settled();
    expect(events).toEqual([]);
    client.destroy();
    await ann.until(() => world.server.connectionCount === 1);
    await settled();
    clock.advance(30_000);
    await world.server.push({ user: "ann" }, "alone again");
    await settled();
    expect(events).toMatchObject([{ data: "alone again", isConnected: true }]);
  });
});

test("a client that flickers changes who is there once a second, to what it said last", async () => {
  const clock = createManualClock();
  const { world } = await start(clock);
  const ann = await enter(world, "ann");
  const hiddenSince = async (): Promise<unknown> =>
    (await world.server.connectionsOf("ann"))[0]?.hiddenSinceMs;
  await hide(ann);
  const first = clock.now();
  clock.advance(100);
  for (let n = 0; n < 10; n += 1) {
    await show(ann);
    await hide(ann);
  }
  await show(ann);
  expect(await hiddenSince()).toBe(first);
  for (let second = 0; second < 4; second += 1) clock.advance(1_000);
  expect(await hiddenSince()).toBeUndefined();
});

test("connectionsOf and the HTTP API tell since when a client is hidden", async () => {
  const clock = createManualClock();
  const { world } = await start(clock);
  const ann = await enter(world, "ann");
  const sessions = async (): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${world.port}/v1/users/ann/sessions`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    return ((await response.json()) as { sessions: unknown }).sessions;
  };
  const [before] = await world.server.connectionsOf("ann");
  expect(before).not.toHaveProperty("hiddenSinceMs");
  expect(await sessions()).toEqual([before]);
  clock.advance(1_000);
  await hide(ann);
  const hidden = { ...before, hiddenSinceMs: clock.now() };
  expect(await world.server.connectionsOf("ann")).toEqual([hidden]);
  expect(await sessions()).toEqual([hidden]);
  clock.advance(1_000);
  await show(ann);
  expect(await world.server.connectionsOf("ann")).toEqual([before]);
});
