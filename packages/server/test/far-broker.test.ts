import { describe, expect, test } from "vitest";
import { createMemoryBroker, RequestError, type Broker } from "../src/index.js";
import { createManualClock, type ManualClock } from "./broker/manual-clock.js";
import { RawClient, upgradeRequest } from "./raw-client.js";
import { bearer, byToken, type ServerWorld, settled, startServer } from "./server-world.js";

/** Raw clients of a node whose broker has to be asked, and may be away. */

/** A broker whose `attach` is done when the test says so, and what is attached to it. */
function heldBroker(): { broker: Broker; waiting: Array<() => void>; attached: Set<string> } {
  const memory = createMemoryBroker();
  const waiting: Array<() => void> = [];
  const attached = new Set<string>();
  const broker: Broker = Object.assign(Object.create(memory) as typeof memory, {
    attach: async (...parameters: Parameters<Broker["attach"]>) => {
      await new Promise<void>((resolve) => void waiting.push(resolve));
      attached.add(parameters[0]);
      return memory.attach(...parameters);
    },
    detach: (...parameters: Parameters<Broker["detach"]>) => {
      attached.delete(parameters[0]);
      return memory.detach(...parameters);
    },
  });
  return { broker, waiting, attached };
}

describe("a raw client of a broker in another process", () => {
  const enterSlowly = async (
    clock: ManualClock,
  ): Promise<ReturnType<typeof heldBroker> & { world: ServerWorld }> => {
    const held = heldBroker();
    const starting = startServer({
      broker: held.broker,
      clock,
      authenticate: byToken,
      requireIdentity: false,
      origins: ["*"],
      authorize: () => true,
    });
    await expect.poll(() => held.waiting.length).toBe(1);
    held.waiting.pop()!();
    return { ...held, world: await starting };
  };

  test("is let in once all that it is to hear is heard: nothing is published past it", async () => {
    const clock = createManualClock();
    const { world, waiting, attached } = await enterSlowly(clock);
    let isIn = false;
    const entering = world.enter("/?channels=room", bearer("ann:phone")).then((entered) => {
      isIn = true;
      return entered;
    });
    await expect.poll(() => waiting.length).toBe(3);
    waiting.pop()!();
    waiting.pop()!();
    await settled();
    expect(isIn).toBe(false);
    waiting.pop()!();
    const { client } = await entering;
    for (const target of [{ channel: "room" }, { user: "ann" }, { user: "ann", device: "phone" }])
      await world.server.push(target, Object.keys(target).join(" "));
    await client.until(() => client.texts.length === 3);
    expect(client.texts).toEqual(["channel", "user", "user device"]);
    // Who is in keeps the channels, and takes them along.
    clock.advance(5000);
    expect([...attached].toSorted()).toEqual(["#all", "#device ann phone", "#user ann", "room"]);
    client.destroy();
    await expect.poll(() => [...attached]).toEqual(["#all"]);
  });

  test("that goes away meanwhile leaves nothing behind", async () => {
    const clock = createManualClock();
    const { world, waiting, attached } = await enterSlowly(clock);
    const client = await RawClient.dial(world.port);
    client.socket.write(upgradeRequest("/?channels=room", bearer("ann")));
    await expect.poll(() => waiting.length).toBe(2);
    client.destroy();
    for (const done of waiting) done();
    await expect.poll(() => attached.size).toBe(3);
    clock.advance(2000);
    await expect.poll(() => [...attached]).toEqual(["#all"]);
  });

  test("waits for nobody where nothing is to be heard", async () => {
    const { world, waiting } = await enterSlowly(createManualClock());
    const { client } = await world.enter("/", { Origin: "https://a.example" });
    expect([client.status, waiting.length]).toEqual([101, 0]);
  });
});

test("who joins while the broker is away hears what is published when it is back", async () => {
  const clock = createManualClock();
  const memory = createMemoryBroker({ clock });
  let isAway = false;
  let asked = 0;
  const broker: Broker = Object.assign(Object.create(memory) as typeof memory, {
    attach: async (...parameters: Parameters<Broker["attach"]>) => {
      asked += 1;
      if (isAway) throw new RequestError("unavailable", true, "broker: away");
      return memory.attach(...parameters);
    },
  });
  const options = { broker, clock, channels: [{ match: "*", historyCount: 10 }], authorize: () => true };
  const world = await startServer(options);
  isAway = true;
  const entering = ["live", "kept&last=5", "gone"].map((wish) => world.knock(`/?channels=${wish}`));
  await expect.poll(() => asked).toBe(4);
  // They are let in all the same, after a second.
  clock.advance(999);
  await expect.poll(() => asked).toBe(7);
  expect(world.server.connectionCount).toBe(0);
  clock.advance(1);
  const [client, other, gone] = (await Promise.all(entering)) as [RawClient, RawClient, RawClient];
  expect(world.server.connectionCount).toBe(3);
  gone.destroy();
  await expect.poll(() => world.server.connectionCount).toBe(2);
  // For whoever has left the broker is asked no more, after a second.
  clock.advance(1000);
  await settled();
  const before = asked;
  for (let round = 1; round <= 3; round += 1) {
    clock.advance(500);
    await expect.poll(() => asked).toBe(before + 2 * round);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(world.errors).toHaveLength(3);
  await world.server.publish("kept", "before");
  isAway = false;
  clock.advance(500);
  await other.until(() => other.texts.length === 1);
  await world.server.publish("live", 1);
  await world.server.publish("kept", 2);
  await client.until(() => client.texts.length === 1);
  await other.until(() => other.texts.length === 2);
  expect([client.texts, other.texts]).toEqual([["1"], ["before", "2"]]);
});
