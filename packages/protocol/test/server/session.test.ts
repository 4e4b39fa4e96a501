import { describe, expect, test } from "vitest";
import type { ClientMessage } from "@weapp-socket/protocol";
import { at, createHarness } from "./harness.js";

describe("from hello to welcome", () => {
  test("one step at a time: who, which session, which channels, welcome", () => {
    const server = createHarness();
    server.hello({ a: at(5), b: null, c: at(1) });
    expect(server.look()).toMatchObject([{ type: "authenticate", hello: { device: "d1", token: "t" } }]);
    server.input({ type: "authenticated", user: "u1" });
    expect(server.look()).toMatchObject([{ type: "open", user: "u1", hello: { device: "d1" } }]);
    server.input({ type: "opened", session: "s1", secret: "x1", resumed: true });
    expect(server.look()).toEqual([
      { type: "attach", channel: "a", position: at(5) },
      { type: "attach", channel: "b", position: undefined },
      { type: "attach", channel: "c", position: at(1) },
    ]);
    server.attached("a", at(5), at(7), { missed: 2 });
    server.attached("b", undefined, at(9));
    expect(server.look()).toEqual([
      { type: "present", channel: "a", present: true },
      { type: "present", channel: "b", present: true },
    ]);
    const error = { code: "forbidden", message: "no", retry: false };
    server.input({ type: "denied", channel: "c", wanted: at(1), error });
    expect(server.look()).toEqual([
      {
        type: "send",
        text: JSON.stringify({
          t: "welcome",
          id: 1,
          version: 1,
          session: "s1",
          secret: "x1",
          resumed: true,
          user: "u1",
          now: 1_000_000,
          heartbeatMs: 25_000,
          window: 256,
          windowBytes: 524_288,
          messageBytes: 65_536,
          channels: { c: { error }, a: { position: at(7), recovered: true }, b: { position: at(9) } },
        }),
      },
      { type: "read", channel: "a", after: at(5), limit: 100, bytes: 131_072 },
    ]);
    expect(server.machine.user).toBe("u1");
    expect(server.machine.device).toBe("d1");
  });

  test("without channels the welcome comes at once; the first word after it confirms the secret", () => {
    const server = createHarness();
    server.toAttaching();
    expect(server.sent()).toMatchObject([{ t: "welcome", channels: {} }]);
    server.hear({ t: "pong", id: 1 });
    expect(server.look()).toEqual([{ type: "confirmed" }]);
    server.hear({ t: "pong", id: 1 });
    expect(server.look()).toEqual([]);
  });

  test("a hello without device or channels is enough", () => {
    const server = createHarness();
    server.hear({ t: "hello", id: 1, version: [1, 2] });
    server.input({ type: "authenticated", user: "u" });
    server.input({ type: "opened", session: "s", secret: "x", resumed: false });
    expect(server.sent()).toMatchObject([{ t: "welcome" }]);
  });

  test.each<[string, string, number, string]>([
    ["no hello", '{"t":"ping","id":1}', 4500, "message: expected one hello first, got ping"],
    [
      "two hellos",
      '[{"t":"hello","id":1,"version":[1,1]},{"t":"hello","id":2,"version":[1,1]}]',
      4500,
      "message: expected one hello first, got hello",
    ],
    ["no JSON", "hello", 4500, "frame: expected JSON, got a text of 5 characters that is none"],
    [
      "a newer version only",
      '{"t":"hello","id":1,"version":[2,3]}',
      4526,
      "version: expected a range with 1, got 2 to 3",
    ],
    [
      "too long",
      `{"t":"hello","id":1,"version":[1,1],"more":"${"x".repeat(40_000)}"}`,
      4513,
      "hello: expected at most 32768 characters, got 40046",
    ],
    [
      "too many channels",
      JSON.stringify({
        t: "hello",
        id: 1,
        version: [1, 1],
        channels: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`c${n}`, null])),
      }),
      4500,
      "hello.channels: expected at most 100",
    ],
  ])("%s ends it", (_name, text, code, message) => {
    const server = createHarness();
    server.input({ type: "text", text });
    const outputs = server.look();
    const bye = outputs.find((output) => output.type === "send");
    expect(JSON.parse(bye!.text)).toMatchObject({ t: "bye", code, retry: false, message });
    expect(outputs.at(-1)).toMatchObject({ type: "close", code });
    expect(server.machine.state).toBe("ended");
  });

  test("a tick before its time does nothing", () => {
    const server = createHarness();
    server.input({ type: "tick" });
    expect(server.look()).toEqual([]);
  });

  test("no hello in time is the client's fault, no welcome in time is ours", () => {
    const silent = createHarness();
    silent.advance(9_999);
    expect(silent.look()).toEqual([]);
    silent.advance(1);
    expect(silent.sent()).toEqual([{ t: "bye", code: 4508, name: "hello-timeout", retry: false }]);
    const slow = createHarness();
    slow.toAttaching({ a: null });
    slow.look();
    slow.advance(10_000);
    expect(slow.sent()).toEqual([{ t: "bye", code: 4040, name: "unavailable", retry: true }]);
    expect(slow.machine.deadline).toBeUndefined();
  });

  test("before the welcome: signs of life and the bye are heard, anything else waits for nobody", () => {
    const server = createHarness();
    server.toAttaching({ a: null });
    server.look();
    server.hear({ t: "ping", id: 3 }, { t: "pong", id: 1 }, { t: "hidden" }, { t: "shown" });
    expect(server.look()).toEqual([
      { type: "send", text: '{"t":"pong","id":3}' },
      { type: "visible", visible: false },
    ]);
    server.hear({ t: "publish", id: 4, c: "a", key: "k", d: 1 });
    expect(server.sent()).toMatchObject([
      { t: "bye", name: "bad-message", message: "message: expected to wait for the welcome, got publish" },
    ]);
  });

  test("refused by whoever authenticates, or ended by the application, with its own window", () => {
    const refused = createHarness();
    refused.hello();
    refused.look();
    refused.input({ type: "rejected", bye: "unauthorized", message: "who?" });
    expect(refused.look()).toEqual([
      { type: "send", text: '{"t":"bye","code":4501,"name":"unauthorized","retry":false,"message":"who?"}' },
      { type: "close", code: 4501, reason: "unauthorized" },
    ]);
    const drained = createHarness();
    drained.toLive();
    drained.input({ type: "end", bye: "drain", after: [5, 10], to: "wss://b" });
    expect(drained.look()).toEqual([
      {
        type: "send",
        text: '{"t":"bye","code":4000,"name":"drain","retry":true,"after":[5,10],"to":"wss://b"}',
      },
      { type: "detach", channel: "a" },
      { type: "close", code: 4000, reason: "drain" },
    ]);
  });
});

describe("live", () => {
  test.each<[ClientMessage, unknown]>([
    [
      { t: "publish", id: 2, c: "a", key: "k", d: { x: 1 } },
      { type: "publish", id: 2, channel: "a", key: "k", data: { x: 1 } },
    ],
    [
      { t: "call", id: 2, method: "m", key: "k" },
      { type: "call", id: 2, method: "m", key: "k", data: undefined },
    ],
    [
      { t: "history", id: 2, c: "a" },
      { type: "history", id: 2, channel: "a", before: undefined, after: undefined, limit: 100 },
    ],
    [
      { t: "history", id: 2, c: "a", before: at(3), limit: 5 },
      { type: "history", id: 2, channel: "a", before: at(3), after: undefined, limit: 5 },
    ],
    [
      { t: "members", id: 2, c: "a" },
      { type: "members", id: 2, channel: "a" },
    ],
    [
      { t: "auth", id: 2, token: "n" },
      { type: "reauthenticate", id: 2, token: "n" },
    ],
    [
      { t: "ping", id: 7 },
      { type: "send", text: '{"t":"pong","id":7}' },
    ],
  ])("%j", (message, output) => {
    const server = createHarness();
    server.toLive();
    server.hear(message);
    expect(server.look()).toEqual([{ type: "confirmed" }, output]);
  });

  describe("hidden and shown", () => {
    const present = (channel: string, is: boolean): object => ({ type: "present", channel, present: is });

    test("are told once each, and take the client out of its channels and back in", () => {
      const server = createHarness();
      server.toLive();
      server.hear({ t: "shown" }, { t: "hidden" }, { t: "hidden" });
      const hidden = { type: "visible", visible: false };
      expect(server.look()).toEqual([{ type: "confirmed" }, hidden, present("a", false)]);
      server.hear({ t: "subscribe", id: 5, c: "b" });
      server.attached("b", undefined, at(1));
      expect(server.look().map(({ type }) => type)).toEqual(["attach", "send"]);
      server.advance(1_000);
      server.hear({ t: "shown" });
      const shown = { type: "visible", visible: true };
      expect(server.look()).toEqual([shown, present("a", true), present("b", true)]);
    });

    test("change who is there at most once a second, to what was said last", () => {
      const server = createHarness();
      server.toLive();
      server.hear({ t: "hidden" }, { t: "shown" }, { t: "hidden" }, { t: "shown" });
      const types = (): string[] => server.look().map(({ type }) => type);
      expect(types()).toEqual(["confirmed", "visible", "present"]);
      server.advance(999);
      expect(server.look()).toEqual([]);
      server.advance(1);
      expect(server.look()).toEqual([{ type: "visible", visible: true }, present("a", true)]);
      server.hear({ t: "hidden" }, { t: "shown" });
      server.advance(10_000);
      expect(server.look()).toEqual([]);
    });

    test("before the welcome too", () => {
      const server = createHarness();
      server.toAttaching({ a: null });
      server.look();
      server.hear({ t: "hidden" });
      server.attached("a", undefined, at(5));
      expect(server.look().map(({ type }) => type)).toEqual(["visible", "send"]);
    });

    test("a hidden client that says nothing is gone in the same time as any other", () => {
      const server = createHarness();
      server.toLive();
      server.hear({ t: "hidden" });
      server.advance(59_999);
      expect(server.machine.state).toBe("live");
      server.advance(1);
      expect(server.sent().at(-1)).toMatchObject({ t: "bye", name: "heartbeat", retry: true });
    });
  });

  test("answers go back under their number", () => {
    const server = createHarness();
    server.toLive();
    server.input({ type: "done", id: 4, ok: { p: at(6) } });
    server.input({ type: "failed", id: 5, error: { code: "forbidden", message: "no", retry: false } });
    server.input({ type: "call", id: -2, method: "m", data: undefined, timeoutMs: 5_000 });
    server.input({ type: "call", id: -3, method: "m", data: 1, timeoutMs: 5_000 });
    server.input({ type: "presence", channel: "a", joined: [], left: [{ user: "u", device: "d" }] });
    expect(server.sent()).toEqual([
      { t: "reply", id: 4, ok: { p: at(6) } },
      { t: "reply", id: 5, error: { code: "forbidden", message: "no", retry: false } },
      { t: "call", id: -2, method: "m" },
      { t: "call", id: -3, method: "m", d: 1 },
      { t: "presence", c: "a", joined: [], left: [{ user: "u", device: "d" }] },
    ]);
  });

  describe("a call of the application", () => {
    test("has the client's answer, once", () => {
      const server = createHarness();
      server.toLive();
      server.input({ type: "call", id: -1, method: "m", data: undefined, timeoutMs: 5_000 });
      server.input({ type: "call", id: -2, method: "m", data: undefined, timeoutMs: 5_000 });
      server.hear({ t: "reply", id: -3, ok: 0 });
      server.look();
      const error = { code: "failed", message: "", retry: false };
      server.hear(
        { t: "reply", id: -1, ok: 5 },
        { t: "reply", id: -2, error },
        { t: "reply", id: -1, ok: 6 },
      );
      expect(server.look()).toEqual([
        { type: "answered", id: -1, ok: 5 },
        { type: "answered", id: -2, error },
      ]);
    });

    test("is not answered before it was made", () => {
      const server = createHarness();
      server.toLive();
      server.look();
      server.hear({ t: "reply", id: -1, ok: 5 });
      expect(server.look()).toEqual([{ type: "confirmed" }]);
    });

    test("has an unknown outcome when no answer comes in time, or the connection ends", () => {
      const server = createHarness();
      server.toLive();
      server.input({ type: "call", id: -1, method: "m", data: undefined, timeoutMs: 5_000 });
      server.advance(4_000);
      server.input({ type: "call", id: -2, method: "m", data: undefined, timeoutMs: 5_000 });
      server.look();
      server.advance(1_000);
      const unknown = { code: "unknown-outcome", retry: false };
      expect(server.look()).toEqual([
        {
          type: "unanswered",
          id: -1,
          error: { ...unknown, message: "call: the client did not answer in time" },
        },
      ]);
      server.input({ type: "closed" });
      expect(server.look()).toContainEqual({
        type: "unanswered",
        id: -2,
        error: { ...unknown, message: "call: the connection ended before the client answered" },
      });
    });

    test("to a client that is not live is refused at once", () => {
      const server = createHarness();
      server.input({ type: "call", id: -1, method: "m", data: undefined, timeoutMs: 5_000 });
      expect(server.look()).toMatchObject([
        { type: "unanswered", id: -1, error: { code: "not-connected", retry: true } },
      ]);
    });

    test("beyond those that the client may have open is refused, until it answers one", () => {
      const server = createHarness({ maxCalls: 1 });
      server.toLive();
      server.input({ type: "call", id: -1, method: "m", data: undefined, timeoutMs: 5_000 });
      server.look();
      server.input({ type: "call", id: -2, method: "m", data: undefined, timeoutMs: 5_000 });
      expect(server.look()).toMatchObject([
        { type: "unanswered", id: -2, error: { code: "rate-limited", retry: true } },
      ]);
      server.hear({ t: "reply", id: -1, ok: 1 });
      server.input({ type: "call", id: -3, method: "m", data: undefined, timeoutMs: 5_000 });
      expect(server.sent()).toMatchObject([{ t: "call", id: -3 }]);
    });
  });

  test("unknown types are refused when they ask, ignored when they do not", () => {
    const server = createHarness();
    server.toLive();
    server.input({ type: "text", text: '[{"t":"dance","id":3},{"t":"dance"}]' });
    expect(server.sent()).toMatchObject([{ t: "reply", id: 3, error: { code: "unsupported" } }]);
  });

  test.each<[string, () => object]>([
    ["a second hello", () => ({ type: "text", text: '{"t":"hello","id":9,"version":[1,1]}' })],
    ["bytes", () => ({ type: "binary" })],
    ["a field of the wrong shape", () => ({ type: "text", text: '{"t":"publish"}' })],
  ])("%s is a bad message, and nothing after it is heard", (_name, input) => {
    const server = createHarness();
    server.toLive();
    server.input(input() as never);
    expect(server.sent()).toMatchObject([{ t: "bye", code: 4500, name: "bad-message" }]);
    server.hear({ t: "ping", id: 1 });
    server.input({ type: "end", bye: "kicked" });
    server.input({ type: "closed" });
    server.input({ type: "tick" });
    server.input({ type: "binary" });
    expect(server.look()).toEqual([]);
  });

  test("a bye leaves for good; what follows it in the frame is not heard", () => {
    const server = createHarness();
    server.toLive();
    server.hear({ t: "bye" }, { t: "ping", id: 1 });
    expect(server.look()).toEqual([
      { type: "confirmed" },
      { type: "left" },
      { type: "detach", channel: "a" },
      { type: "close", code: 1000, reason: "" },
    ]);
  });

  test("a closed socket detaches, and says nothing", () => {
    const server = createHarness();
    server.toLive();
    server.input({ type: "closed" });
    expect(server.look()).toEqual([{ type: "detach", channel: "a" }]);
  });
});

describe("time", () => {
  test("a ping after heartbeatMs without a word from us; anything sent postpones it", () => {
    const server = createHarness();
    server.toLive();
    server.advance(24_999);
    expect(server.look()).toEqual([]);
    server.input({ type: "done", id: 1, ok: null });
    server.look();
    server.advance(24_999);
    expect(server.look()).toEqual([]);
    server.advance(1);
    expect(server.sent()).toEqual([{ t: "ping", id: 1 }]);
  });

  test("a client that says nothing for two heartbeats and 10 s is gone", () => {
    const server = createHarness();
    server.toLive();
    server.hear({ t: "pong", id: 1 });
    server.advance(59_999);
    expect(server.machine.state).toBe("live");
    server.look();
    server.advance(1);
    expect(server.sent()).toEqual([{ t: "bye", code: 4002, name: "heartbeat", retry: true }]);
  });

  test("time in which the process stood still does not count: the client has its time anew", () => {
    const server = createHarness();
    server.input({ type: "stood-still" });
    server.toLive();
    server.hear({ t: "pong", id: 1 });
    server.advance(59_000);
    server.input({ type: "stood-still" });
    server.advance(59_999);
    expect(server.machine.state).toBe("live");
    server.look();
    server.advance(1);
    expect(server.sent()).toMatchObject([{ t: "bye", name: "heartbeat" }]);
  });

  test("a token that ends is asked for in time, and ends the connection when none comes", () => {
    const server = createHarness({ heartbeatMs: 1_000_000 });
    server.toAttaching({}, 100_000);
    server.look();
    server.advance(39_999);
    expect(server.look()).toEqual([]);
    server.advance(1);
    expect(server.sent()).toEqual([{ t: "expiring", inMs: 60_000 }]);
    server.input({ type: "renewed", id: 3, expiresAt: 1_000_000 + 200_000 });
    expect(server.sent()).toEqual([{ t: "reply", id: 3, ok: {} }]);
    server.advance(100_000);
    expect(server.sent()).toEqual([{ t: "expiring", inMs: 60_000 }]);
    server.advance(69_999);
    expect(server.look()).toEqual([]);
    server.advance(1);
    expect(server.sent()).toEqual([{ t: "bye", code: 4005, name: "token-expired", retry: true }]);
  });

  test("a token that is good for ever is never asked for", () => {
    const server = createHarness({ heartbeatMs: 1_000_000 });
    server.toAttaching({}, 100_000);
    server.look();
    server.input({ type: "renewed", id: 3 });
    server.look();
    server.advance(900_000);
    expect(server.look()).toEqual([]);
  });
});
