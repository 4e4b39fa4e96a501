import { afterEach, describe, expect, test } from "vitest";
import { createMemoryBroker, type PushServerOptions } from "../src/index.js";
import { startServer, type ServerWorld } from "./server-world.js";
import { SessionClient, type SessionClientOptions } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

const OPTIONS: PushServerOptions = {
  origins: ["*"],
  authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
};

const OWN = { "~": null, "~device": null, "~all": null };

async function enter({ port }: ServerWorld, options: Partial<SessionClientOptions>): Promise<SessionClient> {
  const client = new SessionClient({ port, channels: OWN, ...options });
  clients.push(client);
  return client.untilLive();
}

function heardBy(client: SessionClient): unknown[] {
  return Object.keys(OWN).map((name) => client.messages(name));
}

describe("a session client", () => {
  test("has what is pushed to its device and to everybody, beside raw clients, on every node", async () => {
    const broker = createMemoryBroker();
    const east = await startServer({ ...OPTIONS, broker, nodeId: "east" });
    const west = await startServer({ ...OPTIONS, broker, nodeId: "west" });
    const phone = await enter(east, { token: "ann", device: "phone" });
    const tablet = await enter(west, { token: "ann", device: "tablet" });
    const bob = await enter(west, { token: "bob", device: "phone" });
    const { client: raw } = await east.enter("/", { authorization: "Bearer raw" });
    await east.server.push({ user: "ann" }, "to ann");
    await east.server.push({ user: "ann", device: "tablet" }, "to her tablet");
    await west.server.push({ user: "ann", device: "phone" }, "to her phone");
    for (const n of [1, 2, 3]) await west.server.push({ all: true }, n);
    for (const client of [phone, tablet, bob]) await client.until(() => client.messages("~all").length === 3);
    await raw.until(() => raw.frames.length === 3);
    expect(heardBy(phone)).toEqual([["to ann"], ["to her phone"], [1, 2, 3]]);
    expect(heardBy(tablet)).toEqual([["to ann"], ["to her tablet"], [1, 2, 3]]);
    expect(heardBy(bob)).toEqual([[], [], [1, 2, 3]]);
    expect(raw.frames.map(({ payload }) => payload.toString())).toEqual(["1", "2", "3"]);
  });

  test("gets what its device missed, and is told a gap of what everybody had meanwhile", async () => {
    const world = await startServer(OPTIONS);
    const client = await enter(world, { token: "ann", device: "phone" });
    await world.server.push({ all: true }, 1);
    await world.server.push({ user: "ann", device: "phone" }, "first");
    await client.until(() => client.messages("~all").length + client.messages("~device").length === 2);
    client.cut();
    await client.until(() => world.server.connectionCount === 0);
    await world.server.push({ all: true }, 2);
    await world.server.push({ user: "ann", device: "phone" }, "second");
    client.input({ type: "unpause", reason: "offline" });
    await client.until(() => client.messages("~device").length === 2 && client.of("gap").length === 1);
    await world.server.push({ all: true }, 3);
    await client.until(() => client.messages("~all").length === 2);
    expect(client.messages("~all")).toEqual([1, 3]);
    expect(client.of("gap")).toMatchObject([{ channel: "~all", why: "no-history" }]);
  });

  test("that leaves ~all leaves the others there, and raw clients too", async () => {
    const world = await startServer(OPTIONS);
    const { client: raw } = await world.enter("/", { authorization: "Bearer raw" });
    const first = await enter(world, { token: "ann" });
    const second = await enter(world, { token: "bob" });
    first.cut();
    await first.until(() => world.server.connectionCount === 2);
    await world.server.push({ all: true }, 1);
    await second.until(() => second.messages("~all").length === 1);
    second.cut();
    await second.until(() => world.server.connectionCount === 1);
    await world.server.push({ all: true }, 2);
    await raw.until(() => raw.frames.length === 2);
    expect(second.messages("~all")).toEqual([1]);
  });

  test("that is nobody in particular has no inboxes, and no client publishes to any", async () => {
    const world = await startServer({ authorize: () => true });
    const client = await enter(world, {});
    const refused = (): unknown[] => client.of("refused").map(({ channel, error }) => [channel, error.code]);
    await expect.poll(refused).toEqual([
      ["~", "forbidden"],
      ["~device", "forbidden"],
    ]);
    await expect(world.server.publish("~all", 1)).rejects.toThrow("not starting with ~");
  });
});
