import { describe, expect, test } from "vitest";
import { Feed } from "@weapp-socket/protocol";
import { at, batch, createHarness } from "./harness.js";

const item = (n: number) => ({
  p: at(n),
  text: `{"t":"message","c":"a","p":"${at(n)}","prev":"${at(n - 1)}","d":${n}}`,
});

describe("a live channel", () => {
  test("takes what follows, refuses what it has, owes what it cannot take", () => {
    const server = createHarness();
    server.toLive();
    expect(server.offer("a", batch(6))).toBe(true);
    expect(server.offer("a", batch(6))).toBe(false);
    server.flush();
    expect(server.look()).toEqual([]);
    expect(server.offer("a", batch(9, 2))).toBe(false);
    server.flush();
    expect(server.look()).toEqual([{ type: "read", channel: "a", after: at(6), limit: 100, bytes: 131_072 }]);
    server.input({ type: "page", channel: "a", items: [item(7), item(8), item(9)], head: at(9) });
    expect(server.sent()).toMatchObject([{ d: 7 }, { d: 8 }, { d: 9 }]);
    expect(server.offer("a", batch(10))).toBe(true);
    expect(server.offer("nobody's", batch(1))).toBe(false);
  });

  test("without prev in the batch the client is trusted to see the hole", () => {
    const server = createHarness();
    server.toLive();
    expect(server.offer("a", { count: 1, bytes: 1, last: at(9) })).toBe(true);
  });

  test("a full window makes it wait; acks let it go on from history, page by page", () => {
    const server = createHarness({ window: 3, pageMessages: 2 });
    server.toLive();
    expect(server.offer("a", batch(8, 3))).toBe(true);
    expect(server.offer("a", batch(9))).toBe(false);
    expect(server.offer("a", batch(12, 3))).toBe(false);
    server.flush();
    expect(server.look()).toEqual([]);
    server.hear({ t: "ack", c: { a: at(7), gone: at(1) } });
    expect(server.look()).toEqual([
      { type: "confirmed" },
      { type: "acked", channel: "a", after: at(5), position: at(7), level: "received" },
    ]);
    server.hear({ t: "ack", c: { a: at(8) }, level: "processed" });
    expect(server.look()).toEqual([
      { type: "acked", channel: "a", after: at(5), position: at(8), level: "processed" },
      { type: "read", channel: "a", after: at(8), limit: 2, bytes: 131_072 },
    ]);
    server.input({ type: "page", channel: "a", items: [item(9), item(10)], head: at(12) });
    expect(server.look().at(-1)).toMatchObject({ type: "read", after: at(10), limit: 1 });
    expect(server.offer("a", batch(13))).toBe(false);
    server.input({ type: "page", channel: "a", items: [item(11)], head: at(12) });
    server.look();
    server.hear({ t: "ack", c: { a: at(11) } });
    expect(server.look().at(-1)).toMatchObject({ type: "read", after: at(11) });
    server.input({ type: "page", channel: "a", items: [item(12)], head: at(13) });
    expect(server.look().at(-1)).toMatchObject({ type: "read", after: at(12) });
    server.input({ type: "page", channel: "a", items: [item(13)], head: at(13) });
    server.hear({ t: "ack", c: { a: at(13) } });
    expect(server.offer("a", batch(14))).toBe(true);
  });

  test("a skip is not counted: there is nothing in it to process", () => {
    const server = createHarness({ window: 1 });
    server.toLive();
    server.verify("a", at(8));
    const skip = { ...item(6), isSkip: true } as const;
    server.input({ type: "page", channel: "a", items: [skip], head: at(8) });
    expect(server.look().at(-1)).toMatchObject({ type: "read", after: at(6) });
    server.input({ type: "page", channel: "a", items: [item(7)], head: at(8) });
    expect(server.look().filter((output) => output.type === "read")).toEqual([]);
  });

  test("bytes fill the window too", () => {
    const server = createHarness({ windowBytes: 100 });
    server.toLive();
    expect(server.offer("a", batch(6, 1, 100))).toBe(true);
    expect(server.offer("a", batch(7, 1, 1))).toBe(false);
  });

  test("what is owed and no longer kept is a gap", () => {
    const server = createHarness();
    server.toLive();
    server.offer("a", batch(6));
    server.offer("a", batch(9, 2));
    server.flush();
    server.look();
    server.input({ type: "page", channel: "a", items: undefined, head: at(9) });
    expect(server.sent()).toEqual([{ t: "gap", c: "a", p: at(9), why: "trimmed" }]);
    expect(server.offer("a", batch(10))).toBe(true);
  });

  test("a history that ends before its head is a gap, not an endless question", () => {
    const server = createHarness();
    server.toLive();
    server.offer("a", batch(9, 2));
    server.flush();
    server.look();
    server.input({ type: "page", channel: "a", items: [], head: at(9) });
    expect(server.sent()).toEqual([{ t: "gap", c: "a", p: at(9), why: "trimmed" }]);
  });

  test("an empty page at the head is the end of the story", () => {
    const server = createHarness();
    server.toLive();
    server.offer("a", batch(7, 1));
    server.flush();
    server.look();
    server.input({ type: "page", channel: "a", items: [item(6), item(7)], head: at(8) });
    server.look();
    server.input({ type: "page", channel: "a", items: [item(8)], head: at(8) });
    expect(server.look().filter((output) => output.type === "read")).toEqual([]);
    expect(server.offer("a", batch(9))).toBe(true);
  });

  test("a history that went back, as after a failover, is not asked for again and again", () => {
    const server = createHarness();
    server.toLive();
    server.offer("a", batch(9, 2));
    server.flush();
    server.look();
    server.input({ type: "page", channel: "a", items: [], head: at(5) });
    expect(server.look()).toEqual([]);
    expect(server.offer("a", batch(6))).toBe(true);
  });

  test("pages that nobody waits for are dropped", () => {
    const server = createHarness();
    server.toLive();
    server.input({ type: "page", channel: "a", items: [item(6)], head: at(6) });
    server.input({ type: "page", channel: "b", items: [item(6)], head: at(6) });
    expect(server.look()).toEqual([]);
  });

  test("what the node did not hear of is found by asking the broker now and then", () => {
    const server = createHarness();
    server.toLive();
    server.verify("a", at(5));
    server.verify("b", at(5));
    expect(server.look()).toEqual([]);
    server.verify("a", at(7));
    expect(server.look()).toMatchObject([{ type: "read", after: at(5) }]);
    server.verify("a", at(8));
    expect(server.look()).toEqual([]);
  });
});

describe("a channel without history", () => {
  const muted = () => {
    const server = createHarness({ window: 1 });
    server.toAttaching({ live: null });
    server.attached("live", undefined, at(5), { keepsHistory: false });
    server.look();
    return server;
  };

  test("drops what a slow client cannot take, and says so when it can", () => {
    const server = muted();
    expect(server.offer("live", batch(6))).toBe(true);
    expect(server.offer("live", batch(7))).toBe(false);
    expect(server.offer("live", batch(8))).toBe(false);
    server.flush();
    expect(server.look()).toEqual([]);
    server.hear({ t: "ack", c: { live: at(6) } });
    expect(server.sent()).toEqual([{ t: "gap", c: "live", p: at(8), why: "slow" }]);
    expect(server.offer("live", batch(9))).toBe(true);
  });

  test("what it did not hear of is a gap", () => {
    const server = muted();
    server.verify("live", at(7));
    expect(server.sent()).toEqual([{ t: "gap", c: "live", p: at(7), why: "slow" }]);
  });
});

describe("subscribing while live", () => {
  test("attach, answer, and what is owed", () => {
    const server = createHarness();
    server.toLive();
    server.hear({ t: "subscribe", id: 5, c: "b", position: at(1) });
    expect(server.look().at(-1)).toEqual({ type: "attach", channel: "b", position: at(1) });
    server.attached("b", at(1), at(3), { missed: 2 });
    expect(server.look()).toEqual([
      { type: "present", channel: "b", present: true },
      { type: "send", text: JSON.stringify({ t: "reply", id: 5, ok: { position: at(3), recovered: true } }) },
      { type: "read", channel: "b", after: at(1), limit: 100, bytes: 131_072 },
    ]);
    server.hear({ t: "subscribe", id: 6, c: "c" });
    const error = { code: "forbidden", message: "no", retry: false };
    server.look();
    server.input({ type: "denied", channel: "c", wanted: undefined, error });
    server.input({ type: "denied", channel: "c", wanted: undefined, error });
    expect(server.sent()).toEqual([{ t: "reply", id: 6, error }]);
  });

  test("asked for anew from another position: the older answer is not taken for the newer question", () => {
    const server = createHarness();
    server.toLive();
    server.hear(
      { t: "subscribe", id: 5, c: "b", position: at(1) },
      { t: "subscribe", id: 6, c: "b", position: at(2) },
    );
    server.look();
    server.attached("b", at(1), at(3), { missed: 2 });
    server.input({
      type: "denied",
      channel: "b",
      wanted: at(1),
      error: { code: "failed", message: "", retry: true },
    });
    expect(server.look()).toEqual([]);
    server.attached("b", at(2), at(3), { missed: 1 });
    expect(server.sent()).toMatchObject([{ t: "reply", id: 6 }]);
  });

  test("unsubscribed before the answer: detached; after it: detached at once", () => {
    const server = createHarness();
    server.toLive();
    server.hear({ t: "subscribe", id: 5, c: "b" }, { t: "unsubscribe", id: 6, c: "b" });
    server.look();
    server.attached("b", undefined, at(3));
    expect(server.look()).toEqual([{ type: "detach", channel: "b" }]);
    server.hear({ t: "unsubscribe", id: 7, c: "a" });
    expect(server.look()).toEqual([
      { type: "detach", channel: "a" },
      { type: "send", text: '{"t":"reply","id":7,"ok":{}}' },
    ]);
    server.input({
      type: "unsubscribe",
      channel: "a",
      error: { code: "forbidden", message: "out", retry: false },
    });
    expect(server.sent()).toMatchObject([{ t: "unsubscribed", c: "a" }]);
  });

  test("an answer for a channel that stands already is dropped", () => {
    const server = createHarness();
    server.toLive();
    server.attached("a", at(5), at(9));
    expect(server.look()).toEqual([]);
  });

  test("room that a replaced or left channel had taken is given to the others", () => {
    const server = createHarness({ window: 2 });
    server.toLive();
    server.hear({ t: "subscribe", id: 5, c: "b", position: at(1) });
    server.attached("b", at(1), at(1));
    server.offer("b", batch(3, 2));
    server.offer("a", batch(6));
    server.flush();
    expect(server.look().filter((output) => output.type === "read")).toEqual([]);
    server.hear({ t: "subscribe", id: 6, c: "b", position: at(3) });
    server.attached("b", at(3), at(3));
    expect(server.look().at(-1)).toMatchObject({ type: "read", channel: "a" });
  });

  test("no more than maxChannels; one that stands may be asked for again", () => {
    const server = createHarness({ maxChannels: 2 });
    server.toLive();
    server.hear(
      { t: "subscribe", id: 5, c: "b" },
      { t: "subscribe", id: 6, c: "c" },
      { t: "subscribe", id: 7, c: "a" },
    );
    expect(server.look().slice(1)).toMatchObject([
      { type: "attach", channel: "b" },
      { type: "send", text: expect.stringContaining('"too-many-channels"') },
      { type: "attach", channel: "a" },
    ]);
  });
});

describe("what is published while a channel is being attached", () => {
  test("with history it is owed", () => {
    const server = createHarness();
    server.toAttaching({ a: at(5), b: null });
    server.offer("a", batch(7));
    server.attached("a", at(5), at(6), { missed: 1 });
    server.offer("a", batch(8));
    server.look();
    server.attached("b", undefined, at(1));
    const outputs = server.look().slice(1);
    expect(JSON.parse((outputs[0] as { text: string }).text)).toMatchObject({
      channels: { a: { position: at(8), recovered: true } },
    });
    expect(outputs[1]).toMatchObject({ type: "read", channel: "a", after: at(5) });
  });

  test.each([
    ["from now on", undefined, {}, { position: at(7) }],
    ["resumed at the head", at(5), {}, { position: at(7), gap: "no-history" }],
    ["resumed from before", at(3), { found: false }, { position: at(7), gap: "no-history" }],
  ])("without history it is part of where the client begins: %s", (_name, wanted, facts, attached) => {
    const server = createHarness();
    server.toAttaching({ a: wanted ?? null, b: null });
    server.look();
    server.attached("a", wanted, at(5), { keepsHistory: false, found: false, ...facts });
    server.offer("a", batch(7, 2));
    server.attached("b", undefined, at(1));
    expect(server.sent()).toMatchObject([{ t: "welcome", channels: { a: attached } }]);
    expect(server.offer("a", batch(8))).toBe(true);
  });

  test("a gap is told with where the client goes on", () => {
    const server = createHarness();
    server.toAttaching({ a: at(3) });
    server.look();
    server.attached("a", at(3), at(9), { found: false });
    expect(server.sent()).toMatchObject([
      { t: "welcome", channels: { a: { position: at(9), gap: "trimmed" } } },
    ]);
  });
});

test("an ack of what was never sent frees nothing", () => {
  const feed = new Feed("a", "history", at(5), undefined, undefined);
  feed.begin();
  feed.offer(batch(8, 3), true);
  feed.ack(at(7), "received", undefined);
  expect(feed.unackedCount).toBe(3);
  feed.ack("nonsense", "received", undefined);
  expect(feed.unackedCount).toBe(3);
  feed.ack(at(8), "received", undefined);
  expect(feed.unackedCount).toBe(0);
});

test("an ack frees what it covers, and nothing behind it", () => {
  const feed = new Feed("a", "history", at(5), undefined, undefined);
  feed.begin();
  feed.offer(batch(6), true);
  feed.offer(batch(8, 2), true);
  feed.ack(at(6), "received", undefined);
  expect([feed.unackedCount, feed.unackedBytes]).toEqual([2, 20]);
  feed.offer(batch(9), true);
  feed.ack(at(9), "received", undefined);
  expect([feed.unackedCount, feed.unackedBytes]).toEqual([0, 0]);
});
