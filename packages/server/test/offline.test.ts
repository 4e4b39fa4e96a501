import { afterEach, describe, expect, test } from "vitest";
import { createMemoryBroker, type Broker, type OfflineEvent, type PushServerOptions } from "../src/index.js";
import { createManualClock, type ManualClock } from "./broker/manual-clock.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";
import { startReceiver, WEBHOOK_SECRET } from "./webhook-receiver.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

interface Heard {
  readonly world: ServerWorld;
  readonly events: OfflineEvent[];
}

async function start(
  clock: ManualClock,
  options: PushServerOptions & { broker?: Broker } = {},
): Promise<Heard> {
  const events: OfflineEvent[] = [];
  const world = await startServer({
    origins: ["*"],
    authenticate: (_handshake, { token, device }) =>
      token === undefined ? undefined : { user: token, ...(device !== undefined && { device }) },
    channels: [{ match: "~", historyCount: 100 }],
    clock,
    // Time jumps here: nobody is to be dead of it.
    pingIntervalMs: 3_000_000,
    peerTimeoutMs: 3_600_000,
    onOffline: (event) => events.push(event),
    ...options,
  });
  return { world, events };
}

async function enter({ port }: ServerWorld, device = "d-1"): Promise<SessionClient> {
  const client = new SessionClient({ port, token: "ann", device, channels: { "~": null } });
  clients.push(client);
  return client.untilLive();
}

async function leave({ server }: ServerWorld, client: SessionClient): Promise<void> {
  client.cut();
  await client.until(() => server.connectionCount === 0);
}

describe("a push to a user who is away", () => {
  test("is told once, with what a message by another way needs", async () => {
    const clock = createManualClock();
    const receiver = await startReceiver();
    const webhook = { url: receiver.url, secret: WEBHOOK_SECRET };
    const { world, events } = await start(clock, { webhook });
    const { position } = await world.server.push({ user: "ann" }, { order: 9 }, { key: "order-9" });
    await world.server.push({ user: "ann" }, { order: 9 }, { key: "order-9" });
    await world.server.push({ user: "ann", device: "d-1" }, new Uint8Array([1, 2]));
    await world.server.publish("room", "to nobody in particular");
    await world.server.push({ all: true }, "to all");
    await settled();
    const facts = {
      isConnected: false,
      reason: "away",
      user: "ann",
      pushedAtMs: clock.now(),
      lastSeenAtMs: null,
    };
    const [first, second] = events;
    expect(events.length).toBe(2);
    expect(first).toEqual({ ...facts, position, key: "order-9", data: { order: 9 } });
    expect(second).toMatchObject({ ...facts, device: "d-1", data: new Uint8Array([1, 2]) });
    await expect.poll(() => receiver.events.length).toBe(2);
    expect(receiver.events.map(({ type }) => type)).toEqual(["push.offline", "push.offline"]);
    expect(receiver.events[0]?.data).toEqual(first);
    expect(receiver.events[1]?.data).toMatchObject({ device: "d-1", base64: "AQI=" });
  });

  test("is told when it has been away for awayAfterMs, unless it came back", async () => {
    const clock = createManualClock();
    const { world, events } = await start(clock, { awayAfterMs: 30_000 });
    const client = await enter(world);
    await world.server.push({ user: "ann" }, "is here");
    await settled();
    await leave(world, client);
    const lastSeenAtMs = clock.now();
    await settled();
    clock.advance(10_000);
    await world.server.push({ user: "ann" }, "is away");
    await settled();
    clock.advance(19_999);
    await settled();
    expect(events).toEqual([]);
    clock.advance(1);
    await settled();
    expect(events).toMatchObject([{ data: "is away", reason: "away", lastSeenAtMs }]);

    const other = await enter(world);
    await leave(world, other);
    await settled();
    clock.advance(10_000);
    await world.server.push({ user: "ann" }, "comes back");
    const again = await enter(world);
    await leave(world, again);
    await settled();
    clock.advance(60_000);
    await settled();
    expect(events.length).toBe(1);
  });

  test("is told for a device that is away while another of the user's is not", async () => {
    const { world, events } = await start(createManualClock());
    await enter(world, "d-1");
    await world.server.push({ user: "ann", device: "d-1" }, 1);
    await world.server.push({ user: "ann", device: "d-2" }, 2);
    await settled();
    expect(events).toMatchObject([{ device: "d-2", data: 2 }]);
  });
});

describe("a push that expires", () => {
  test("is told where nobody has received it, though somebody is connected", async () => {
    const clock = createManualClock();
    const receiver = await startReceiver();
    const webhook = { url: receiver.url, secret: WEBHOOK_SECRET };
    const { world, events } = await start(clock, { webhook });
    await world.enter("/", { authorization: "Bearer ann" });
    await world.server.push({ user: "ann" }, "news", { ttlMs: 5000 });
    await world.server.push({ user: "ann" }, "for as long as it takes");
    await settled();
    clock.advance(4999);
    await settled();
    expect(events).toEqual([]);
    clock.advance(1);
    await settled();
    expect(events).toMatchObject([{ reason: "expired", data: "news", isConnected: true }]);
    expect(events[0]).not.toHaveProperty("key");
    await expect.poll(() => receiver.events.length).toBe(2);
    expect(receiver.events.map(({ type }) => type)).toEqual(["receipt.expired", "push.offline"]);
  });

  test("is not told where it was received, on another node as well", async () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock });
    const east = await start(clock, { broker, nodeId: "east" });
    const west = await start(clock, { broker, nodeId: "west" });
    const client = await enter(west.world);
    await east.world.server.push({ user: "ann" }, "news", { ttlMs: 5000 });
    await client.until(() => client.messages("~").length === 1);
    await client.until(() => client.of("send").some(({ text }) => text.includes('"t":"ack"')));
    await settled();
    clock.advance(5000);
    await settled();
    expect([...east.events, ...west.events]).toEqual([]);
  });

  test("tells of a time that no timer of Node holds, at its end", async () => {
    const clock = createManualClock();
    const { world, events } = await start(clock);
    await world.enter("/", { authorization: "Bearer ann" });
    await world.server.push({ user: "ann" }, "news", { ttlMs: 30 * 86_400_000 });
    for (let day = 0; day < 29; day += 1) clock.advance(86_400_000);
    await settled();
    expect(events).toEqual([]);
    clock.advance(86_400_000);
    await settled();
    expect(events).toMatchObject([{ reason: "expired" }]);
  });
});

test("a hook that fails reaches error, and harms no push", async () => {
  const { world } = await start(createManualClock(), {
    onOffline: () => Promise.reject(new Error("the hook is broken")),
  });
  await world.server.push({ user: "ann" }, 1);
  await world.server.push({ user: "ann" }, 2);
  await expect.poll(() => world.errors.map(String)).toEqual(Array(2).fill("Error: the hook is broken"));
});

test("pushes that are waited for are bounded, and counted beyond it", async () => {
  const clock = createManualClock();
  const { world, events } = await start(clock, { maxWatchedPushes: 2 });
  await world.enter("/", { authorization: "Bearer ann" });
  for (let n = 0; n < 3; n += 1) await world.server.push({ user: "ann" }, n, { ttlMs: 1000 });
  clock.advance(1000);
  await expect.poll(() => events.map(({ data }) => data)).toEqual([0, 1]);
  expect(world.server.stats.limited.get("maxWatchedPushes")).toBe(1);
});
