import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { createManualClock } from "./broker/manual-clock.js";
import { useChildProgram } from "./broker/child-program.js";
import { RawClient } from "./raw-client.js";
import { settled, startServer } from "./server-world.js";

describe("drain", () => {
  test("spreads the closes over its window, lets nobody in, and is done when all are gone", async () => {
    const clock = createManualClock();
    const world = await startServer({ clock });
    const clients = await Promise.all(Array.from({ length: 20 }, () => world.knock()));
    for (const client of clients) client.socket.on("data", () => {});
    let isDone = false;
    const draining = world.server.drain({ windowMs: 1000 });
    void draining.then(() => {
      isDone = true;
    });
    expect(world.server.info().state).toBe("draining");
    await expect(RawClient.dial(world.port)).rejects.toThrow("ECONNREFUSED");
    const told = (): number => clients.filter((client) => client.closeCode === 1001).length;
    for (const most of [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]) {
      await expect.poll(told).toBe(most);
      await settled();
      expect(told()).toBe(most);
      clock.advance(100);
    }
    expect(isDone).toBe(false);
    await world.server.publish("room", "still works");
    for (const client of clients) client.destroy();
    await draining;
    expect(world.server.connectionCount).toBe(0);
    expect(world.server.info().state).toBe("draining");
  });

  test("a window of 0 closes all at once; draining twice is draining once", async () => {
    const world = await startServer();
    const { client } = await world.enter();
    const first = world.server.drain({ windowMs: 0 });
    expect(world.server.drain()).toBe(first);
    await client.until(() => client.closeCode === 1001);
    client.destroy();
    await first;
  });

  test("that takes its time can be hurried, and is over when all have left by themselves", async () => {
    const clock = createManualClock();
    const [slow, quick] = [await startServer({ clock }), await startServer({ clock })];
    const clients = await Promise.all(Array.from({ length: 10 }, () => slow.knock()));
    for (const client of clients) client.socket.on("data", () => client.closeCode !== 0 && client.destroy());
    const draining = slow.server.drain({ windowMs: 3_600_000 });
    expect(slow.server.drain({ windowMs: 0 })).toBe(draining);
    await draining;
    expect(clients.map(({ closeCode }) => closeCode)).toEqual(clients.map(() => 1001));

    const leaving = await Promise.all([quick.knock(), quick.knock()]);
    const left = quick.server.drain({ windowMs: 3_600_000 });
    for (const client of leaving) client.destroy();
    await left;
  });

  test("over HTTP the server closes when all are gone", async () => {
    const world = await startServer({ adminKey: "0123456789abcdef" });
    const closed = once(world.server, "close");
    const response = await fetch(`http://127.0.0.1:${world.port}/v1/drain`, {
      method: "POST",
      headers: { authorization: "Bearer 0123456789abcdef", "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBeLessThan(300);
    await closed;
    expect(world.server.info().state).toBe("closed");
  });
});

describe("exitOnSignal", () => {
  const childPath = useChildProgram(new URL("signal-child.ts", import.meta.url));

  test.each([["SIGTERM"], ["SIGINT"], ["SIGINT", "SIGINT"]] as const)(
    "%s %s drains, finishes writes and exits 0",
    async (...signals) => {
      const child = spawn(process.execPath, [childPath()], { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const client = await RawClient.open(Number(line.toString()));
      client.socket.on("data", () => {
        if (client.closeCode !== 0) client.socket.end();
      });
      const exited = once(child, "exit");
      for (const signal of signals) child.kill(signal);
      expect(await exited).toEqual([0, null]);
      expect(client.texts).toEqual(["last words"]);
      expect(client.closeCode).toBe(1001);
    },
  );
});
