import { afterEach, describe, expect, test } from "vitest";
import { RequestError, type CallMethod } from "../src/index.js";
import { startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

async function enter(world: ServerWorld, device = "d-1"): Promise<SessionClient> {
  const client = new SessionClient({ port: world.port, device });
  clients.push(client);
  return client.untilLive();
}

let requests = 0;

async function call(client: SessionClient, method: string, key: string, data?: string): Promise<unknown> {
  requests += 1;
  const request = requests;
  client.request(request, { kind: "call", method, key, data });
  await client.until(() => client.of("settled").some((settled) => settled.request === request));
  const { ok, error } = client.of("settled").find((settled) => settled.request === request)!;
  return error === undefined ? ok : error.code;
}

describe("a call of a session client", () => {
  test("runs its method once for a key, over connections too", async () => {
    const calls: unknown[] = [];
    const count: CallMethod = (data, { key, user, device }) => calls.push([data, key, user, device]);
    const world = await startServer({ methods: { count } });
    const client = await enter(world);
    expect(await call(client, "count", "k1", "a")).toBe(1);
    expect(await call(client, "count", "k1", "a")).toBe(1);
    expect(await call(client, "count", "k2")).toBe(2);
    client.cut();
    client.input({ type: "unpause", reason: "offline" });
    await client.untilLive();
    expect(await call(client, "count", "k1", "a")).toBe(1);
    const other = await enter(world, "d-2");
    expect(await call(other, "count", "k1", "a")).toBe(3);
    expect(calls).toEqual([
      ["a", "k1", "", "d-1"],
      [undefined, "k2", "", "d-1"],
      ["a", "k1", "", "d-2"],
    ]);
  });

  test("is answered with the words of a no, and runs again only where nothing was done", async () => {
    let tries = 0;
    const world = await startServer({
      methods: {
        refuse: () => {
          throw new RequestError("forbidden", false, "not you");
        },
        later: () => {
          tries += 1;
          if (tries === 1) throw new RequestError("unavailable", true, "the store does not answer");
          return "done";
        },
      },
    });
    const client = await enter(world);
    expect(await call(client, "refuse", "k1")).toBe("forbidden");
    // The client asks again by itself.
    expect(await call(client, "later", "k2")).toBe("done");
    expect(tries).toBe(2);
    expect(await call(client, "toString", "k3")).toBe("unsupported");
  });

  test.each<[string, CallMethod]>([
    [
      "throws",
      () => {
        throw new Error("inner detail");
      },
    ],
    ["returns what JSON cannot tell", () => 1n],
    ["returns more than can be kept", () => "x".repeat(70_000)],
  ])("whose method %s is failed, and nothing of it is told", async (_name, method) => {
    const world = await startServer({ methods: { broken: method } });
    const client = await enter(world);
    expect(await call(client, "broken", "k1")).toBe("failed");
    expect(world.errors).toHaveLength(1);
    expect(client.frames.join()).not.toContain("inner detail");
    expect(client.machine.state).toBe("live");
  });
});
