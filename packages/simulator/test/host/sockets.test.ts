import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import type { DialRequest } from "@weapp-socket/runtime/core";
import { openRelay, type Relay } from "../../src/relay/page/relay.js";
import { makeProgram } from "../program-folder.js";
import { stubPageWebSocket } from "../relay/page-web-socket.js";
import { DIAL, recordEvents } from "../relay/relay-world.js";
import { sessionOf, startSimulator } from "./simulator-world.js";

interface World {
  readonly relay: Relay;
  readonly dial: DialRequest;
  readonly seen: IncomingHttpHeaders[];
  readonly clients: WebSocketServer["clients"];
}

/** A page, the host, and an echo server that the host dials: every socket is real. */
async function openWorld(): Promise<World> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
    vi.unstubAllGlobals();
  });
  const seen: IncomingHttpHeaders[] = [];
  server.on("connection", (socket, request) => {
    seen.push(request.headers);
    socket.send("first, in the server's first turn");
    socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
  });
  await new Promise((listening) => server.on("listening", listening));
  const { port } = server.address() as AddressInfo;
  const { url } = await startSimulator({ dir: makeProgram().dir });
  stubPageWebSocket(url);
  const relay = await openRelay(url, (await sessionOf(url)).token);
  onTestFinished(() => relay.close());
  return { relay, dial: { ...DIAL, url: `ws://127.0.0.1:${port}` }, seen, clients: server.clients };
}

test("a page's socket is the host's: headers, profile, echo of both sorts, close", async () => {
  const { relay, dial, seen } = await openWorld();
  const events = recordEvents();
  const headers = [
    ["Origin", "https://servicewechat.com"],
    ["Referer", "https://servicewechat.com/wx1/devtools/page-frame.html"],
    ["X-Own", "1"],
  ] as const;
  const link = relay.transport.dial({ ...dial, headers }, events);
  await expect.poll(() => events.seen).toHaveLength(2);
  expect(events.seen[0]).toMatchObject([
    "open",
    { header: expect.anything() as object, profile: { rtt: expect.any(Number) as number } },
  ]);
  expect(events.seen[1]).toEqual(["message", "first, in the server's first turn"]);
  expect(seen[0]).toMatchObject({ origin: "https://servicewechat.com", "x-own": "1" });
  link.send("字😀");
  link.send(Uint8Array.from([1, 2]).buffer);
  await expect.poll(() => events.seen).toHaveLength(4);
  expect(events.seen.slice(2)).toEqual([
    ["message", "字😀"],
    ["message", Uint8Array.from([1, 2]).buffer],
  ]);
  link.close(4000, "bye");
  await expect.poll(() => events.seen.at(-1)?.[0]).toBe("close");
});

test("10,000 messages keep their order", async () => {
  const { relay, dial } = await openWorld();
  const events = recordEvents();
  const link = relay.transport.dial(dial, events);
  await expect.poll(() => events.seen).toHaveLength(2);
  const numbers = Array.from({ length: 10_000 }, (_, index) => String(index));
  for (const number of numbers) link.send(number);
  await expect.poll(() => events.seen).toHaveLength(10_002);
  expect(events.seen.slice(2).map(([, data]) => data)).toEqual(numbers);
});

test("nothing listens: the cause is a word", async () => {
  const { relay, dial } = await openWorld();
  const events = recordEvents();
  relay.transport.dial({ ...dial, url: "ws://127.0.0.1:1" }, events);
  await expect.poll(() => events.seen).toMatchObject([["fail", { cause: "refused" }]]);
});

test("a page that is loaded again leaves no socket behind", async () => {
  const { relay, dial, clients } = await openWorld();
  const events = recordEvents();
  relay.transport.dial(dial, events);
  await expect.poll(() => clients.size).toBe(1);
  relay.close();
  await expect.poll(() => clients.size).toBe(0);
  expect(events.seen.some(([name]) => name === "close")).toBe(false);
});

test("a server that is killed is heard", async () => {
  const { relay, dial, clients } = await openWorld();
  const events = recordEvents();
  relay.transport.dial(dial, events);
  await expect.poll(() => events.seen).toHaveLength(2);
  for (const client of clients) client.terminate();
  await expect.poll(() => events.seen.at(-1)).toEqual(["close", 1006, ""]);
});
