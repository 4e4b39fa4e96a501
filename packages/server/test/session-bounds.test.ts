import { afterEach, describe, expect, test } from "vitest";
import { createMemoryBroker, type PushServerOptions } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import type { RawClient } from "./raw-client.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

const OPEN: PushServerOptions = {
  authorize: () => true,
  channels: [{ match: "live" }, { match: "*", historyCount: 100 }],
};

async function enter(world: ServerWorld, channel: string): Promise<SessionClient> {
  const client = new SessionClient({ port: world.port, channels: { [channel]: null } });
  clients.push(client);
  return client.untilLive();
}

interface Heard {
  readonly t: string;
  readonly d?: unknown;
  readonly p?: string;
  readonly why?: string;
  readonly name?: string;
}

/** A client by hand, which acknowledges nothing by itself. */
async function enterByHand(world: ServerWorld, channel: string): Promise<RawClient> {
  const client = await world.knock("/?weapp-socket=1");
  client.text(JSON.stringify({ t: "hello", id: 1, version: [1, 1], channels: { [channel]: null } }));
  await client.until(() => client.texts.length === 1);
  return client;
}

function heard(client: RawClient): Heard[] {
  return client.texts.flatMap((text) => JSON.parse(text) as Heard | Heard[]);
}

function numbers(client: RawClient): unknown[] {
  return heard(client).flatMap(({ t, d }) => (t === "message" ? [d] : []));
}

describe("what a session client can make the server hold", () => {
  test.each<[string, PushServerOptions, number]>([
    ["messages", { maxUnackedMessages: 4 }, 4],
    ["bytes", { maxUnackedBytes: 1024 }, 3],
  ])("%s that it does not acknowledge are bounded: the rest waits in history", async (_name, limit, most) => {
    const world = await startServer({ ...OPEN, ...limit });
    const client = await enterByHand(world, "room");
    const data = (n: number): string => `${n}${".".repeat(300)}`;
    for (let n = 1; n <= 10; n += 1) {
      await world.server.publish("room", data(n));
      await settled(2);
    }
    await client.until(() => numbers(client).length === most);
    await settled();
    expect(numbers(client)).toHaveLength(most);
    for (let tries = 0; tries < 10 && numbers(client).length < 10; tries += 1) {
      const before = numbers(client).length;
      const { p } = heard(client).findLast(({ t }) => t === "message")!;
      client.text(JSON.stringify({ t: "ack", c: { room: p } }));
      await client.until(() => numbers(client).length > before);
    }
    expect(numbers(client)).toEqual(Array.from({ length: 10 }, (_, index) => data(index + 1)));
    expect(heard(client).some(({ t }) => t === "gap")).toBe(false);
  });

  test("of a channel without history it is told a gap instead", async () => {
    const world = await startServer({ ...OPEN, maxUnackedMessages: 4 });
    const client = await enterByHand(world, "live");
    for (let n = 1; n <= 10; n += 1) {
      await world.server.publish("live", n);
      await settled(2);
    }
    await client.until(() => numbers(client).length === 4);
    const { p } = heard(client).findLast(({ t }) => t === "message")!;
    client.text(JSON.stringify({ t: "ack", c: { live: p } }));
    await client.until(() => heard(client).some(({ t }) => t === "gap"));
    expect(heard(client).find(({ t }) => t === "gap")?.why).toBe("slow");
    await world.server.publish("live", 11);
    await client.until(() => numbers(client).length === 5);
    expect(numbers(client)).toEqual([1, 2, 3, 4, 11]);
  });

  test("a replay is bounded: more is a gap", async () => {
    const world = await startServer({ ...OPEN, maxReplayMessages: 3 });
    const client = await enter(world, "room");
    client.cut();
    for (let n = 1; n <= 4; n += 1) await world.server.publish("room", n);
    client.input({ type: "unpause", reason: "offline" });
    await client.until(() => client.of("gap").length === 1);
    expect(client.of("gap")).toMatchObject([{ channel: "room", why: "too-many" }]);
    expect(client.messages("room")).toEqual([]);
  });

  test("a session is kept for sessionTtlMs, and nothing is lost without it", async () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock });
    const world = await startServer({ ...OPEN, broker, sessionTtlMs: 60_000 });
    const client = await enter(world, "room");
    client.cut();
    await world.server.publish("room", 1);
    clock.advance(60_000);
    client.input({ type: "unpause", reason: "offline" });
    await client.until(() => client.messages("room").length === 1);
    const sessions = client.of("session").map(({ session }) => session);
    expect(new Set(sessions).size).toBe(2);
    expect(client.of("gap")).toEqual([]);
    await broker.close();
  });

  test("messages in a second are bounded, and the bye says so", async () => {
    // Its time stands still: however long they take to come, the messages come within a second.
    const world = await startServer({ ...OPEN, clock: createManualClock(), maxMessagesPerSecond: 1 });
    const client = await enterByHand(world, "room");
    for (let n = 1; n <= 12; n += 1) client.text(`{"t":"ping","id":${n}}`);
    await client.until(() => client.closeCode !== 0);
    expect(client.closeCode).toBe(4029);
    expect(heard(client).at(-1)).toMatchObject({ t: "bye", name: "rate-limited" });
  });

  test("a message's size is bounded, and the bye says so", async () => {
    const world = await startServer({ ...OPEN, maxMessageBytes: 1000 });
    const client = await enterByHand(world, "room");
    client.text(`{"t":"ping","id":1,"more":"${"x".repeat(1000)}"}`);
    await client.until(() => client.closeCode !== 0);
    expect(client.closeCode).toBe(4513);
    expect(heard(client).at(-1)).toMatchObject({ t: "bye", name: "too-large" });
  });
});
