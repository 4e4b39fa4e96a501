import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createMemoryBroker, openRemoteBroker, serveBroker, type PushServerOptions } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { settled, startServer, type ServerWorld } from "./server-world.js";
import { SessionClient } from "./session-client.js";

const clients: SessionClient[] = [];
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  for (const end of endings.splice(0).toReversed()) await end();
});

const OPTIONS: PushServerOptions = {
  origins: ["*"],
  authenticate: (_handshake, { token }) => (token === undefined ? undefined : { user: token }),
  channels: [{ match: "~", historyCount: 100 }],
};

async function enter({ port }: ServerWorld, of?: SessionClient): Promise<SessionClient> {
  const session = of === undefined ? {} : { session: sessionOf(of) };
  const client = new SessionClient({
    port,
    token: "ann",
    device: "d-1",
    channels: { "~": null },
    ...session,
  });
  clients.push(client);
  return client.untilLive();
}

function sessionOf(client: SessionClient): { session: string; secret: string } {
  const { session, secret } = client.of("session").at(-1)!;
  return { session, secret };
}

async function expectFenced(first: SessionClient, second: SessionClient): Promise<void> {
  await first.until(() => first.machine.state === "ended");
  expect(first.closeCode).toBe(4510);
  expect(first.of("ended")[0]?.error?.code).toBe("superseded");
  expect(sessionOf(second).session).toBe(sessionOf(first).session);
}

describe("the older socket of a session", () => {
  test("is fenced when the session comes to another node, over another process's broker", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weapp-socket-fencing-"));
    endings.push(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "broker.sock");
    const owner = createMemoryBroker();
    endings.push(() => owner.close());
    const served = await serveBroker(owner, { path });
    endings.push(() => served.close());
    const nodes: ServerWorld[] = [];
    for (const nodeId of ["east", "west"]) {
      const broker = await openRemoteBroker({ path });
      endings.push(() => broker.close());
      const node = await startServer({ ...OPTIONS, broker, nodeId });
      endings.push(() => node.close());
      nodes.push(node);
    }
    const [east, west] = nodes as [ServerWorld, ServerWorld];
    const first = await enter(east);
    const second = await enter(west, first);
    await expectFenced(first, second);
    await east.server.push({ user: "ann" }, "to ann");
    await second.until(() => second.messages("~").length === 1);
    expect(first.messages("~")).toEqual([]);
    await expect.poll(() => [east.server.connectionCount, west.server.connectionCount]).toEqual([0, 1]);
    // And back again: the fence is no matter of which node was first.
    const third = await enter(east, second);
    await expectFenced(second, third);
  });

  test("is fenced long after its hello, since a connected session keeps its time", async () => {
    const clock = createManualClock();
    const broker = createMemoryBroker({ clock });
    const patient = { pingIntervalMs: 3_000_000, peerTimeoutMs: 3_600_000 };
    const world = await startServer({ ...OPTIONS, ...patient, clock, broker, sessionTtlMs: 60_000 });
    const first = await enter(world);
    for (let n = 0; n < 5; n += 1) {
      clock.advance(40_000);
      await settled(5);
    }
    const second = await enter(world, first);
    await expectFenced(first, second);
    await expect.poll(() => world.server.connectionCount).toBe(1);
  });

  test("ends by itself where the word that it is the older one was lost", async () => {
    const clock = createManualClock();
    const inner = createMemoryBroker({ clock });
    const deaf = new Proxy(inner, {
      get: (target, name) =>
        name === "control" ? () => undefined : (Reflect.get(target, name) as (() => void) | object),
    });
    const patient = { pingIntervalMs: 3_000_000, peerTimeoutMs: 3_600_000 };
    const options = { ...OPTIONS, ...patient, clock, broker: deaf, sessionTtlMs: 60_000 };
    const east = await startServer({ ...options, nodeId: "east" });
    const west = await startServer({ ...options, nodeId: "west" });
    const first = await enter(east);
    const second = await enter(west, first);
    await settled();
    expect(first.machine.state).not.toBe("ended");
    clock.advance(40_000);
    await expectFenced(first, second);
  });
});
