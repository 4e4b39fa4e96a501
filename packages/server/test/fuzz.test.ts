import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskedFrame, RawClient, upgradeRequest } from "./raw-client.js";
import { ServerWorld, settled } from "./server-world.js";

/** Replaces, inserts or leaves out bytes at random places. */
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    remove: fc.integer({ min: 0, max: 4 }),
    insert: fc.uint8Array({ maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 5 },
);

function edit(bytes: Buffer, list: readonly { at: number; remove: number; insert: Uint8Array }[]): Buffer {
  let edited = bytes;
  for (const { at, remove, insert } of list) {
    const place = Math.floor(at * edited.length);
    edited = Buffer.concat([edited.subarray(0, place), insert, edited.subarray(place + remove)]);
  }
  return edited;
}

async function withServer(run: (world: ServerWorld) => Promise<void>): Promise<void> {
  const world = new ServerWorld({});
  await world.listen();
  world.server.on("connection", (connection) => {
    connection.on("message", (data) => connection.send(data));
  });
  const bystander = await world.enter();
  await run(world);
  bystander.client.text("still here");
  await bystander.client.until(() => bystander.client.texts.length === 1);
  expect(world.errors).toEqual([]);
  bystander.client.destroy();
  await expect.poll(() => world.server.connectionCount).toBe(0);
  await world.close();
}

describe("random input", () => {
  test("in a handshake earns a documented status, or waits for more", async () => {
    const documented = new Set([101, 400, 404, 405, 426, 431, 505]);
    const seen = new Set<number>();
    await withServer(async (world) => {
      const request = Buffer.from(upgradeRequest("/chat?room=1", { "Sec-WebSocket-Protocol": "a, b" }));
      await fc.assert(
        fc.asyncProperty(edits, async (list) => {
          const client = await RawClient.dial(world.port);
          client.socket.write(edit(request, list));
          await Promise.race([client.until(() => client.head !== "" || client.isClosed), settled(15)]);
          if (client.head !== "") seen.add(client.status);
          client.destroy();
        }),
        { numRuns: 400 },
      );
    });
    expect(seen.size).toBeGreaterThan(1);
    expect([...seen].filter((status) => !documented.has(status))).toEqual([]);
  });

  test("in frames earns a documented close code, or an echo, or waits for more", async () => {
    /** A close frame that came through with its code turned is answered with that code. */
    const isDocumented = (code: number): boolean =>
      code === 0 || (code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999);
    const good = Buffer.concat([
      maskedFrame(0x81, Buffer.from("hello 再见")),
      maskedFrame(0x01, Buffer.from("frag")),
      maskedFrame(0x89, Buffer.from("ping")),
      maskedFrame(0x80, Buffer.from("ment")),
      maskedFrame(0x82, Buffer.alloc(200)),
    ]);
    await withServer(async (world) => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(edits, fc.uint8Array({ minLength: 1, maxLength: 64 })), async (input) => {
          const client = await RawClient.open(world.port);
          client.socket.write(Array.isArray(input) ? edit(good, input) : input);
          await Promise.race([client.until(() => client.isClosed || client.frames.length > 3), settled(15)]);
          expect(isDocumented(client.closeCode)).toBe(true);
          for (const frame of client.frames) expect([1, 2, 8, 10]).toContain(frame.opcode);
          client.destroy();
        }),
        { numRuns: 400 },
      );
    });
  });
});
