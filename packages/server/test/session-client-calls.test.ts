import { afterEach, describe, expect, test } from "vitest";
import type { ErrorBody, Json } from "@weapp-socket/protocol";
import { createMemoryBroker, type PushServerOptions } from "../src/index.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

const users: PushServerOptions = {
  origins: ["*"],
  authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
  adminKey: "0123456789abcdef",
};

async function enter(world: ServerWorld, device = "d-1", token = "ann"): Promise<SessionClient> {
  const client = new SessionClient({ port: world.port, device, token });
  clients.push(client);
  return client.untilLive();
}

type Answer = { readonly ok: Json } | { readonly error: ErrorBody };

/** Answers the calls that come, until the test ends. */
async function answer(client: SessionClient, answers: readonly Answer[]): Promise<void> {
  for (const [index, reply] of answers.entries()) {
    await client.until(() => client.of("called").length > index);
    const { generation, id } = client.of("called")[index]!;
    client.run(client.machine.answer(generation, { t: "reply", id, ...reply }, Date.now()));
  }
}

const outcome = (called: Promise<unknown>): Promise<unknown> =>
  called.catch(({ code, retryable, message }: Record<string, unknown>) => ({ code, retryable, message }));

describe("the application calls a session client", () => {
  test("and has what its handler returned, or the no that it said", async () => {
    const world = await startServer(users);
    const client = await enter(world);
    const first = world.server.call({ user: "ann" }, "scan", { kind: "qr" });
    await answer(client, [{ ok: { text: "x" } }]);
    expect(await first).toEqual({ text: "x" });
    expect(client.of("called")).toMatchObject([{ method: "scan", data: { kind: "qr" } }]);
    const second = outcome(world.server.call({ user: "ann" }, "scan"));
    const error = { code: "denied", message: "the user said no", retry: false };
    await answer(client, [{ ok: 0 }, { error }]);
    expect(await second).toEqual({ code: "denied", retryable: false, message: "the user said no" });
    expect(client.of("called")[1]).toMatchObject({ method: "scan", data: undefined });
  });

  test("the one that came last; one device; one connection", async () => {
    const world = await startServer(users);
    const phone = await enter(world, "phone");
    const tablet = await enter(world, "tablet");
    await enter(world, "phone", "bob");
    // A raw client of the user is none that can be asked.
    await world.enter("/", { Authorization: "Bearer ann" });
    const { server } = world;
    const connections = await server.connectionsOf("ann");
    expect(connections.map(({ mode, device }) => [mode, device])).toEqual([
      ["session", "phone"],
      ["session", "tablet"],
      ["raw", undefined],
    ]);
    void answer(tablet, [{ ok: "tablet" }]);
    void answer(phone, [{ ok: "phone" }, { ok: "phone again" }]);
    expect(await server.call({ user: "ann" }, "who")).toBe("tablet");
    expect(await server.call({ user: "ann", device: "phone" }, "who")).toBe("phone");
    expect(await server.call({ connection: connections[0]!.id }, "who")).toBe("phone again");
  });

  test("on whichever node it is", async () => {
    const broker = createMemoryBroker();
    const here = await startServer({ ...users, broker, nodeId: "here" });
    const there = await startServer({ ...users, broker, nodeId: "there-2" });
    const client = await enter(there);
    const error = { code: "denied", message: "no", retry: false };
    void answer(client, [{ ok: [1, 2] }, { error }]);
    expect(await here.server.call({ user: "ann" }, "add", 3)).toEqual([1, 2]);
    expect(await outcome(here.server.call({ user: "ann" }, "add"))).toMatchObject({ code: "denied" });
    const [connection] = await here.server.connectionsOf("ann");
    client.end();
    await expect.poll(() => there.server.connectionCount).toBe(0);
    expect(await outcome(here.server.call({ connection: connection!.id }, "add"))).toMatchObject({
      code: "not-connected",
    });
    await Promise.all([here.close(), there.close()]);
    await broker.close();
  });

  test("where nobody is", async () => {
    const world = await startServer(users);
    const { server } = world;
    await world.enter("/", { Authorization: "Bearer raw" });
    const targets = [
      { user: "raw" },
      { user: "nobody" },
      { connection: `${server.info().node}-99` },
      { connection: "gone-7" },
      { connection: "x" },
    ];
    for (const target of targets) {
      expect(await outcome(server.call(target, "m"))).toMatchObject({
        code: "not-connected",
        retryable: true,
      });
    }
    const client = await enter(world);
    expect(await outcome(server.call({ user: "ann", device: "d-2" }, "m"))).toMatchObject({
      code: "not-connected",
      message: 'call: user "ann" has no session client with device "d-2"',
    });
    expect(client.of("called")).toEqual([]);
  });

  test("that does not answer: in time, or because it goes away", async () => {
    const world = await startServer(users);
    const client = await enter(world);
    const { server } = world;
    const slow = await outcome(server.call({ user: "ann" }, "m", undefined, { timeoutMs: 1000 }));
    expect(slow).toMatchObject({
      code: "unknown-outcome",
      retryable: false,
      message: "call: the client did not answer in time",
    });
    // Too late, and heard by nobody.
    await answer(client, [{ ok: 1 }]);
    const cut = outcome(server.call({ user: "ann" }, "m"));
    await client.until(() => client.of("called").length === 2);
    client.cut();
    expect(await cut).toMatchObject({
      code: "unknown-outcome",
      message: "call: the connection ended before the client answered",
    });
    expect(world.errors).toEqual([]);
  });

  test("that sends more than it may: its connection ends, and with it the call", async () => {
    const world = await startServer({ ...users, maxMessageBytes: 1024 });
    const client = await enter(world);
    const called = outcome(world.server.call({ user: "ann" }, "m"));
    await answer(client, [{ ok: "x".repeat(2000) }]);
    expect(await called).toMatchObject({ code: "unknown-outcome" });
    await client.until(() => client.closeCode === 4513);
    expect(await outcome(world.server.call({ user: "ann" }, "m", "x".repeat(2000)))).toMatchObject({
      code: "too-large",
    });
  });

  test("that has too many to answer", async () => {
    const world = await startServer({ ...users, maxOpenCalls: 2, callTimeoutMs: 60_000 });
    const client = await enter(world);
    const call = (): Promise<unknown> => outcome(world.server.call({ user: "ann" }, "m"));
    const open = [call(), call()];
    expect(await call()).toMatchObject({ code: "rate-limited", retryable: true });
    await answer(client, [{ ok: 1 }, { ok: 2 }]);
    expect(await Promise.all(open)).toEqual([1, 2]);
  });

  test("what is no call is told before anybody is asked", async () => {
    const { server } = await startServer(users);
    const to = { user: "ann" };
    await expect(server.call(to, "")).rejects.toThrow(TypeError);
    await expect(server.call(to, "m".repeat(129))).rejects.toThrow(TypeError);
    await expect(server.call(to, "m", 1n)).rejects.toThrow(TypeError);
    await expect(server.call(to, "m", () => 1)).rejects.toThrow(/^data: expected what JSON can tell/);
    let deep: unknown = 1;
    for (let level = 0; level < 31; level += 1) deep = [deep];
    await expect(server.call(to, "m", deep)).rejects.toThrow("data: expected at most 30 levels");
    await expect(server.call(to, "m", 1, { timeoutMs: 0 })).rejects.toThrow(RangeError);
    await expect(server.call(to, "m", 1, { timeoutMs: 300_001 })).rejects.toThrow(RangeError);
  });

  test("over HTTP", async () => {
    const world = await startServer(users);
    const ask = async (body: unknown): Promise<[number, unknown]> => {
      const response = await fetch(`http://127.0.0.1:${world.port}/v1/call`, {
        method: "POST",
        headers: { authorization: "Bearer 0123456789abcdef", "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const {
        title: _title,
        type: _type,
        detail: _detail,
        ...rest
      } = (await response.json()) as Record<string, unknown>;
      return [response.status, rest];
    };
    const client = await enter(world);
    const error = { code: "unauthorized", message: "of the client", retry: false };
    void answer(client, [{ ok: { n: 1 } }, { error }]);
    const to = { user: "ann" };
    expect(await ask({ to, method: "m", data: [1] })).toEqual([200, { ok: { n: 1 } }]);
    expect(await ask({ to, method: "m" })).toEqual([200, { error }]);
    expect(await ask({ to, method: "m", timeoutMs: 1 })).toEqual([
      504,
      { status: 504, code: "unknown-outcome" },
    ]);
    // The request would be cut before the answer came.
    expect(await ask({ to, method: "m", timeoutMs: 30_000 })).toEqual([
      400,
      { status: 400, code: "bad-request" },
    ]);
    expect(await ask({ to: { user: "bob" }, method: "m" })).toEqual([
      404,
      { status: 404, code: "not-connected" },
    ]);
    for (const wrong of [
      {},
      { user: "ann", connection: "c" },
      { device: "d" },
      { connection: "c", device: "d" },
    ]) {
      expect(await ask({ to: wrong, method: "m" })).toEqual([400, { status: 400, code: "bad-request" }]);
    }
    await expect.poll(() => client.of("called").length).toBe(3);
    await settled();
    expect(client.of("called")).toHaveLength(3);
  });
});
