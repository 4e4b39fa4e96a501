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

test("a clock that is set back stops no heartbeat, and proofs are asked for anew when they end by it", async () => {
  const manual = createManualClock();
  let aheadMs = 3_600_000;
  const clock: Clock = { ...manual, now: () => manual.now() + aheadMs };
  const world = await startServer({
    clock,
    authenticate: (_handshake, { token = "" }) => ({ user: "ann", expiresAtMs: clock.now() + Number(token) }),
  });
  const enter = (token: number) => new SessionClient({ port: world.port, token: String(token) }).untilLive();
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      manual.advance(1000);
      await settled(2);
    }
  };
  const pings = ({ frames }: SessionClient): number =>
    frames.filter((text) => text.includes('"ping"')).length;
  const before = await enter(300_000);
  await seconds(5);
  aheadMs = 0;
  await seconds(30);
  expect(pings(before)).toBe(1);
  const after = await enter(300_000);
  await seconds(30);
  expect([pings(before), pings(after)]).toEqual([2, 1]);
  expect(after.frames.some((text) => text.includes('"expiring"'))).toBe(false);
  await seconds(300);
  expect(after.frames.some((text) => text.includes('"expiring"'))).toBe(true);
  expect(world.server.connectionCount).toBe(2);
  for (const client of [before, after]) client.end();
});
