import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { createPushServer, type Connection } from "../src/index.js";

const CLIENTS = 1000;
const PUBLICATIONS = 1000;

test("1,000 clients get 1,000 publications each, in order, byte by byte, and a deaf one is cut meanwhile", async () => {
  const server = createPushServer({ maxOutboundBytes: 128 * 1024 });
  const ends: [string, number, string][] = [];
  server.on("connection", (connection: Connection, handshake) => {
    connection.join("room");
    connection.on("close", (code, reason) => ends.push([handshake.path, code, reason]));
  });
  const { url } = await server.listen({ port: 0, host: "127.0.0.1" });

  const published = Array.from({ length: PUBLICATIONS }, (_, n) =>
    n % 10 === 9 ? Buffer.from([n & 0xff, n >> 8, 0, 0xff]) : `{"n":${n},"text":"${"再见".repeat(n % 40)}"}`,
  );
  const expected = published.map((data) => Buffer.from(data));

  let done = 0;
  let wrong = 0;
  let allDone: (() => void) | undefined;
  const finished = new Promise<void>((resolve) => {
    allDone = resolve;
  });
  const sockets: WebSocket[] = [];
  for (let batch = 0; batch < CLIENTS; batch += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = new WebSocket(url);
        sockets.push(socket);
        let next = 0;
        socket.on("message", (data: Buffer, isBinary) => {
          if (!expected[next]?.equals(data) || isBinary !== (next % 10 === 9)) wrong += 1;
          next += 1;
          if (next === PUBLICATIONS && ++done === CLIENTS) allDone?.();
        });
        await once(socket, "open");
      }),
    );
  }
  const deaf = new WebSocket(`${url}/deaf`);
  await once(deaf, "open");
  deaf.pause();

  for (const [n, data] of published.entries()) {
    void server.publish("room", data);
    // Some turns have one publication, some have many.
    if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await finished;
  expect(wrong).toBe(0);

  // What the kernel takes for the deaf one is not ours to limit, so it takes some more until its queue is full.
  for (const socket of sockets) socket.removeAllListeners("message");
  const ballast = Buffer.alloc(100 * 1024);
  while (ends.length === 0) {
    await server.publish("room", ballast);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(ends).toEqual([["/deaf", 1008, "outbound limit of 131072 bytes reached"]]);
  expect(server.connectionCount).toBe(CLIENTS);

  deaf.terminate();
  for (const socket of sockets) socket.terminate();
  await server.close();
}, 240_000);
