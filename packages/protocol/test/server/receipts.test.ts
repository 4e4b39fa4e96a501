import { describe, expect, test } from "vitest";
import type { AckLevel, SessionOutput } from "@weapp-socket/protocol";
import { at, batch, createHarness } from "./harness.js";

/** A session on channel "a" that resumed at 5; `ack` is what its acks are worth to receipts. */
function resumed(facts: object = {}, window = 256) {
  const server = createHarness({ window });
  server.toAttaching({ a: at(5) });
  server.attached("a", at(5), at(5), facts);
  server.look();
  return Object.assign(server, {
    ack(n: number, level: AckLevel = "received", from?: Record<string, string>): SessionOutput[] {
      server.hear({ t: "ack", c: { a: at(n) }, level, ...(from === undefined ? {} : { from }) });
      return server.look().filter((output) => output.type === "acked");
    },
  });
}

const acked = (after: number, position: number, level: AckLevel = "received"): SessionOutput => ({
  type: "acked",
  channel: "a",
  after: at(after),
  position: at(position),
  level,
});

describe("a receipt may say", () => {
  test("what was sent since the subscription began, each level for itself, once", () => {
    const server = resumed();
    server.offer("a", batch(8, 3));
    expect(server.ack(7)).toEqual([acked(5, 7)]);
    expect(server.ack(7)).toEqual([]);
    expect(server.ack(8)).toEqual([acked(7, 8)]);
    expect(server.ack(8, "processed")).toEqual([acked(5, 8, "processed")]);
  });

  test("no more than was sent", () => {
    const server = resumed();
    server.offer("a", batch(6));
    expect(server.ack(99)).toEqual([]);
    expect(server.ack(99, "received", { a: at(5) })).toEqual([]);
    expect(server.ack(6)).toEqual([acked(5, 6)]);
  });

  test("nothing that a gap passed over: too slow", () => {
    const server = resumed({ keepsHistory: false }, 1);
    server.offer("a", batch(6));
    server.offer("a", batch(9, 3));
    expect(server.ack(6)).toEqual([acked(5, 6)]);
    expect(server.ack(9)).toEqual([]);
    server.offer("a", batch(10));
    expect(server.ack(10)).toEqual([acked(9, 10)]);
    expect(server.ack(10, "processed")).toEqual([acked(9, 10, "processed")]);
  });

  test("nothing that a gap passed over: no longer kept, and not found at all", () => {
    const server = resumed();
    server.verify("a", at(9));
    server.input({ type: "page", channel: "a", items: undefined, head: at(9) });
    server.offer("a", batch(10));
    expect(server.ack(10)).toEqual([acked(9, 10)]);

    const other = createHarness();
    other.toAttaching({ a: at(5) });
    other.attached("a", at(5), at(9), { found: false });
    other.offer("a", batch(10));
    other.hear({ t: "ack", c: { a: at(10) } });
    expect(other.look()).toContainEqual(acked(9, 10));
  });

  test("what the client had on an earlier connection, where it says from where", () => {
    const server = resumed();
    expect(server.ack(5, "received", { a: at(3) })).toEqual([acked(3, 5)]);
    expect(server.ack(5, "received", { a: at(5) })).toEqual([]);
    expect(server.ack(5, "received", { b: at(1) })).toEqual([]);
    server.offer("a", batch(6));
    expect(server.ack(6)).toEqual([acked(5, 6)]);
  });

  test("nothing of a channel that it is not on, whatever its name", () => {
    const server = resumed();
    server.hear({ t: "ack", c: { constructor: at(5) }, from: { constructor: at(1) } });
    expect(server.look()).toEqual([{ type: "confirmed" }]);
  });
});
