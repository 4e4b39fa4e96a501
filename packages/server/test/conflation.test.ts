import { afterEach, describe, expect, test } from "vitest";
import { ChannelRules } from "../src/channel-rules.js";
import { parseConfig, type PushServerOptions } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient, type SessionClientOptions } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

const prices: PushServerOptions = {
  authorize: () => true,
  channels: [{ match: "price:*", conflate: true }],
};

async function enter(
  world: ServerWorld,
  options: Partial<SessionClientOptions> = {},
): Promise<SessionClient> {
  const client = new SessionClient({ port: world.port, ...options });
  clients.push(client);
  return client.untilLive();
}

async function publish({ server }: ServerWorld, from: number, to: number): Promise<string> {
  let position = "";
  for (let n = from; n <= to; n += 1) ({ position } = await server.publish("price:a", n));
  return position;
}

/** Messages of the protocol by type, of the frames that came after the first `from`. */
function types(client: SessionClient, from: number): unknown[] {
  return client.frames
    .slice(from)
    .flatMap((text) => JSON.parse(text) as { t: string })
    .map(({ t }) => t);
}

describe("a conflated channel", () => {
  test("raw and session clients get the newest of each interval, over several turns, and no gap", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...prices, clock });
    const { client: raw, connection } = await world.enter();
    connection.join("price:a");
    const client = await enter(world, { channels: { "price:a": null } });
    const before = client.frames.length;
    await publish(world, 1, 30);
    await settled();
    await publish(world, 31, 60);
    await settled();
    expect(raw.texts).toEqual([]);
    expect(client.messages("price:a")).toEqual([]);
    clock.advance(100);
    await client.until(() => client.messages("price:a").length === 1);
    await raw.until(() => raw.texts.length === 1);
    // One alone needs no skip.
    await publish(world, 61, 61);
    clock.advance(100);
    await client.until(() => client.messages("price:a").length === 2);
    await raw.until(() => raw.texts.length === 2);
    expect(client.messages("price:a")).toEqual([60, 61]);
    expect(raw.texts).toEqual(["60", "61"]);
    expect(types(client, before)).toEqual(["skip", "message", "message"]);
    expect(client.of("gap")).toEqual([]);
    expect(client.of("state").filter(({ state }) => state === "live")).toHaveLength(1);
  });

  test("who was away gets the newest, and no gap, however much was published meanwhile", async () => {
    const world = await startServer({ ...prices, maxReplayMessages: 2 });
    const client = await enter(world, { channels: { "price:a": null } });
    await publish(world, 1, 1);
    await client.until(() => client.messages("price:a").length === 1);
    client.cut();
    await publish(world, 2, 500);
    client.input({ type: "unpause", reason: "offline" });
    await client.untilLive();
    await client.until(() => client.messages("price:a").length === 2);
    await publish(world, 501, 501);
    await client.until(() => client.messages("price:a").length === 3);
    expect(client.messages("price:a")).toEqual([1, 500, 501]);
    expect(client.of("gap")).toEqual([]);
  });

  test("who acknowledges slowly gets the newest when there is room", async () => {
    const world = await startServer({
      ...prices,
      channels: [{ match: "price:*", conflate: true, flushIntervalMs: 0 }],
      maxUnackedMessages: 2,
    });
    const client = await enter(world, { channels: { "price:a": null } });
    client.socket!.pause();
    for (let n = 1; n <= 20; n += 1) {
      await publish(world, n, n);
      await settled(5);
    }
    client.socket!.resume();
    await client.until(() => client.messages("price:a").length === 3);
    expect(client.messages("price:a")).toEqual([1, 2, 20]);
    expect(client.of("gap")).toEqual([]);
  });

  test("keeps the newest alone, for who comes and asks for it", async () => {
    const world = await startServer(prices);
    await publish(world, 1, 5);
    const { publications } = await world.server.history("price:a");
    expect(publications.map(({ data }) => data)).toEqual(["5"]);
    const raw = await world.knock("/?channels=price:a&last=1");
    await raw.until(() => raw.texts.length === 1);
    expect(raw.texts).toEqual(["5"]);
  });

  test("whose newest has expired tells a gap to who was behind", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...prices, clock });
    const position = await publish(world, 1, 1);
    await publish(world, 2, 2);
    await world.server.publish("price:a", 3, { ttlMs: 1000 });
    clock.advance(1001);
    const client = await enter(world, { channels: { "price:a": position } });
    await client.until(() => client.of("gap").length === 1);
    expect(client.of("gap")).toMatchObject([{ channel: "price:a", why: "trimmed" }]);
  });

  test.each([
    [
      { match: "a", conflate: true, historyCount: 2 },
      "channels[0].historyCount of what conflates: expected an integer from 1 to 1",
    ],
    [{ match: "~", conflate: true }, "channels[0].conflate: expected a channel, not the inboxes"],
  ])("%j is refused when the server is made", (rule, message) => {
    expect(() => new ChannelRules([rule], "memory")).toThrow(message);
  });

  test("in a configuration file", () => {
    const channels = [{ match: "price:*", conflate: true, flushIntervalMs: 250 }];
    expect(parseConfig({ channels }, {})).toEqual({ channels });
  });
});
