import { describe, expect, test } from "vitest";
import type { ErrorBody, Message } from "@weapp-socket/protocol";
import { createHarness } from "./harness.js";

const at = (n: number): string => (n === 0 ? "" : `${n}-${String(n).padStart(8, "0")}`);
const message = (n: number, c = "a"): Message => ({ t: "message", c, p: at(n), prev: at(n - 1), d: n });
const refusal: ErrorBody = { code: "forbidden", message: "no", retry: false };
const later: ErrorBody = { code: "unavailable", message: "soon", retry: true };

function live(position: string | null = at(3)) {
  const client = createHarness();
  client.run(client.machine.subscribe("a", position, client.now));
  client.goLive({ a: { position: at(3), recovered: true } });
  return client;
}

describe("subscriptions", () => {
  test("wanted before: in the hello; wanted while live: by subscribe", () => {
    const client = createHarness();
    client.run(client.machine.subscribe("a", at(3), client.now));
    client.run(client.machine.subscribe("b", null, client.now));
    client.input({ type: "start" });
    client.token();
    client.look();
    client.opened();
    expect(client.sent()).toMatchObject([{ t: "hello", channels: { a: at(3), b: null } }]);
    client.welcome({ a: { position: at(5), recovered: true }, b: { position: at(9) } });
    expect(client.look().slice(1)).toEqual([
      { type: "attached", channel: "a", position: at(3) },
      { type: "attached", channel: "b", position: at(9) },
    ]);
    client.run(client.machine.subscribe("c", null, client.now));
    client.run(client.machine.subscribe("c", at(1), client.now));
    client.run(client.machine.subscribe("d", at(1), client.now));
    expect(client.sent()).toEqual([
      { t: "subscribe", id: 2, c: "c" },
      { t: "subscribe", id: 3, c: "d", position: at(1) },
    ]);
    client.hear({ t: "reply", id: 2, ok: { position: at(7) } });
    expect(client.look()).toEqual([{ type: "attached", channel: "c", position: at(7) }]);
    expect(client.machine.positions).toEqual({ a: at(3), b: at(9), c: at(7), d: at(1) });
  });

  test("wanted while the hello was under way, or left out of the welcome: asked for, not waited for", () => {
    const client = createHarness();
    client.run(client.machine.subscribe("a", at(3), client.now));
    client.input({ type: "start" });
    client.token();
    client.opened();
    client.run(client.machine.subscribe("b", null, client.now));
    client.look();
    client.welcome({});
    expect(client.sent()).toEqual([
      { t: "subscribe", id: 2, c: "a", position: at(3) },
      { t: "subscribe", id: 3, c: "b" },
    ]);
  });

  test("a final refusal drops the channel, another is tried again later", () => {
    const client = createHarness();
    client.run(client.machine.subscribe("a", null, client.now));
    client.run(client.machine.subscribe("b", null, client.now));
    client.goLive({ a: { error: refusal }, b: { error: later } });
    expect(client.machine.positions).toEqual({ b: null });
    client.advance(4_999);
    expect(client.look()).toEqual([]);
    client.advance(1);
    expect(client.sent()).toEqual([{ t: "subscribe", id: 2, c: "b" }]);
    client.hear({ t: "reply", id: 2, error: { ...later, afterMs: 100 } });
    client.advance(100);
    expect(client.sent()).toEqual([{ t: "subscribe", id: 3, c: "b" }]);
    client.hear({ t: "reply", id: 3, error: refusal });
    expect(client.look()).toEqual([{ type: "refused", channel: "b", error: refusal }]);
  });

  test("of several refused for now, each is asked for at its own time", () => {
    const client = createHarness();
    for (const channel of ["a", "b", "c"]) client.run(client.machine.subscribe(channel, null, client.now));
    const after = (afterMs: number) => ({ error: { ...later, afterMs } });
    client.goLive({ a: after(200), b: after(300), c: after(100) });
    client.advance(250);
    expect(client.sent()).toMatchObject([{ c: "c" }, { c: "a" }]);
    client.advance(50);
    expect(client.sent()).toMatchObject([{ c: "b" }]);
  });

  test("a reply without a position is no answer: the connection ends, the position stays", () => {
    for (const ok of [null, 7, {}, { position: 5 }]) {
      const client = live();
      client.hear(message(9));
      client.look();
      client.hear({ t: "reply", id: 2, ok });
      expect(client.look()).toMatchObject([{ type: "close", code: 4500, reason: "bad-message" }]);
      expect(client.machine.state).toBe("closing");
      expect(client.machine.positions).toEqual({ a: at(3) });
    }
  });

  test("unsubscribed: nothing more is heard of it", () => {
    const client = live();
    client.run(client.machine.unsubscribe("a", client.now));
    client.run(client.machine.unsubscribe("a", client.now));
    expect(client.sent()).toEqual([{ t: "unsubscribe", id: 2, c: "a" }]);
    client.hear(message(4), { t: "gap", c: "a", p: at(9), why: "slow" }, { t: "reply", id: 2, ok: {} });
    expect(client.look()).toEqual([]);
    client.closed();
    client.run(client.machine.subscribe("b", null, client.now));
    client.run(client.machine.unsubscribe("b", client.now));
    expect(client.sent()).toEqual([]);
  });

  test("the server may subscribe and unsubscribe", () => {
    const client = live();
    client.hear({ t: "subscribed", c: "z", position: at(1) }, message(2, "z"), {
      t: "unsubscribed",
      c: "z",
      error: refusal,
    });
    expect(client.look()).toEqual([
      { type: "attached", channel: "z", position: at(1) },
      { type: "message", message: message(2, "z") },
      { type: "refused", channel: "z", error: refusal },
    ]);
    client.hear({ t: "unsubscribed", c: "z", error: refusal });
    expect(client.look()).toEqual([]);
  });

  test("a channel named like an object's own members is only a name", () => {
    const client = live();
    client.hear(message(1, "toString"), { t: "gap", c: "constructor", p: at(9), why: "slow" });
    expect(client.look()).toEqual([]);
  });
});

describe("messages", () => {
  test("in order, once; a hole is asked for and filled, in order", () => {
    const client = live();
    client.hear(message(4), message(4), message(6), message(7));
    expect(client.look()).toMatchObject([{ type: "message", message: { d: 4 } }, { type: "send" }]);
    client.hear(
      message(8),
      { t: "reply", id: 2, ok: { position: at(8), recovered: true } },
      message(5),
      message(6),
    );
    client.hear(message(7), message(8), message(9));
    expect(client.look().map((output) => output.type === "message" && output.message.d)).toEqual([
      false,
      5,
      6,
      7,
      8,
      9,
    ]);
  });

  test("a hole that cannot be filled is told", () => {
    const client = live();
    client.hear(message(6));
    expect(client.sent()).toEqual([{ t: "subscribe", id: 2, c: "a", position: at(3) }]);
    client.hear({ t: "reply", id: 2, ok: { position: at(6), gap: "trimmed" } });
    expect(client.look()).toEqual([
      { type: "attached", channel: "a", position: at(6) },
      { type: "gap", channel: "a", why: "trimmed", position: at(6) },
    ]);
  });

  test("a gap and a skip move on", () => {
    const client = live();
    client.hear(
      { t: "skip", c: "a", p: at(4), prev: at(3) },
      message(5),
      { t: "gap", c: "a", p: at(9), why: "slow" },
      message(10),
    );
    expect(client.look()).toMatchObject([
      { type: "message", message: { d: 5 } },
      { type: "gap", channel: "a", why: "slow", position: at(9) },
      { type: "message", message: { d: 10 } },
    ]);
  });

  test("an answer that explains nothing is a gap", () => {
    const client = live();
    client.closed();
    client.advance(500);
    client.token();
    client.opened();
    client.look();
    client.welcome({ a: { position: at(7) } });
    expect(client.look()).toContainEqual({ type: "gap", channel: "a", why: "unknown", position: at(7) });
  });

  test("presence and calls are passed on; unknown calls are refused", () => {
    const client = live();
    const joined = [{ user: "u", device: "d" }];
    client.hear({ t: "presence", c: "a", joined, left: [] }, { t: "call", id: -4, method: "refresh", d: 1 });
    expect(client.look()).toEqual([
      { type: "presence", channel: "a", joined, left: [] },
      { type: "called", generation: 1, id: -4, method: "refresh", data: 1 },
    ]);
    client.run(client.machine.answer(1, { t: "reply", id: -4, ok: "done" }, client.now));
    expect(client.sent()).toEqual([{ t: "reply", id: -4, ok: "done" }]);
    client.input({
      type: "text",
      generation: 1,
      text: '[{"t":"dance","id":-5},{"t":"dance","id":5},{"t":"dance"}]',
    });
    expect(client.sent()).toMatchObject([{ t: "reply", id: -5, error: { code: "unsupported" } }]);
  });

  test("a call is answered on the connection that asked, or not at all", () => {
    const client = live();
    client.hear({ t: "call", id: -1, method: "first" });
    client.closed();
    client.look();
    client.run(client.machine.answer(1, { t: "reply", id: -1, ok: "late" }, client.now));
    expect(client.look()).toEqual([]);
    client.advance(1_000);
    client.goLive({ a: { position: at(3), recovered: true } });
    client.hear({ t: "call", id: -1, method: "second" });
    expect(client.look()).toEqual([
      { type: "called", generation: 2, id: -1, method: "second", data: undefined },
    ]);
    client.run(client.machine.answer(1, { t: "reply", id: -1, ok: "later" }, client.now));
    expect(client.look()).toEqual([]);
    const error: ErrorBody = { code: "failed", message: "no", retry: false };
    client.run(client.machine.answer(2, { t: "reply", id: -1, error }, client.now));
    expect(client.sent()).toEqual([{ t: "reply", id: -1, error }]);
  });

  test("the server's ping is answered at once", () => {
    const client = live();
    client.hear({ t: "ping", id: 12 });
    expect(client.sent()).toEqual([{ t: "pong", id: 12 }]);
  });

  test("a second welcome changes nothing", () => {
    const client = live();
    client.welcome({ a: { position: at(40), gap: "fork" } });
    expect(client.look()).toEqual([]);
  });
});

describe("acks", () => {
  const processing = () => {
    const client = createHarness({ ackLevel: "processed" });
    client.run(client.machine.subscribe("a", at(3), client.now));
    client.goLive({ a: { position: at(3), recovered: true } });
    return Object.assign(client, {
      processed: (n: number) => client.run(client.machine.processed("a", at(n), client.now)),
      ackAfter: (ms: number) => {
        client.advance(ms);
        return client.sent().filter((sent) => sent.t === "ack");
      },
    });
  };

  test("gathered for a second", () => {
    const client = live();
    client.hear(message(4));
    client.advance(500);
    client.hear(message(5));
    client.look();
    client.advance(499);
    expect(client.sent()).toEqual([]);
    client.advance(1);
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(5) }, from: { a: at(3) } }]);
    client.advance(5_000);
    expect(client.sent()).toEqual([]);
  });

  test("at once after 32, or half the window", () => {
    const client = live();
    for (let n = 4; n < 35; n += 1) client.hear(message(n));
    expect(client.sent()).toEqual([]);
    client.hear(message(35));
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(35) }, from: { a: at(3) } }]);

    const narrow = createHarness();
    narrow.run(narrow.machine.subscribe("a", at(3), narrow.now));
    narrow.input({ type: "start" });
    narrow.token();
    narrow.opened();
    narrow.welcome({ a: { position: at(3), recovered: true } }, { window: 1, windowBytes: 1 });
    narrow.look();
    narrow.hear(message(4));
    expect(narrow.sent()).toEqual([{ t: "ack", c: { a: at(4) }, from: { a: at(3) } }]);

    const batched = live();
    batched.hear(...Array.from({ length: 32 }, (_, n) => message(n + 4)));
    expect(batched.sent()).toEqual([{ t: "ack", c: { a: at(35) }, from: { a: at(3) } }]);
  });

  test("by bytes too", () => {
    const client = createHarness();
    client.run(client.machine.subscribe("a", at(3), client.now));
    client.input({ type: "start" });
    client.token();
    client.opened();
    client.welcome({ a: { position: at(3), recovered: true } }, { windowBytes: 2_000 });
    client.look();
    client.hear({ ...message(4), d: "x".repeat(1_000) });
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(4) }, from: { a: at(3) } }]);
  });

  test("processed: only what the application says, a full window without it sends nothing", () => {
    const client = createHarness({ ackLevel: "processed" });
    client.run(client.machine.subscribe("a", at(3), client.now));
    client.goLive({ a: { position: at(3), recovered: true } });
    for (let n = 4; n < 40; n += 1) client.hear(message(n));
    client.advance(1_000);
    expect(client.sent()).toEqual([]);
    client.run(client.machine.processed("a", at(38), client.now));
    client.advance(1_000);
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(38) }, from: { a: at(3) }, level: "processed" }]);
  });

  test("processed: each goes on from the last; what is not wanted says nothing", () => {
    const client = processing();
    client.hear(message(4), message(5));
    client.processed(4);
    expect(client.ackAfter(1_000)).toEqual([
      { t: "ack", c: { a: at(4) }, from: { a: at(3) }, level: "processed" },
    ]);
    client.processed(5);
    client.run(client.machine.processed("b", at(4), client.now));
    expect(client.ackAfter(1_000)).toEqual([
      { t: "ack", c: { a: at(5) }, from: { a: at(4) }, level: "processed" },
    ]);
  });

  test("a channel in which nothing new came has no part in an ack", () => {
    const client = createHarness();
    client.run(client.machine.subscribe("a", at(3), client.now));
    client.run(client.machine.subscribe("b", at(3), client.now));
    client.goLive({ a: { position: at(3), recovered: true }, b: { position: at(3), recovered: true } });
    client.hear(message(4), message(4, "b"));
    client.look();
    client.advance(1_000);
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(4), b: at(4) }, from: { a: at(3), b: at(3) } }]);
    client.hear(message(5, "b"));
    client.advance(1_000);
    expect(client.sent()).toEqual([{ t: "ack", c: { b: at(5) }, from: { b: at(4) } }]);
  });

  test("processed: nothing from before a gap together with what follows it", () => {
    const client = processing();
    client.hear(message(4), { t: "gap", c: "a", p: at(9), why: "slow" });
    client.processed(4);
    expect(client.ackAfter(5_000)).toEqual([]);
    client.hear(message(10));
    client.processed(4);
    expect(client.ackAfter(5_000)).toEqual([]);
    client.processed(10);
    expect(client.ackAfter(1_000)).toEqual([
      { t: "ack", c: { a: at(10) }, from: { a: at(9) }, level: "processed" },
    ]);
  });

  test("a duplicate counts against the window, so what was acknowledged is acknowledged again", () => {
    const received = live();
    received.hear(message(4));
    received.advance(1_000);
    received.look();
    received.hear(message(4));
    received.advance(1_000);
    expect(received.sent()).toEqual([{ t: "ack", c: { a: at(4) }, from: { a: at(4) } }]);

    // Nothing is claimed by it: it begins where it ends.
    const client = processing();
    client.hear(message(3));
    expect(client.ackAfter(1_000)).toEqual([
      { t: "ack", c: { a: at(3) }, from: { a: at(3) }, level: "processed" },
    ]);
    client.hear(message(4), message(4));
    expect(client.ackAfter(5_000)).toEqual([
      { t: "ack", c: { a: at(3) }, from: { a: at(3) }, level: "processed" },
    ]);
    client.processed(4);
    client.hear(message(4));
    expect(client.ackAfter(1_000)).toEqual([
      { t: "ack", c: { a: at(4) }, from: { a: at(3) }, level: "processed" },
    ]);
  });

  test("so does one that comes right after a gap", () => {
    const client = live();
    client.hear({ t: "gap", c: "a", p: at(9), why: "slow" });
    client.look();
    client.hear(message(9));
    client.advance(1_000);
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(9) }, from: { a: at(9) } }]);
  });

  test("after a reconnect: what was received on the connection before goes first", () => {
    const client = live();
    client.hear(message(4), message(5));
    client.closed();
    client.advance(1_000);
    client.token();
    client.opened();
    client.look();
    client.welcome({ a: { position: at(9), gap: "trimmed" } });
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(5) }, from: { a: at(3) } }]);
    client.hear(message(10));
    client.advance(1_000);
    expect(client.sent()).toEqual([{ t: "ack", c: { a: at(10) }, from: { a: at(9) } }]);
  });

  test("after a gap: nothing of before it is acknowledged, on a later connection neither", () => {
    const client = live();
    client.hear(message(4), { t: "gap", c: "a", p: at(9), why: "slow" });
    client.closed();
    client.advance(1_000);
    client.token();
    client.opened();
    client.look();
    client.welcome({ a: { position: at(9), recovered: true } });
    expect(client.sent()).toEqual([]);
  });

  test("an unsubscribed channel is not acknowledged; at level received the application's word is not needed", () => {
    const client = live();
    client.hear(message(4));
    client.run(client.machine.processed("a", at(4), client.now));
    client.run(client.machine.unsubscribe("a", client.now));
    client.look();
    client.advance(2_000);
    expect(client.sent()).toEqual([]);
  });
});
