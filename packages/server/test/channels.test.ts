import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Broker, ChannelRule, PresenceEvent } from "../src/index.js";
import { createMemoryBroker } from "../src/index.js";
import { ChannelRules } from "../src/channel-rules.js";
import { createManualClock } from "./broker/manual-clock.js";
import { bearer, byToken, settled, startServer } from "./server-world.js";

describe("rules", () => {
  test("the first that matches is the channel's", () => {
    const rules = new ChannelRules(
      [
        { match: "room:1", historyCount: 1 },
        { match: "room:*", historyCount: 2 },
        { match: "*:log", historyCount: 3 },
        { match: "~", historyCount: 4 },
      ],
      "memory",
    );
    const counts = ["room:1", "room:12", "room:", "room", "app:log", "room:log", "appxlog", "a.log"].map(
      (name) => rules.of(name).policy.historyCount,
    );
    expect(counts).toEqual([1, 2, 2, 0, 3, 2, 0, 0]);
    expect(rules.inbox.policy.historyCount).toBe(4);
  });

  test.each<[ChannelRule, string]>([
    [{ match: "a b" }, 'channels[0].match: expected a channel name with * for any characters, got "a b"'],
    [{ match: "" }, 'channels[0].match: expected a channel name with * for any characters, got ""'],
    [{ match: "#*" }, 'channels[0].match: expected a channel name with * for any characters, got "#*"'],
    [
      { match: "a", historyCount: -1 },
      "channels[0].historyCount: expected an integer from 0 to 1000000, got -1",
    ],
    [
      { match: "a", historyAgeMs: 0 },
      "channels[0].historyAgeMs: expected an integer from 1 to 3153600000000, got 0",
    ],
    [
      { match: "a", flushIntervalMs: 0.5 },
      "channels[0].flushIntervalMs: expected an integer from 0 to 60000, got 0.5",
    ],
    [{ match: "a", durability: "disk" }, "channels[0].durability: the broker reaches memory, disk was asked"],
    [
      { match: "a", durability: "paper" as "disk" },
      "channels[0].durability: expected memory, disk or fsync, got paper",
    ],
  ])("%j is refused when the server is made", (rule, message) => {
    expect(() => new ChannelRules([rule], "memory")).toThrow(message);
  });

  test("a publication above maxDataBytes is refused, in bytes of UTF-8", async () => {
    const { server } = await startServer({ channels: [{ match: "small", maxDataBytes: 6 }] });
    await server.publish("small", "再见");
    await expect(server.publish("small", "再见!")).rejects.toMatchObject({
      code: "too-large",
      retryable: false,
    });
    await expect(server.publish("small", Buffer.alloc(7))).rejects.toMatchObject({ code: "too-large" });
  });

  test("flushIntervalMs gathers publications over turns of the event loop", async () => {
    const clock = createManualClock();
    const world = await startServer({ clock, channels: [{ match: "slow", flushIntervalMs: 500 }] });
    const { client, connection } = await world.enter();
    const { client: lateClient, connection: late } = await world.enter();
    connection.join("slow");
    await world.server.publish("slow", "a");
    await settled();
    await world.server.publish("slow", "b");
    await settled();
    expect(client.texts).toEqual([]);
    clock.advance(500);
    await client.until(() => client.texts.length === 2);
    // Who comes or goes in between gets what is theirs, in time.
    await world.server.publish("slow", "c");
    late.join("slow");
    await world.server.publish("slow", "d");
    connection.leave("slow");
    await world.server.publish("slow", "e");
    await client.until(() => client.texts.length === 4);
    clock.advance(500);
    await lateClient.until(() => lateClient.texts.length === 2);
    expect(client.texts).toEqual(["a", "b", "c", "d"]);
    expect(lateClient.texts).toEqual(["d", "e"]);
  });
});

describe("push", () => {
  test("reaches a user, one of its devices, a channel, or everybody", async () => {
    const world = await startServer({ authenticate: byToken });
    const phone = await world.enter("/", bearer("ann:phone"));
    const tablet = await world.enter("/", bearer("ann:tablet"));
    const bob = await world.enter("/", bearer("bob"));
    bob.connection.join("room");
    await world.server.push({ user: "ann" }, "to ann");
    await world.server.push({ user: "ann", device: "tablet" }, "to the tablet");
    await world.server.push({ channel: "room" }, "to the room");
    await world.server.push({ all: true }, { to: "all" });
    await world.server.push({ user: "ann", device: "nothing" }, "to nobody");
    const last = '{"to":"all"}';
    for (const { client } of [phone, tablet, bob]) await client.until(() => client.texts.includes(last));
    expect(phone.client.texts).toEqual(["to ann", last]);
    expect(tablet.client.texts).toEqual(["to ann", "to the tablet", last]);
    expect(bob.client.texts).toEqual(["to the room", last]);
    expect(phone.connection.channels).toEqual([]);
    await expect(world.server.push({ channel: "~" }, 1)).rejects.toThrow(TypeError);
  });

  test("to everybody keeps the order with what was published before and after", async () => {
    const world = await startServer({ channels: [{ match: "slow", flushIntervalMs: 1000 }] });
    const { client, connection } = await world.enter();
    connection.join("room");
    connection.join("slow");
    connection.send("1");
    void world.server.publish("room", "2");
    void world.server.publish("slow", "3");
    void world.server.push({ all: true }, "4");
    connection.send("5");
    void world.server.publish("room", "6");
    await client.until(() => client.texts.length === 6);
    expect(client.texts.toSorted()).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(client.texts.indexOf("4")).toBe(3);
  });

  test("an inbox keeps its last hundred, a channel without a rule nothing", async () => {
    const broker = createMemoryBroker();
    const world = await startServer({ broker, authenticate: byToken });
    for (let n = 0; n < 120; n += 1) await world.server.push({ user: "ann" }, n);
    await world.server.publish("room", 1);
    const inbox = broker.history({ channel: "#user ann", direction: "backward", limit: 1000 });
    expect(inbox.publications).toHaveLength(100);
    expect((await world.server.history("room")).status).toBe("ok");
    expect((await world.server.history("room")).publications).toEqual([]);
    await broker.close();
  });

  test("a key takes effect once", async () => {
    const world = await startServer();
    const { client, connection } = await world.enter();
    connection.join("room");
    const first = await world.server.publish("room", "a", { key: "k1" });
    const second = await world.server.publish("room", "b", { key: "k1" });
    await world.server.publish("room", "c");
    await client.until(() => client.texts.length === 2);
    expect(second).toEqual({ ...first, duplicate: true });
    expect(client.texts).toEqual(["a", "c"]);
  });
});

describe("history", () => {
  const channels = [{ match: "room", historyCount: 10 }];

  test("is read in pages, backward from the newest and forward from a position", async () => {
    const { server } = await startServer({ channels });
    const positions: string[] = [];
    for (let n = 1; n <= 12; n += 1) positions.push((await server.publish("room", { n })).position);
    const data = async (options: Parameters<typeof server.history>[1]): Promise<unknown[]> =>
      (await server.history("room", options)).publications.map((publication) => publication.data);
    expect(await data({ limit: 3 })).toEqual(['{"n":12}', '{"n":11}', '{"n":10}']);
    expect(await data({ before: positions[9], limit: 2 })).toEqual(['{"n":9}', '{"n":8}']);
    expect(await data({ after: positions[9] })).toEqual(['{"n":11}', '{"n":12}']);
    expect((await server.history("room", { after: positions[0] })).status).toBe("trimmed");
    await expect(server.history("~")).rejects.toThrow(TypeError);
  });

  test("goes to a raw client that asks for the last few, oldest first, and then goes on", async () => {
    const world = await startServer({ channels, authorize: () => true });
    for (let n = 1; n <= 5; n += 1) await world.server.publish("room", String(n));
    const { client } = await world.enter("/?channels=room&last=3");
    await client.until(() => client.texts.length === 3);
    await world.server.publish("room", "6");
    await client.until(() => client.texts.length === 4);
    expect(client.texts).toEqual(["3", "4", "5", "6"]);
  });

  test("goes to a raw client from a position on; a position that is gone replays nothing", async () => {
    const world = await startServer({ channels, authorize: () => true });
    const { position } = await world.server.publish("room", "1");
    await world.server.publish("room", "2");
    const { client } = await world.enter(`/?channels=room&after=${position}`);
    const { client: lost } = await world.enter("/?channels=room&after=1-00000000");
    await client.until(() => client.texts.length === 1);
    await world.server.publish("room", "3");
    for (const each of [client, lost]) await each.until(() => each.texts.includes("3"));
    expect(client.texts).toEqual(["2", "3"]);
    expect(lost.texts).toEqual(["3"]);
  });

  test("joinWithHistory says how it went, and refuses what cannot be", async () => {
    const world = await startServer({ channels: [{ match: "room", historyCount: 2000 }] });
    const { client, connection } = await world.enter();
    const { position } = await world.server.publish("room", "1");
    expect(await connection.joinWithHistory("none", { last: 3 })).toBe("ok");
    expect(await connection.joinWithHistory("none", { after: "1-00000000" })).toBe("no-history");
    expect(await connection.joinWithHistory("room", { after: "9-00000000" })).toBe("fork");
    for (let n = 0; n < 1001; n += 1) await world.server.publish("room", "x");
    connection.leave("room");
    expect(await connection.joinWithHistory("room", { after: position })).toBe("too-many");
    await expect(connection.joinWithHistory("a b", { last: 1 })).rejects.toThrow(TypeError);
    connection.terminate();
    await client.untilClosed();
    await expect(connection.joinWithHistory("room", { last: 1 })).rejects.toThrow("connection: closed");
  });

  test("and live publications meet without a hole and without a repetition, however slow the broker is", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        async (pauses, attachTurns, historyTurns) => {
          const world = await startServer({
            broker: slowly(createMemoryBroker(), attachTurns, historyTurns),
            channels: [{ match: "room", historyCount: 100 }],
            authorize: () => true,
          });
          await world.server.publish("room", "before");
          const entering = world.enter("/?channels=room&last=50");
          for (const [n, pause] of pauses.entries()) {
            for (let turn = 0; turn < pause; turn += 1) await new Promise((resolve) => setImmediate(resolve));
            await world.server.publish("room", String(n));
          }
          const { client } = await entering;
          await settled(10);
          await world.server.publish("room", "end");
          await client.until(() => client.texts.includes("end"));
          expect(client.texts).toEqual(["before", ...Array.from(pauses.keys(), String), "end"]);
          await world.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** A broker that answers `attach` and `history` some turns of the event loop later. */
function slowly(broker: Broker, attachTurns: number, historyTurns: number): Broker {
  const wait = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return new Proxy(broker, {
    get(target, name) {
      if (name === "attach") {
        return async (...args: Parameters<Broker["attach"]>) => {
          await wait(attachTurns);
          await target.attach(...args);
        };
      }
      if (name === "history") {
        return async (...args: Parameters<Broker["history"]>) => {
          await wait(historyTurns);
          const page = await target.history(...args);
          await wait(historyTurns);
          return page;
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("presence", () => {
  const options = {
    authenticate: byToken,
    channels: [{ match: "room", presence: true, presenceGraceMs: 5000 }],
  };

  test("tells who is in a channel, with what they want to show, and who comes and goes", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...options, clock });
    const events: string[] = [];
    world.server.on("presence", (event: PresenceEvent) => events.push(`${event.type} ${event.memberId}`));
    const ann = await world.enter("/", bearer("ann:phone"));
    const bob = await world.enter("/", bearer("bob"));
    ann.connection.join("room", { info: { name: "Ann" } });
    bob.connection.join("room");
    bob.connection.join("elsewhere");
    expect((await world.server.members("room")).members).toEqual([
      { memberId: "ann phone", connectionId: ann.connection.id, user: "ann", info: '{"name":"Ann"}' },
      { memberId: "bob", connectionId: bob.connection.id, user: "bob" },
    ]);
    expect((await world.server.members("elsewhere")).count).toBe(0);
    expect((await world.server.members("room", { limit: 0 })).count).toBe(2);
    ann.client.destroy();
    await expect.poll(() => world.server.connectionCount).toBe(1);
    clock.advance(3000);
    expect(events).toEqual(["join ann phone", "join bob"]);
    clock.advance(4000);
    expect(events).toEqual(["join ann phone", "join bob", "leave ann phone"]);
    expect((await world.server.members("room")).count).toBe(1);
  });

  test("who comes back within the grace was never away", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...options, clock, peerTimeoutMs: 3_600_000 });
    const events: string[] = [];
    const watcher = await world.enter("/", bearer("watcher"));
    watcher.connection.join("room");
    world.server.on("presence", (event) => events.push(event.type));
    const { connection } = await world.enter("/", bearer("ann:phone"));
    connection.join("room");
    connection.leave("room");
    clock.advance(3000);
    const again = await world.enter("/", bearer("ann:phone"));
    again.connection.join("room");
    clock.advance(600_000);
    expect(events).toEqual(["join"]);
    expect((await world.server.members("room")).members.map(({ connectionId }) => connectionId)).toContain(
      again.connection.id,
    );
  });

  test("a member stays as long as one of its connections does", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...options, clock, peerTimeoutMs: 3_600_000, closeTimeoutMs: 1000 });
    const one = await world.enter("/", bearer("ann:phone"));
    const two = await world.enter("/", bearer("ann:phone"));
    one.connection.join("room");
    two.connection.join("room");
    two.connection.leave("room");
    clock.advance(100_000);
    expect((await world.server.members("room")).members).toEqual([
      { memberId: "ann phone", connectionId: one.connection.id, user: "ann" },
    ]);
    one.connection.leave("room");
    clock.advance(10_000);
    expect((await world.server.members("room")).count).toBe(0);
  });
});

describe("connections of a user", () => {
  test("are listed and closed on every node that shares the broker", async () => {
    const broker = createMemoryBroker();
    const east = await startServer({ broker, authenticate: byToken, nodeId: "east" });
    const west = await startServer({ broker, authenticate: byToken, nodeId: "west" });
    const phone = await east.enter("/", bearer("ann:phone"));
    const tablet = await west.enter("/", bearer("ann:tablet"));
    const bob = await west.enter("/", bearer("bob"));
    const infos = await west.server.connectionsOf("ann");
    expect(infos.map(({ id, node, device }) => [id, node, device])).toEqual([
      ["east-1", "east", "phone"],
      ["west-1", "west", "tablet"],
    ]);
    await west.server.disconnect({ user: "ann", device: "phone" }, { code: 4000, reason: "again" });
    await phone.client.until(() => phone.client.closeCode !== 0);
    expect([phone.client.closeCode, phone.client.closeReason]).toEqual([4000, "again"]);
    await east.server.disconnect({ user: "ann" });
    await tablet.client.until(() => tablet.client.closeCode !== 0);
    expect([tablet.client.closeCode, tablet.client.closeReason]).toEqual([4509, "kicked"]);
    await east.server.disconnect({ connection: bob.connection.id });
    await bob.client.until(() => bob.client.closeCode !== 0);
    for (const { client } of [phone, tablet, bob]) client.destroy();
    await expect.poll(() => west.server.connectionsOf("ann")).toEqual([]);
    await east.server.push({ all: true }, "anyone?");
    await Promise.all([east.close(), west.close()]);
    await broker.close();
  });

  test("publications, pushes and pushes to all cross the nodes", async () => {
    const broker = createMemoryBroker();
    const east = await startServer({ broker, authenticate: byToken });
    const west = await startServer({ broker, authenticate: byToken });
    const { client, connection } = await west.enter("/", bearer("ann"));
    connection.join("room");
    await east.server.publish("room", "1");
    await east.server.push({ user: "ann" }, "2");
    await east.server.push({ all: true }, "3");
    await client.until(() => client.texts.length === 3);
    expect(client.texts.toSorted()).toEqual(["1", "2", "3"]);
    expect(await west.server.channels()).toMatchObject({ channels: [{ channel: "room" }], more: false });
    await Promise.all([east.close(), west.close()]);
    await broker.close();
  });
});
