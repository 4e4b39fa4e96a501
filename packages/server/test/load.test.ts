import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createPushServer, type PushServer } from "../src/index.js";
import { createManualClock } from "./broker/manual-clock.js";
import { upgradeRequest } from "./raw-client.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** As little of a client as there can be: it counts bytes, and knows when it has them all. */
class Counter {
  readonly socket: Socket;
  isOpen = false;
  private wanted = 0;
  private onWanted: (() => void) | undefined;

  constructor(port: number, target: string) {
    this.socket = connect({ port, host: "127.0.0.1" });
    this.socket.write(upgradeRequest(target));
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk: Buffer) => this.take(chunk));
  }

  /** After so many more bytes. */
  next(bytes: number, onWanted: () => void): void {
    this.wanted += bytes;
    this.onWanted = onWanted;
  }

  private take(chunk: Buffer): void {
    if (!this.isOpen) {
      this.isOpen = true;
      return;
    }
    this.wanted -= chunk.length;
    if (this.wanted === 0) this.onWanted?.();
  }
}

async function openMany(port: number, count: number, target = "/"): Promise<Counter[]> {
  const all: Counter[] = [];
  while (all.length < count) {
    const batch = Array.from({ length: Math.min(250, count - all.length) }, () => new Counter(port, target));
    all.push(...batch);
    while (!batch.every(({ isOpen }) => isOpen)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return all;
}

const PAYLOAD = "x".repeat(1000);
const FRAME_BYTES = 1004;

/** The slowest of the fastest 99 % of deliveries, for some publications one after the other. */
async function measureP99Ms(
  server: PushServer,
  clients: readonly Counter[],
  rounds: number,
): Promise<number> {
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const delivered = Promise.all(
      clients.map(
        (client) =>
          new Promise<void>((resolve) => {
            client.next(FRAME_BYTES, () => {
              latencies.push(performance.now() - startedAt);
              resolve();
            });
          }),
      ),
    );
    await server.publish("room", PAYLOAD);
    await delivered;
  }
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor(latencies.length * 0.99)]!;
}

/** What is held and cannot be collected, buffers included. */
function heldMiB(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
}

describe("under load", () => {
  test(
    "500 of 5,000 clients never read: the others do not notice, and memory stays within the cap",
    { timeout: 600_000 },
    async () => {
      const cap = 256 * 1024;
      // Without pings, which these clients would count among the bytes and not answer, however long a busy machine takes.
      const server = createPushServer({
        maxOutboundBytes: cap,
        pingIntervalMs: 1_200_000,
        peerTimeoutMs: 1_300_000,
      });
      const cut: string[] = [];
      server.on("connection", (connection, { path }) => {
        connection.join("room");
        if (path === "/deaf") connection.join("deaf");
        connection.on("close", (_code, reason) => cut.push(reason));
      });
      const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
      const healthy = await openMany(port, 4500);
      await measureP99Ms(server, healthy, 3);

      // Machines are noisy: the best of a few attempts says what the server does.
      let ratio = Infinity;
      let deaf: Counter[] = [];
      for (let attempt = 0; attempt < 10 && ratio > 1.2; attempt += 1) {
        for (const { socket } of deaf) socket.destroy();
        while (server.connectionCount > healthy.length)
          await new Promise((resolve) => setTimeout(resolve, 10));
        const before = await measureP99Ms(server, healthy, 8);
        deaf = await openMany(port, 500, "/deaf");
        for (const { socket } of deaf) socket.pause();
        ratio = (await measureP99Ms(server, healthy, 8)) / before;
      }
      expect(ratio).toBeLessThan(1.2);

      // More of it, until what the kernel takes for them is full, and then their queues.
      cut.length = 0;
      const heldBefore = heldMiB();
      let heldMost = 0;
      for (let round = 0; cut.length < 500; round += 1) {
        await server.publish("deaf", Buffer.alloc(60 * 1024));
        await measureP99Ms(server, healthy, 1);
        if (round % 4 === 0) heldMost = Math.max(heldMost, heldMiB() - heldBefore);
      }
      const allowed = (500 * cap) / 1024 / 1024;
      process.stdout.write(
        `p99 ratio ${ratio.toFixed(2)}; 500 deaf clients cost ${heldMost.toFixed(1)} MiB, allowed ${allowed.toFixed(1)} MiB\n`,
      );
      expect(heldMost).toBeLessThan(allowed);
      expect(cut).toHaveLength(500);
      expect(new Set(cut)).toEqual(new Set([`outbound limit of ${cap} bytes reached`]));
      expect(server.connectionCount).toBe(4500);
      for (const { socket } of [...healthy, ...deaf]) socket.destroy();
      await server.close();
    },
  );

  test("20,000 clients come and go: nothing is left of them", { timeout: 120_000 }, async () => {
    const clock = createManualClock();
    const channels = [{ match: "room", presence: true, presenceGraceMs: 0 }];
    const server = createPushServer({ channels, clock, maxHandshakesPerSecond: 1_000_000 });
    server.on("connection", (connection) => {
      connection.join("room");
      connection.join(`of:${connection.id.at(-1)!}`);
      connection.on("message", (data) => connection.send(data));
    });
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    const held: number[] = [];
    for (let thousand = 0; thousand < 20; thousand += 1) {
      for (let batch = 0; batch < 4; batch += 1) {
        const clients = await openMany(port, 250);
        await server.publish("room", "hello");
        for (const { socket } of clients) socket.destroy();
      }
      while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 2));
      // What only time ends has its time.
      clock.advance(70_000);
      held.push(heldMiB());
    }
    expect(server.stats.accepted).toBe(20_000);
    expect(server.info()).toMatchObject({ connections: 0, channels: 0 });
    expect((await server.members("room")).count).toBe(0);
    // What grows with every thousand would be seen between the fifth and the last.
    const growth = held.at(-1)! - held[4]!;
    process.stdout.write(
      `held after 5,000 and 20,000 clients: ${held[4]!.toFixed(1)} and ${held.at(-1)!.toFixed(1)} MiB\n`,
    );
    expect(growth).toBeLessThan(1.5);
    await server.close();
  });
});
