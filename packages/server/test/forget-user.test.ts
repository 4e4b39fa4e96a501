import { join } from "node:path";
import { open } from "lmdb";
import { afterEach, describe, expect, test } from "vitest";
import { openLmdbBroker } from "../src/broker/lmdb/broker.js";
import { createMemoryBroker, type OfflineEvent, type PushServerOptions } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { useTemporaryFolders } from "./broker/temporary-folder.js";
import { startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const ANN = "ann-whom-nobody-knows";
const PHONE = "phone-of-ann";
const key = "k".repeat(16);
const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

function start(options: PushServerOptions): Promise<ServerWorld> {
  return startServer({
    adminKey: key,
    authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
    authorize: () => true,
    channels: [
      { match: "room", historyCount: 10, clientPublish: true },
      { match: "~", historyCount: 10 },
    ],
    methods: { greet: (_data, { user }) => `hello ${user}` },
    onOffline: () => {},
    ...options,
  });
}

async function enter({ port }: ServerWorld, token: string, device: string): Promise<SessionClient> {
  const client = new SessionClient({
    port,
    token,
    device,
    channels: { "~": null, "~device": null, room: null },
  });
  clients.push(client);
  return client.untilLive();
}

/** Leaves of the user whatever a user can leave. Answers the receipt of a push. */
async function live(world: ServerWorld, user: string, device: string): Promise<string> {
  const { server } = world;
  const client = await enter(world, user, device);
  client.request(1, { kind: "call", method: "greet", key: "call-1", data: user });
  await client.until(() => client.of("settled").length === 1);
  const { receipt } = await server.push({ user }, `to ${user}`, { receipt: true, key: `for ${user}` });
  await server.push({ user, device }, `to ${device}`, { receipt: true, ttlMs: 60_000 });
  await client.until(() => client.messages("~").length + client.messages("~device").length === 2);
  await server.tickets.mint({ user });
  return receipt!;
}

describe("a user who is forgotten", () => {
  const makeFolder = useTemporaryFolders();

  test("is sent away on every node, and nothing of them is left; of others everything is", async () => {
    const broker = createMemoryBroker();
    const [east, west] = [await start({ broker, nodeId: "east" }), await start({ broker, nodeId: "west" })];
    const annsReceipt = await live(east, ANN, PHONE);
    const bobsReceipt = await live(west, "bob", "phone-of-bob");
    const raw = await west.enter(`/?ticket=${ANN}`);
    const [ann, bob] = clients as [SessionClient, SessionClient];
    const { ticket } = await east.server.tickets.mint({ user: ANN });
    const answer = await fetch(`http://127.0.0.1:${west.port}/v1/users/${ANN}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${key}` },
    });
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    await raw.client.until(() => raw.client.closeCode !== 0);
    expect([raw.client.closeCode, raw.client.closeReason]).toEqual([4509, "forgotten"]);
    raw.client.destroy();
    await ann.until(() => ann.machine.state === "ended");
    expect(ann.closeCode).toBe(4509);
    await expect.poll(() => east.server.connectionsOf(ANN)).toEqual([]);

    expect(await east.server.receipt(annsReceipt)).toBeUndefined();
    expect(await east.server.receipt(bobsReceipt)).toMatchObject({
      state: expect.stringMatching(/./) as string,
    });
    expect(broker.records.takeOwned(ANN)).toEqual([]);
    const inboxes = broker.channels({ prefix: "#", limit: 100 }).channels.map(({ channel }) => channel);
    expect(inboxes.filter((name) => name.includes(ANN))).toEqual([]);
    expect(inboxes).toContain("#user bob");
    await expect(east.server.tickets.authenticate({} as never, { token: ticket })).rejects.toThrow(
      /^ticket: expected/,
    );
    // Bob has noticed nothing.
    await west.server.push({ user: "bob" }, "still here");
    await bob.until(() => bob.messages("~").includes("still here"));
    expect(bob.of("gap")).toEqual([]);
  });

  test("who comes back begins anew: no session, nothing of the inbox, and is told of a gap", async () => {
    const world = await start({});
    await live(world, ANN, PHONE);
    const [ann] = clients as [SessionClient];
    const { session, secret } = ann.of("session")[0]!;
    const position = ann.of("message").find(({ message }) => message.c === "~")!.message.p;
    await world.server.forgetUser(ANN);
    await ann.until(() => ann.machine.state === "ended");
    await world.server.push({ user: ANN }, "new");
    const again = new SessionClient({
      port: world.port,
      token: ANN,
      device: PHONE,
      channels: { "~": position },
      session: { session, secret },
    });
    clients.push(again);
    await again.untilLive();
    await again.until(() => again.of("gap").length === 1);
    expect(again.of("session")[0]!.session).not.toBe(session);
    expect(again.messages("~")).not.toContain(`to ${ANN}`);
  });

  test("leaves no trace in a store, not of their name, device or messages", async () => {
    const path = makeFolder();
    const broker = await openLmdbBroker({ path });
    const world = await start({ broker });
    await live(world, ANN, PHONE);
    await live(world, "bob", "phone-of-bob");
    await world.server.forgetUser(ANN);
    await expect.poll(() => world.server.connectionsOf(ANN)).toEqual([]);
    await world.close();
    await broker.close();
    const env = open<Buffer, string>({
      path: join(path, "data.mdb"),
      noSubdir: true,
      maxDbs: 12,
      readOnly: true,
    });
    const tables = ["rows", "log", "upkeep", "keys0", "keys1", "records", "owners"].map((name) =>
      env.openDB<Buffer, Buffer>({ name, encoding: "binary", keyEncoding: "binary" }),
    );
    const everything = tables
      .flatMap((table) => [...table.getRange()].map(({ key: at, value }) => `${String(at)}=${String(value)}`))
      .join("\n");
    await env.close();
    expect(everything).toContain("to bob");
    expect(everything).toContain("phone-of-bob");
    for (const trace of [ANN, PHONE]) expect(everything).not.toContain(trace);
  });

  test("is no longer followed: nobody is told of what they missed", async () => {
    const told: OfflineEvent[] = [];
    const clock = createManualClock();
    const world = await start({ onOffline: (event) => told.push(event), maxWatchedPushes: 1, clock });
    const push = (user: string) => world.server.push({ user }, "1", { ttlMs: 60_000 });
    await push(ANN);
    await world.server.forgetUser(ANN);
    // There is room for one.
    await push("bob");
    await expect.poll(() => told.map(({ user }) => user)).toEqual([ANN, "bob"]);
    clock.advance(60_000);
    await expect.poll(() => told.length).toBe(3);
    expect(told.slice(2).map(({ user, reason }) => [user, reason])).toEqual([["bob", "expired"]]);
  });

  test("may never have been there; what is no user is refused", async () => {
    const { server } = await start({});
    await server.forgetUser("nobody");
    for (const wrong of ["", "a b", "a\n", "x".repeat(129), undefined as unknown as string])
      await expect(server.forgetUser(wrong)).rejects.toThrow(/^user: expected 1 to 128 characters .*, got /);
  });
});
