import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { Histogram } from "../src/bench/histogram.js";
import { runCli } from "./cli-process.js";

async function server(onConnection: (socket: WebSocket) => void): Promise<string> {
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  sockets.on("connection", onConnection);
  await once(sockets, "listening");
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  return `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
}

async function bench(...args: string[]): Promise<{ code: number | null; result: Record<string, unknown> }> {
  const { code, out } = await runCli(["bench", ...args, "--seconds", "1", "--json"]);
  return { code, result: JSON.parse(out) as Record<string, unknown> };
}

test("each connection sends at its rate, and every message is answered", async () => {
  const heard = new Map<string, number>();
  const url = await server((socket) =>
    socket.on("message", (data: Buffer) => {
      heard.set(data.toString(), (heard.get(data.toString()) ?? 0) + 1);
      socket.send("four");
    }),
  );
  const { code, result } = await bench(url, "--connections", "70", "--rate", "20", "--message", "你好");
  expect(code).toBe(0);
  expect([...heard]).toEqual([["你好", 1400]]);
  expect(result).toMatchObject({
    connections: 70,
    opened: 70,
    sent: 1400,
    received: 1400,
    answered: 1400,
    receivedBytes: 5600,
    troubles: {},
  });
  expect(result).toHaveProperty("answerMs.p50", expect.any(Number));
});

test("a message that waits is charged from when it was due", async () => {
  const url = await server((socket) => {
    let heard = 0;
    socket.on("message", () => {
      heard += 1;
      // The thirtieth is due 580 ms after the first.
      const answers = heard < 30 ? 0 : heard === 30 ? 30 : 1;
      for (let n = 0; n < answers; n += 1) socket.send("x");
    });
  });
  const { code, result } = await bench(url, "--connections", "1", "--rate", "50");
  expect(code).toBe(0);
  expect(result).toMatchObject({ sent: 50, answered: 50 });
  expect(result).toHaveProperty("answerMs.max", expect.any(Number));
  expect((result["answerMs"] as { max: number }).max).toBeGreaterThan(300);
});

test("--listen only counts", async () => {
  const url = await server((socket) => {
    socket.on("message", () => socket.close(1008));
    const timer = setInterval(() => socket.send("tick"), 50);
    socket.on("close", () => clearInterval(timer));
  });
  const { code, result } = await bench(url, "--connections", "3", "--listen");
  expect(code).toBe(0);
  expect(result).toMatchObject({ opened: 3, sent: 0, troubles: {} });
  expect(result["received"]).toBeGreaterThan(3);
});

test("a server that answers nothing, one that ends connections, and none at all", async () => {
  const silent = await server(() => undefined);
  const { code, out } = await runCli(["bench", silent, "--connections", "2", "--seconds", "1"]);
  expect(code).toBe(1);
  expect(out).toContain("No message was answered.");
  const rude = await server((socket) => socket.on("message", () => socket.close(4000, "enough")));
  expect(await bench(rude, "--connections", "2")).toMatchObject({
    code: 1,
    result: { troubles: { "ended early: 4000 enough": 2 } },
  });
  const nobody = await bench("ws://127.0.0.1:1", "--connections", "2");
  expect(nobody).toMatchObject({ code: 1, result: { opened: 0, received: 0 } });
  expect(Object.values(nobody.result["troubles"] as object)).toEqual([2]);
});

test("quantiles are within one percent", () => {
  const histogram = new Histogram();
  expect(histogram.summary()).toBeUndefined();
  for (let ms = 1; ms <= 1000; ms += 1) histogram.add(ms);
  const { p50, p95, p99, max } = histogram.summary()!;
  for (const [found, expected] of [
    [p50, 500],
    [p95, 950],
    [p99, 990],
    [max, 1000],
  ] as const) {
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(expected / 100);
  }
});
