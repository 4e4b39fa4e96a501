import { expect, test } from "vitest";
import type { Clock } from "../src/clock.js";
import { createMemoryBroker } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { settled, startServer } from "./server-world.js";
import { SessionClient } from "./session-client.js";

test("a standstill of the process costs no session, and silence after it does", async () => {
  const manual = createManualClock();
  let stoodMs = 0;
  const clock: Clock = { ...manual, now: () => manual.now() + stoodMs };
  const world = await startServer({ clock });
  const client = await new SessionClient({ port: world.port }).untilLive();
  const { server } = world;
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      manual.advance(1000);
      await settled(2);
    }
  };
  await seconds(5);
  // What was sent meanwhile is read after the timers that were due have run.
  stoodMs += 3_600_000;
  client.socket!.pause();
  await seconds(50);
  expect(server.connectionCount).toBe(1);
  client.socket!.resume();
  await seconds(60);
  expect(client.machine.state).toBe("live");
  client.socket!.pause();
  await seconds(100);
  await expect.poll(() => server.connectionCount).toBe(0);
  client.end();
});

test("a standstill longer than presence lasts: who is still connected is there again", async () => {
  const manual = createManualClock();
  let stoodMs = 0;
  const clock: Clock = { ...manual, now: () => manual.now() + stoodMs };
  const world = await startServer({
    clock,
    broker: createMemoryBroker({ clock }),
    pingIntervalMs: 3_000_000,
    peerTimeoutMs: 3_600_000,
    authorize: () => true,
    channels: [{ match: "room", presence: true }],
  });
  const client = await new SessionClient({ port: world.port, channels: { room: null } }).untilLive();
  const count = async (): Promise<number> => (await world.server.members("room")).count;
  expect(await count()).toBe(1);
  stoodMs += 120_000;
  expect(await count()).toBe(0);
  for (let second = 0; second < 21; second += 1) manual.advance(1000);
  expect(await count()).toBe(1);
  client.end();
});
