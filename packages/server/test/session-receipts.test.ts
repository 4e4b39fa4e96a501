import { afterEach, describe, expect, test } from "vitest";
import { startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const KEY = "a-key-of-the-tests-long-enough";
const clients: SessionClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.end();
});

function start(): Promise<ServerWorld> {
  return startServer({
    adminKey: KEY,
    origins: ["*"],
    authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
    channels: [{ match: "~", historyCount: 2 }],
  });
}

async function enter(world: ServerWorld): Promise<SessionClient> {
  const client = new SessionClient({ port: world.port, token: "ann", channels: { "~": null } });
  clients.push(client);
  return client.untilLive();
}

async function ask(world: ServerWorld, target: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${world.port}${target}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function push(world: ServerWorld): Promise<string> {
  const { receipt } = await ask(world, "/v1/push", { to: { user: "ann" }, data: "news", receipt: true });
  return String(receipt);
}

async function stateOf(world: ServerWorld, receipt: string): Promise<unknown> {
  return (await ask(world, `/v1/receipts/${receipt}`))["state"];
}

describe("the receipt of a push to a session client", () => {
  test("of a push in code is the same as over HTTP", async () => {
    const world = await start();
    const { server } = world;
    const { receipt, position } = await server.push({ user: "ann" }, "news", { receipt: true, key: "k-1" });
    const again = await ask(world, "/v1/push", { to: { user: "ann" }, data: 1, receipt: true, key: "k-1" });
    expect(again).toMatchObject({ duplicate: true, receipt, position });
    expect(await server.receipt(receipt!)).toMatchObject({ position, state: "accepted" });
    expect(await ask(world, `/v1/receipts/${receipt}`)).toEqual(await server.receipt(receipt!));
    const client = await enter(world);
    const pushed = await server.push({ user: "ann" }, "more", { receipt: true });
    await client.until(() => client.messages("~").length === 1);
    const stateNow = async (): Promise<unknown> => (await server.receipt(pushed.receipt!))?.state;
    await expect.poll(stateNow).toBe("received");
    expect(await server.push({ user: "ann" }, "no receipt")).not.toHaveProperty("receipt");
    expect(await server.receipt("of-nothing")).toBeUndefined();
  });

  test("says received once the client has acknowledged it, and no earlier", async () => {
    const world = await start();
    const client = await enter(world);
    client.holdAcks();
    const receipt = await push(world);
    await client.until(() => client.messages("~").length === 1);
    await expect.poll(() => stateOf(world, receipt)).toBe("sent");
    await client.releaseAcks();
    await expect.poll(() => stateOf(world, receipt)).toBe("received");
  });

  test("says so too when it was sent from history", async () => {
    const world = await start();
    const client = await enter(world);
    client.cut();
    await client.until(() => world.server.connectionCount === 0);
    const receipt = await push(world);
    expect(await stateOf(world, receipt)).toBe("accepted");
    client.holdAcks();
    client.input({ type: "unpause", reason: "offline" });
    await client.until(() => client.messages("~").length === 1);
    await expect.poll(() => stateOf(world, receipt)).toBe("sent");
    await client.releaseAcks();
    await expect.poll(() => stateOf(world, receipt)).toBe("received");
  });

  test.each([
    ["~device", { user: "ann", device: "d-test" }],
    ["~all", { all: true }],
  ])("says received of what came in %s", async (channel, to) => {
    const world = await start();
    const client = new SessionClient({ port: world.port, token: "ann", channels: { [channel]: null } });
    clients.push(client);
    await client.untilLive();
    const { receipt } = await ask(world, "/v1/push", { to, data: "news", receipt: true });
    await expect.poll(() => stateOf(world, String(receipt))).toBe("received");
  });

  test("never says received of what a gap passed over", async () => {
    const world = await start();
    const client = await enter(world);
    client.cut();
    await client.until(() => world.server.connectionCount === 0);
    const receipt = await push(world);
    for (let n = 0; n < 3; n += 1) await world.server.push({ user: "ann" }, n);
    client.input({ type: "unpause", reason: "offline" });
    await client.until(() => client.of("gap").length === 1);
    const later = await push(world);
    await expect.poll(() => stateOf(world, later)).toBe("received");
    expect(await stateOf(world, receipt)).toBe("accepted");
  });
});
