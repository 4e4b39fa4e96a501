import { describe, expect, test } from "vitest";
import { encode, type HistoryItem, type Message, type SessionInput } from "@weapp-socket/protocol";
import { at, batch, createHarness } from "./harness.js";

/** What a broker answers that keeps the newest alone. */
function newest(n: number, prev = n - 1): SessionInput {
  const message: Message = { t: "message", c: "price", p: at(n), prev: at(prev), d: n };
  const item: HistoryItem = { p: at(n), prev: at(prev), text: encode(message) };
  return { type: "page", channel: "price", items: [item], head: at(n) };
}

function conflated(wanted: number | null, head: number, options: object = {}) {
  const server = createHarness(options);
  server.toAttaching({ price: wanted === null ? null : at(wanted) });
  server.attached("price", wanted === null ? undefined : at(wanted), at(head), {
    conflates: true,
    found: false,
  });
  return server;
}

const read = (after: number) => ({
  type: "read",
  channel: "price",
  after: at(after),
  limit: 1,
  newest: true,
});

describe("a conflated channel", () => {
  test("who comes back gets the newest, and a skip over what was between: no gap", () => {
    const server = conflated(5, 9);
    expect(server.look().at(-1)).toMatchObject(read(5));
    server.input(newest(9));
    expect(server.sent()).toEqual([
      { t: "skip", c: "price", p: at(8), prev: at(5) },
      { t: "message", c: "price", p: at(9), prev: at(8), d: 9 },
    ]);
    expect(server.offer("price", batch(10))).toBe(true);
  });

  test("who missed nothing but the newest needs no skip; who has it needs nothing", () => {
    const server = conflated(8, 9);
    server.look();
    server.input(newest(9));
    expect(server.sent()).toMatchObject([{ t: "message", p: at(9) }]);
    const same = conflated(9, 9);
    expect(same.look().filter((output) => output.type === "read")).toEqual([]);
    expect(same.offer("price", batch(10))).toBe(true);
  });

  test("who begins from now on is owed nothing", () => {
    const server = conflated(null, 9);
    expect(server.sent()).toMatchObject([{ t: "welcome", channels: { price: { position: at(9) } } }]);
  });

  test("a slow client gets the newest when it has room", () => {
    const server = conflated(5, 5, { window: 1 });
    server.look();
    expect(server.offer("price", batch(6))).toBe(true);
    expect(server.offer("price", batch(7))).toBe(false);
    expect(server.offer("price", batch(8))).toBe(false);
    server.flush();
    server.hear({ t: "ack", c: { price: at(6) } });
    expect(server.look().at(-1)).toMatchObject(read(6));
    expect(server.offer("price", batch(9))).toBe(false);
    server.input(newest(9));
    expect(server.sent()).toMatchObject([
      { t: "skip", p: at(8), prev: at(6) },
      { t: "message", p: at(9) },
    ]);
  });

  test("what is published while the newest is read is read as well", () => {
    const server = conflated(5, 9);
    server.look();
    expect(server.offer("price", batch(10))).toBe(false);
    server.input(newest(9));
    expect(server.look().at(-1)).toMatchObject(read(9));
    server.input(newest(10));
    expect(server.sent()).toMatchObject([{ t: "message", p: at(10) }]);
    expect(server.offer("price", batch(11))).toBe(true);
  });

  test("another history is a gap, and then its newest", () => {
    const ahead = conflated(9, 5);
    expect(ahead.sent()).toMatchObject([{ channels: { price: { position: at(5), gap: "fork" } } }]);

    const server = conflated(5, 9);
    server.look();
    server.input(newest(4));
    expect(server.sent()).toMatchObject([
      { t: "gap", p: at(3), why: "fork" },
      { t: "message", p: at(4) },
    ]);
    server.offer("price", batch(2));
    server.flush();
    server.look();
    server.input(newest(1));
    expect(server.sent()).toMatchObject([
      { t: "gap", p: at(0), why: "fork" },
      { t: "message", p: at(1), prev: at(0) },
    ]);
  });

  test("without a newest there is a gap", () => {
    const server = conflated(5, 9);
    server.look();
    server.input({ type: "page", channel: "price", items: [], head: at(9) });
    expect(server.sent()).toEqual([{ t: "gap", c: "price", p: at(9), why: "trimmed" }]);
  });
});
