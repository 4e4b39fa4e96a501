import { afterEach, describe, expect, test } from "vitest";
import { RequestError, type Authenticate, type PushServerOptions } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient, type SessionClientOptions } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

/** Tokens are users. */
const byToken: Authenticate = (_handshake, { token }) => (token === undefined ? undefined : { user: token });

const OPEN: PushServerOptions = {
  authorize: () => true,
  channels: [
    { match: "short", historyCount: 3 },
    { match: "live:*" },
    { match: "*", historyCount: 100, clientPublish: true },
  ],
};

async function enter(
  world: ServerWorld,
  options: Partial<SessionClientOptions> = {},
): Promise<SessionClient> {
  const client = new SessionClient({ port: world.port, ...options });
  clients.push(client);
  return client.untilLive();
}

function sessionOf(client: SessionClient): { session: string; secret: string } {
  const { session, secret } = client.of("session").at(-1)!;
  return { session, secret };
}

describe("a session client", () => {
  test("and a raw one in one channel get the same publications, in order", async () => {
    const world = await startServer(OPEN);
    const { client: raw, connection } = await world.enter();
    connection.join("room");
    const client = await enter(world, { channels: { room: null } });
    for (const data of [{ n: 1 }, "two", [3]]) await world.server.publish("room", data);
    await client.until(() => client.messages("room").length === 3);
    await raw.until(() => raw.frames.length === 3);
    expect(raw.frames.map(({ payload }) => payload.toString())).toEqual(['{"n":1}', "two", "[3]"]);
    expect(client.messages("room")).toEqual([{ n: 1 }, "two", [3]]);
    expect(client.of("gap")).toEqual([]);
  });

  test("publishes where it may, once for a key, to everybody in the channel", async () => {
    const world = await startServer(OPEN);
    const { client: raw, connection } = await world.enter();
    connection.join("room");
    const client = await enter(world, { channels: { room: null }, device: "d-1" });
    client.request(1, { kind: "publish", channel: "room", key: "k1", data: { hello: "all" } });
    await client.until(() => client.of("settled").length === 1);
    client.request(2, { kind: "publish", channel: "room", key: "k1", data: { hello: "all" } });
    await client.until(() => client.of("settled").length === 2);
    const [first, second] = client.of("settled");
    expect(second?.ok).toEqual(first?.ok);
    await client.until(() => client.messages("room").length === 1);
    await raw.until(() => raw.frames.length === 1);
    await settled();
    expect(client.messages("room")).toEqual([{ hello: "all" }]);
    expect(raw.frames.map(({ payload }) => payload.toString())).toEqual(['{"hello":"all"}']);
  });

  test("is told what it may not", async () => {
    const world = await startServer({
      authorize: ({ channel }) => channel !== "secret",
      channels: [{ match: "quiet" }, { match: "*", clientPublish: true }],
    });
    const client = await enter(world, { channels: { secret: null, "~": null } });
    expect(client.of("refused").map(({ channel, error }) => [channel, error.code])).toEqual([
      ["secret", "forbidden"],
      ["~", "forbidden"],
    ]);
    client.request(1, { kind: "publish", channel: "secret", key: "k1", data: 1 });
    client.request(2, { kind: "publish", channel: "quiet", key: "k2", data: 1 });
    await client.until(() => client.of("settled").length === 2);
    expect(client.of("settled").map(({ error }) => error?.code)).toEqual(["forbidden", "forbidden"]);
  });

  test("publishes what the application has looked at first", async () => {
    const asked: unknown[] = [];
    const world = await startServer({
      channels: [{ match: "*", clientPublish: true }],
      authorize: async ({ action, data = null }) => {
        if (action === "publish") asked.push(data);
        // As WeChat's msgSecCheck would, later and with a word of its own.
        await Promise.resolve();
        if (JSON.stringify(data).includes("rude")) throw new RequestError("risky", false, "risky");
        return true;
      },
    });
    const client = await enter(world, { channels: { room: null } });
    client.request(1, { kind: "publish", channel: "room", key: "k1", data: { say: "rude" } });
    client.request(2, { kind: "publish", channel: "room", key: "k2", data: { say: "kind" } });
    await client.until(() => client.of("settled").length === 2 && client.messages("room").length > 0);
    expect(client.of("settled").map(({ error }) => error?.code)).toEqual(["risky", undefined]);
    expect(client.messages("room")).toEqual([{ say: "kind" }]);
    expect(asked).toEqual([{ say: "rude" }, { say: "kind" }]);
  });

  test("that comes back gets the five messages that it missed, and then what follows", async () => {
    const world = await startServer(OPEN);
    const client = await enter(world, { channels: { room: null } });
    await world.server.publish("room", 0);
    await client.until(() => client.messages("room").length === 1);
    client.cut();
    for (let n = 1; n <= 5; n += 1) await world.server.publish("room", n);
    client.input({ type: "unpause", reason: "offline" });
    await client.untilLive();
    await world.server.publish("room", 6);
    await client.until(() => client.messages("room").length === 7);
    expect(client.messages("room")).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(client.of("gap")).toEqual([]);
    expect(new Set(client.of("session").map(({ session }) => session)).size).toBe(1);
    expect(new Set(client.of("session").map(({ secret }) => secret)).size).toBe(2);
  });

  test("that missed more than a page gets it page by page", async () => {
    const world = await startServer({
      authorize: () => true,
      channels: [{ match: "*", historyCount: 1000 }],
    });
    const client = await enter(world, { channels: { room: null } });
    client.cut();
    const sent = Array.from({ length: 700 }, (_, n) => n);
    for (const n of sent) await world.server.publish("room", n);
    client.input({ type: "unpause", reason: "offline" });
    await client.until(() => client.messages("room").length === 700);
    expect(client.messages("room")).toEqual(sent);
    expect(client.of("gap")).toEqual([]);
  });

  test("is told a gap where the history no longer reaches back", async () => {
    const world = await startServer(OPEN);
    const client = await enter(world, { channels: { short: null } });
    client.cut();
    for (let n = 1; n <= 5; n += 1) await world.server.publish("short", n);
    client.input({ type: "unpause", reason: "offline" });
    await client.untilLive();
    await client.until(() => client.of("gap").length === 1);
    expect(client.of("gap")).toMatchObject([{ channel: "short", why: "trimmed" }]);
    await world.server.publish("short", 6);
    await client.until(() => client.messages("short").length === 1);
    expect(client.messages("short")).toEqual([6]);
  });

  test("whose missed messages have expired is moved over them", async () => {
    const world = await startServer(OPEN);
    const client = await enter(world, { channels: { room: null } });
    client.cut();
    await world.server.publish("room", 1);
    await world.server.publish("room", 2, { ttlMs: 1 });
    await world.server.publish("room", 3);
    await world.server.publish("room", 4, { ttlMs: 1 });
    await settled(10);
    client.input({ type: "unpause", reason: "offline" });
    await client.untilLive();
    await world.server.publish("room", 5);
    await client.until(() => client.messages("room").length === 3);
    expect(client.messages("room")).toEqual([1, 3, 5]);
    expect(client.of("gap")).toEqual([]);
  });

  test("that connects again fences its older socket", async () => {
    const world = await startServer({ ...OPEN, authenticate: byToken, origins: ["*"] });
    const first = await enter(world, { token: "ann", device: "d-1", channels: { "~": null } });
    const second = await enter(world, {
      token: "ann",
      device: "d-1",
      channels: { "~": null },
      session: sessionOf(first),
    });
    await first.until(() => first.machine.state === "ended");
    expect(first.closeCode).toBe(4510);
    expect(first.of("ended")[0]?.error?.code).toBe("superseded");
    expect(sessionOf(second).session).toBe(sessionOf(first).session);
    await world.server.push({ user: "ann" }, "to ann");
    await second.until(() => second.messages("~").length === 1);
    expect(first.messages("~")).toEqual([]);
    await expect.poll(() => world.server.connectionCount).toBe(1);
  });

  test("with another's secret, user or device begins a session of its own", async () => {
    const world = await startServer({ ...OPEN, authenticate: byToken, origins: ["*"] });
    const ann = await enter(world, { token: "ann", device: "d-1" });
    const { session, secret } = sessionOf(ann);
    for (const other of [
      { token: "ann", device: "d-1", session: { session, secret: "guessed" } },
      { token: "ann", device: "d-2", session: { session, secret } },
      { token: "bob", device: "d-1", session: { session, secret } },
    ]) {
      const client = await enter(world, other);
      expect(sessionOf(client).session).not.toBe(session);
    }
    expect(ann.machine.state).toBe("live");
  });

  test.each([
    ["no token", {}, "unauthorized", 4501],
    ["a token that nobody knows", { token: "nobody" }, "unauthorized", 4501],
  ])("with %s is sent away with a bye", async (_name, options, word, code) => {
    const world = await startServer({
      authenticate: (_handshake, { token }) => (token === "ann" ? { user: "ann" } : undefined),
      origins: ["*"],
    });
    const client = new SessionClient({ port: world.port, ...options });
    clients.push(client);
    await client.until(() => client.closeCode !== 0);
    expect(client.frames.join()).toContain(`"name":"${word}"`);
    expect(client.closeCode).toBe(code);
  });

  test("that stays silent, or speaks raw, is told so and closed", async () => {
    const clock = createManualClock();
    const world = await startServer({ ...OPEN, clock });
    const silent = await world.knock("/?weapp-socket=1");
    const raw = await world.knock("/?weapp-socket=1");
    raw.text("hello");
    await raw.until(() => raw.frames.length === 2);
    expect(JSON.parse(raw.frames[0]!.payload.toString())).toMatchObject({ t: "bye", name: "bad-message" });
    expect(raw.frames[1]!.payload.readUInt16BE()).toBe(4500);
    clock.advance(13_000);
    await silent.until(() => silent.frames.length === 2);
    expect(JSON.parse(silent.frames[0]!.payload.toString())).toMatchObject({
      t: "bye",
      name: "hello-timeout",
    });
    expect(silent.frames[1]!.payload.readUInt16BE()).toBe(4508);
  });

  test("of a server that goes away is told to come back, each in a window of its own", async () => {
    const world = await startServer(OPEN);
    const both = [await enter(world), await enter(world)];
    void world.server.drain({ windowMs: 0 });
    for (const client of both) await client.until(() => client.closeCode !== 0);
    expect(both.map(({ closeCode }) => closeCode)).toEqual([4000, 4000]);
    const byes = both.map(({ frames }) => JSON.parse(frames.at(-1)!) as { after: [number, number] });
    expect(byes[0]).toMatchObject({ t: "bye", name: "drain", retry: true, after: [500, 2500] });
    expect(byes[1]?.after).toEqual([1000, 3000]);
  });

  test("that is kicked does not come back", async () => {
    const world = await startServer({ ...OPEN, authenticate: byToken, origins: ["*"] });
    const client = await enter(world, { token: "ann" });
    await world.server.disconnect({ user: "ann" });
    await client.until(() => client.machine.state === "ended");
    expect(client.of("ended")[0]?.error?.code).toBe("kicked");
  });

  test("does not disturb the raw mode of others", async () => {
    const world = await startServer(OPEN);
    const client = await enter(world, { channels: { room: null } });
    const { client: raw, connection } = await world.enter();
    await world.server.push({ all: true }, "everybody");
    await raw.until(() => raw.frames.length === 1);
    connection.terminate();
    await world.server.publish("room", 1);
    await client.until(() => client.messages("room").length === 1);
    expect(client.frames.join()).not.toContain("everybody");
  });

  test("is asked for a new proof before its own ends, and goes on with it", async () => {
    let proofs = 0;
    const world = await startServer({
      origins: ["*"],
      authenticate: (_handshake, { token }) => {
        if (token === undefined) return undefined;
        proofs += 1;
        return { user: token, expiresAtMs: Date.now() + (proofs === 1 ? 30_000 : 3_600_000) };
      },
    });
    const client = await enter(world, { token: "ann" });
    await client.until(() => proofs === 2);
    await client.until(() => client.frames.at(-1)?.includes('"reply"') === true);
    expect(client.frames.join()).toContain('"t":"expiring"');
    expect(client.machine.state).toBe("live");
  });

  test("hears who comes and goes where the channel has presence, and may ask who is there", async () => {
    const world = await startServer({
      origins: ["*"],
      authenticate: byToken,
      authorize: () => true,
      channels: [{ match: "*", presence: true, presenceGraceMs: 0 }],
    });
    const ann = await enter(world, { token: "ann", device: "d-1", channels: { room: null } });
    const bob = await enter(world, { token: "bob", device: "d-2", channels: { room: null } });
    const changes = (type: "joined" | "left"): string[] =>
      ann.of("presence").flatMap((change) => change[type].map(({ user }) => user));
    await ann.until(() => changes("joined").includes("bob"));
    ann.request(1, { kind: "members", channel: "room" });
    await ann.until(() => ann.of("settled").length === 1);
    expect(ann.of("settled")[0]?.ok).toMatchObject({ count: 2 });
    bob.cut();
    await ann.until(() => changes("left").length > 0);
    expect(changes("left")).toEqual(["bob"]);
  });
});
