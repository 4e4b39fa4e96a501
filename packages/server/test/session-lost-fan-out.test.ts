import { afterEach, describe, expect, test } from "vitest";
import { createMemoryBroker, type Broker, type ChannelListener, type ChannelRule } from "../src/index.js";
import { createManualClock, type ManualClock } from "./broker/manual-clock.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

interface Deaf {
  readonly world: ServerWorld;
  readonly clock: ManualClock;
  /** What was asked of the broker, by its method. */
  readonly asked: Record<"positions" | "history", number>;
  /** The channels whose positions were asked for. */
  readonly askedFor: Set<string>;
  /** While it is, no publication reaches the node. */
  isDeaf: boolean;
}

async function start(rule: ChannelRule): Promise<Deaf> {
  const clock = createManualClock();
  const memory = createMemoryBroker({ clock });
  const asked = { positions: 0, history: 0 };
  const askedFor = new Set<string>();
  const listeners = new Map<ChannelListener, ChannelListener>();
  const deafened = (listener: ChannelListener): ChannelListener => {
    const known = listeners.get(listener) ?? {
      onPublication: (publication) => {
        if (!deaf.isDeaf) listener.onPublication(publication);
      },
      onPresence: (event) => listener.onPresence?.(event),
    };
    listeners.set(listener, known);
    return known;
  };
  const broker: Broker = new Proxy(memory, {
    get(target, name) {
      if (name === "attach")
        return (channel: string, listener: ChannelListener) => target.attach(channel, deafened(listener));
      if (name === "detach")
        return (channel: string, listener: ChannelListener) => target.detach(channel, deafened(listener));
      if (name === "positions") {
        return (channels: readonly string[]) => {
          asked.positions += 1;
          for (const channel of channels) askedFor.add(channel);
          return target.positions(channels);
        };
      }
      if (name === "history") asked.history += 1;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const world = await startServer({
    broker,
    clock,
    pingIntervalMs: 3_000_000,
    peerTimeoutMs: 3_600_000,
    authorize: () => true,
    channels: [rule],
  });
  const deaf: Deaf = { world, clock, asked, askedFor, isDeaf: false };
  return deaf;
}

async function enter({ port }: ServerWorld, device: string, names = ["room"]): Promise<SessionClient> {
  const channels = Object.fromEntries(names.map((name) => [name, null]));
  const client = new SessionClient({ port, device, channels });
  clients.push(client);
  return client.untilLive();
}

/** Long enough for every channel's turn. */
async function wait({ clock }: Deaf): Promise<void> {
  for (let step = 0; step < 15; step += 1) {
    clock.advance(1_200);
    await settled(1);
  }
}

describe("a publication that did not reach the node, and that nothing follows", () => {
  test("comes from history, read once for all members", async () => {
    const deaf = await start({ match: "room", historyCount: 100 });
    const { world, asked } = deaf;
    const [ann, bob] = [await enter(world, "d-1"), await enter(world, "d-2")];
    await world.server.publish("room", 1);
    await ann.until(() => ann.messages("room").length === 1);
    deaf.isDeaf = true;
    for (const n of [2, 3]) await world.server.publish("room", n);
    await settled();
    expect(ann.messages("room")).toEqual([1]);
    asked.history = 0;
    await wait(deaf);
    await ann.until(() => ann.messages("room").length === 3);
    await bob.until(() => bob.messages("room").length === 3);
    expect([ann.messages("room"), bob.messages("room")]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(asked.history).toBe(1);
    deaf.isDeaf = false;
    await world.server.publish("room", 4);
    await ann.until(() => ann.messages("room").length === 4);
    expect(ann.of("gap")).toEqual([]);
  });

  test("comes too where it is the first that the node was to hear", async () => {
    const deaf = await start({ match: "room", historyCount: 100 });
    const ann = await enter(deaf.world, "d-1");
    deaf.isDeaf = true;
    await deaf.world.server.publish("room", 1);
    await wait(deaf);
    await ann.until(() => ann.messages("room").length > 0);
    expect(ann.messages("room")).toEqual([1]);
  });

  test("comes where there are more than are read at once", async () => {
    const deaf = await start({ match: "room", historyCount: 1000 });
    const ann = await enter(deaf.world, "d-1");
    await deaf.world.server.publish("room", 0);
    await ann.until(() => ann.messages("room").length === 1);
    deaf.isDeaf = true;
    for (let n = 1; n <= 230; n += 1) await deaf.world.server.publish("room", n);
    await wait(deaf);
    await ann.until(() => ann.messages("room").length === 231);
    expect(ann.messages("room")).toEqual(Array.from({ length: 231 }, (_, n) => n));
  });

  test("is a gap where it is no longer kept, and where nothing is", async () => {
    const trimmed = await start({ match: "room", historyCount: 1 });
    const ann = await enter(trimmed.world, "d-1");
    await trimmed.world.server.publish("room", 1);
    await ann.until(() => ann.messages("room").length === 1);
    trimmed.isDeaf = true;
    for (const n of [2, 3]) await trimmed.world.server.publish("room", n);
    await wait(trimmed);
    await ann.until(() => ann.of("gap").length === 1);
    expect(ann.of("gap")).toMatchObject([{ channel: "room", why: "trimmed" }]);

    const ephemeral = await start({ match: "room", historyCount: 0 });
    const bob = await enter(ephemeral.world, "d-1");
    ephemeral.isDeaf = true;
    await ephemeral.world.server.publish("room", 1);
    await wait(ephemeral);
    await bob.until(() => bob.of("gap").length === 1);
    ephemeral.isDeaf = false;
    await ephemeral.world.server.publish("room", 2);
    await bob.until(() => bob.messages("room").length === 1);
    expect(bob.messages("room")).toEqual([2]);
  });
});

test("a quiet channel costs one question in a while, however many members it has, and none without members", async () => {
  const deaf = await start({ match: "room", historyCount: 100 });
  const { asked, world } = deaf;
  for (const device of ["d-1", "d-2", "d-3"]) await enter(world, device);
  await wait(deaf);
  asked.positions = 0;
  asked.history = 0;
  for (let round = 0; round < 4; round += 1) await wait(deaf);
  expect(asked.positions).toBeGreaterThan(2);
  expect(asked.positions).toBeLessThan(62);
  expect(asked.history).toBe(0);
  for (const client of clients) client.cut();
  await clients[0]!.until(() => world.server.connectionCount === 0);
  await wait(deaf);
  asked.positions = 0;
  await wait(deaf);
  expect(asked.positions).toBe(0);
});

test("many channels are asked for together: one question a step, and nobody is left out of a round", async () => {
  const deaf = await start({ match: "*", historyCount: 100 });
  const { asked, askedFor, world } = deaf;
  const names = Array.from({ length: 100 }, (_, index) => `room:${index}`);
  const client = await enter(world, "d-1", names);
  await client.until(() => client.of("attached").length === 100);
  asked.positions = 0;
  askedFor.clear();
  await wait(deaf);
  expect([...askedFor].filter((name) => name.startsWith("room")).length).toBe(100);
  expect(asked.positions).toBeLessThanOrEqual(15);
  deaf.isDeaf = true;
  await world.server.publish("room:7", 7);
  await world.server.publish("room:93", 93);
  await wait(deaf);
  await client.until(() => client.messages("room:93").length + client.messages("room:7").length === 2);
  expect(asked.history).toBe(2);
});
