import { connect, type Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { createPushServer, type Connection, type PushServer } from "../src/index.js";
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
const PAIRS = 25;

/** A duration, in milliseconds of the clock, and of the processor for this process, in which server and clients are. */
interface Duration {
  readonly clock: number;
  readonly processor: number;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How long one publication takes to the slowest of the fastest 99 % of its deliveries. */
async function measureP99(server: PushServer, clients: readonly Counter[]): Promise<Duration> {
  const startedAt = { clock: performance.now(), processor: processorMs() };
  const latencies: Duration[] = [];
  const delivered = Promise.all(
    clients.map(
      (client) =>
        new Promise<void>((resolve) => {
          client.next(FRAME_BYTES, () => {
            latencies.push({
              clock: performance.now() - startedAt.clock,
              processor: processorMs() - startedAt.processor,
            });
            resolve();
          });
        }),
    ),
  );
  await server.publish("room", PAYLOAD);
  await delivered;
  // They come in order.
  return latencies[Math.floor(latencies.length * 0.99)]!;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;

/**
 * By how much deliveries to `clients` take longer while `deaf` are in the channel too. On a machine that does other
 * things, the clock tells of those as well, and one minute is not like the next: so each publication with them is
 * compared to the one without them right before or after it, in time of the processor too, and the median of all pairs
 * counts.
 */
async function compare(
  server: PushServer,
  clients: readonly Counter[],
  deaf: readonly Connection[],
): Promise<Duration> {
  const pairs: Duration[] = [];
  const measure = async (withDeaf: boolean): Promise<Duration> => {
    for (const connection of deaf) {
      if (withDeaf) connection.join("room");
      else connection.leave("room");
    }
    return measureP99(server, clients);
  };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const first = await measure(pair % 2 === 0);
    const second = await measure(pair % 2 === 1);
    const [noisy, quiet] = pair % 2 === 0 ? [first, second] : [second, first];
    pairs.push({ clock: noisy.clock / quiet.clock, processor: noisy.processor / quiet.processor });
  }
  return {
    clock: median(pairs.map(({ clock }) => clock)),
    processor: median(pairs.map(({ processor }) => processor)),
  };
}

/** Until what the kernel takes for each of them is full, and some waits in the server. */
async function fill(connections: readonly Connection[]): Promise<void> {
  const bytes = Buffer.alloc(32 * 1024);
  for (;;) {
    const open = connections.filter(({ outboundBytes }) => outboundBytes === 0);
    if (open.length === 0) return;
    for (const connection of open) connection.send(bytes);
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
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
      const deafConnections: Connection[] = [];
      server.on("connection", (connection, { path }) => {
        if (path === "/deaf") deafConnections.push(connection);
        else connection.join("room");
        connection.on("close", (_code, reason) => cut.push(reason));
      });
      const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
      const healthy = await openMany(port, 4500);
      const deaf = await openMany(port, 500, "/deaf");
      for (const { socket } of deaf) socket.pause();
      for (let round = 0; round < 5; round += 1) await measureP99(server, healthy);
      const heldBefore = heldMiB();
      await fill(deafConnections);
      const ratio = await compare(server, healthy, deafConnections);
      expect(cut).toEqual([]);
      expect(ratio.processor).toBeLessThan(1.2);
      // A server that waited for who does not read would take many times as long, without work for the processor.
      expect(ratio.clock).toBeLessThan(3);

      // More of it, until their queues are full.
      for (const connection of deafConnections) connection.join("deaf");
      let heldMost = 0;
      for (let round = 0; cut.length < 500; round += 1) {
        await server.publish("deaf", Buffer.alloc(20 * 1024));
        await measureP99(server, healthy);
        heldMost = Math.max(heldMost, heldMiB() - heldBefore);
      }
      const allowed = (500 * cap) / 1024 / 1024;
      process.stdout.write(
        `p99 ratio ${ratio.processor.toFixed(2)} (by the clock ${ratio.clock.toFixed(2)}); 500 deaf clients cost ${heldMost.toFixed(1)} MiB, allowed ${allowed.toFixed(1)} MiB\n`,
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
