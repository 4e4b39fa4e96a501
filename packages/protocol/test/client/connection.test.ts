import { describe, expect, test } from "vitest";
import { byeCodes, type Bye } from "@weapp-socket/protocol";
import { createHarness } from "./harness.js";

const drain: Bye = {
  t: "bye",
  code: 4000,
  name: "drain",
  retry: true,
  after: [2_000, 4_000],
  to: "wss://b.example/ws",
};

describe("from nothing to live", () => {
  test("one step at a time: token, dial, hello, welcome", () => {
    const client = createHarness({ session: "s0", secret: "x0" });
    expect(client.machine.deadline).toBeUndefined();
    client.input({ type: "start" });
    expect(client.look()).toEqual([{ type: "token", generation: 1, refused: false }]);
    client.token("secret");
    expect(client.look()).toEqual([{ type: "dial", generation: 1, url: "wss://a.example/ws" }]);
    client.opened();
    expect(client.sent()).toEqual([
      {
        t: "hello",
        id: 1,
        version: [1, 1],
        token: "secret",
        device: "d1",
        attempt: 7,
        session: "s0",
        secret: "x0",
        reason: "start",
        client: "test/1",
        channels: {},
      },
    ]);
    client.welcome();
    expect(client.look()).toEqual([{ type: "session", session: "s1", secret: "x1", user: "u1" }]);
    expect(client.machine.state).toBe("live");
  });

  test.each(["authorizing", "opening", "greeting"])(
    "a step that takes too long ends the attempt: %s",
    (state) => {
      const client = createHarness();
      client.input({ type: "start" });
      if (state !== "authorizing") client.token();
      if (state === "greeting") client.opened();
      expect(client.machine.state).toBe(state);
      client.advance(14_999);
      expect(client.machine.state).toBe(state);
      client.advance(1);
      expect(client.machine.state).toBe(state === "authorizing" ? "waiting" : "closing");
    },
  );

  test("both waits can be set", () => {
    const client = createHarness({ stepMs: 100, closeMs: 50 });
    client.input({ type: "start" });
    client.token();
    client.advance(100);
    expect(client.machine.state).toBe("closing");
    client.advance(50);
    expect(client.machine.state).toBe("waiting");
  });

  test("a tick before the deadline does nothing, in every state", () => {
    const client = createHarness();
    const tick = (): void => {
      client.look();
      client.input({ type: "tick" });
      expect(client.look()).toEqual([]);
    };
    tick();
    client.input({ type: "start" });
    tick();
    client.token();
    tick();
    client.opened();
    tick();
    client.welcome();
    tick();
    client.hear({ ...drain });
    tick();
    client.closed();
    expect(client.machine.state).toBe("waiting");
    tick();
    client.input({ type: "pause", reason: "manual" });
    tick();
    client.input({ type: "stop" });
    client.states();
    tick();
  });

  test("a failed token is asked for again, a final one ends the client", () => {
    const client = createHarness();
    client.input({ type: "start" });
    client.input({ type: "token-failed", generation: 1, final: false, message: "no network" });
    expect(client.machine.state).toBe("waiting");
    client.advance(500);
    expect(client.machine.state).toBe("authorizing");
    client.look();
    client.input({ type: "token-failed", generation: 2, final: true, message: "banned" });
    expect(client.look()).toEqual([
      { type: "ended", error: { code: "unauthorized", message: "banned", retry: false } },
    ]);
    expect(client.machine.deadline).toBeUndefined();
  });

  test("before the welcome pings are answered and other talk is not heard", () => {
    const client = createHarness();
    client.input({ type: "start" });
    client.token();
    client.opened();
    client.look();
    client.hear({ t: "ping", id: 4 }, { t: "gap", c: "a", p: "1-00000000", why: "trimmed" });
    expect(client.sent()).toEqual([{ t: "pong", id: 4 }]);
    client.hear({ t: "bye", code: 4501, name: "unauthorized", retry: false, message: "who?" });
    client.closed();
    expect(client.look().at(-1)).toEqual({
      type: "ended",
      error: { code: "unauthorized", message: "who?", retry: false },
    });
  });

  test("what follows the welcome in one frame is heard", () => {
    const client = createHarness();
    client.run(client.machine.subscribe("a", "", client.now));
    client.input({ type: "start" });
    client.token();
    client.opened();
    client.look();
    const welcome = {
      t: "welcome",
      id: 1,
      version: 1,
      session: "s",
      secret: "x",
      resumed: false,
      user: "u",
      now: 0,
      heartbeatMs: 25_000,
      window: 256,
      windowBytes: 1_000,
      messageBytes: 1_000,
      channels: { a: { position: "1-00000000", recovered: true } },
    } as const;
    client.hear(welcome, { t: "message", c: "a", p: "1-00000000", prev: "", d: 1 });
    expect(client.look().map((output) => output.type)).toEqual(["session", "attached", "message"]);
  });
});

describe("the end of a connection", () => {
  test("a lost connection is tried again after a jittered wait that grows, and starts anew after a stable one", () => {
    const client = createHarness();
    client.goLive();
    const waits: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      client.closed(1006);
      waits.push(client.machine.deadline! - client.now);
      client.advance(waits.at(-1)!);
      client.goLive();
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    client.advance(10_000);
    client.closed(1006);
    expect(client.machine.deadline! - client.now).toBe(500);
  });

  test("a close code alone only forbids between 4500 and 4999", () => {
    for (const code of [undefined, 0, 1000, 1006, 4000, 4499]) {
      const client = createHarness();
      client.goLive();
      client.closed(code);
      expect(client.machine.state).toBe("waiting");
    }
    const client = createHarness();
    client.goLive();
    client.closed(4509);
    expect(client.look()).toEqual([
      {
        type: "ended",
        error: { code: "closed", message: "the server closed with 4509", retry: false },
      },
    ]);
  });

  test("a bye rules: its window, and its address for one attempt", () => {
    const client = createHarness();
    client.goLive();
    client.hear(drain);
    expect(client.look()).toEqual([{ type: "close", generation: 1, code: 1000, reason: "" }]);
    client.closed(4501);
    expect(client.machine.state).toBe("waiting");
    expect(client.machine.deadline! - client.now).toBe(3_000);
    client.input({ type: "network" });
    expect(client.machine.state).toBe("waiting");
    client.advance(3_000);
    client.token();
    expect(client.look().at(-1)).toEqual({ type: "dial", generation: 2, url: "wss://b.example/ws" });
    client.closed();
    client.advance(1_000);
    client.token();
    expect(client.look().at(-1)).toEqual({ type: "dial", generation: 3, url: "wss://a.example/ws" });
  });

  test.each(Object.entries(byeCodes).filter(([, code]) => code >= 4500))(
    "bye %s ends the client",
    (name, code) => {
      const client = createHarness();
      client.goLive();
      client.hear({ t: "bye", code, name, retry: false });
      client.closed();
      expect(client.look().at(-1)).toEqual({
        type: "ended",
        error: { code: name, message: name, retry: false },
      });
    },
  );

  test("after token-expired the next token is asked for as refused", () => {
    const client = createHarness();
    client.goLive();
    client.hear({ t: "bye", code: 4005, name: "token-expired", retry: true });
    client.closed();
    client.advance(500);
    expect(client.look().at(-1)).toEqual({ type: "token", generation: 2, refused: true });
    client.goLive();
    client.hear({ t: "expiring", inMs: 60_000 });
    expect(client.look()).toEqual([{ type: "token", generation: 2, refused: true }]);
    client.token("fresh");
    expect(client.sent()).toMatchObject([{ t: "auth", token: "fresh" }]);
    client.input({ type: "token", generation: 2, token: undefined });
    client.input({ type: "token-failed", generation: 2, final: false, message: "" });
    expect(client.look()).toEqual([]);
  });

  test("the old socket is waited for, but not for ever, and then no longer heard", () => {
    const client = createHarness();
    client.goLive();
    client.hear(drain);
    client.advance(1_999);
    expect(client.machine.state).toBe("closing");
    client.advance(1);
    expect(client.machine.state).toBe("waiting");
    client.advance(10_000);
    expect(client.machine.state).toBe("authorizing");
    client.input({ type: "closed", generation: 1, code: 1000 });
    client.input({ type: "text", generation: 1, text: "{" });
    expect(client.machine.state).toBe("authorizing");
  });

  test("what is no message of the protocol ends the connection, not the client", () => {
    const client = createHarness();
    client.goLive();
    client.input({ type: "text", generation: 1, text: "<html>" });
    expect(client.look()).toEqual([{ type: "close", generation: 1, code: 4500, reason: "bad-message" }]);
    client.closed();
    expect(client.machine.state).toBe("waiting");
  });

  test("nothing is heard after a bye in the same frame", () => {
    const client = createHarness();
    client.goLive();
    client.hear(drain, { t: "ping", id: 1 });
    expect(client.sent()).toEqual([]);
  });
});

describe("liveness", () => {
  test("silence beyond heartbeat + 10 s is a dead link", () => {
    const client = createHarness();
    client.goLive();
    client.advance(34_999);
    expect(client.machine.state).toBe("live");
    client.hear({ t: "pong", id: 9 });
    client.advance(34_999);
    expect(client.machine.state).toBe("live");
    client.advance(1);
    expect(client.machine.state).toBe("closing");
  });

  test("time asleep does not count: a late tick probes first", () => {
    const client = createHarness();
    client.goLive();
    client.sleep(3_600_000);
    expect(client.sent()).toMatchObject([{ t: "ping" }]);
    client.advance(2_499);
    expect(client.machine.state).toBe("live");
    client.advance(1);
    expect(client.machine.state).toBe("closing");
  });

  test.each(["unpause", "network"] as const)("after %s the link is probed and has 2.5 s", (type) => {
    const client = createHarness();
    client.goLive();
    if (type === "unpause") client.input({ type: "pause", reason: "hidden" });
    client.input(type === "unpause" ? { type, reason: "hidden" } : { type });
    expect(client.sent().map((message) => message.t)).toEqual(
      type === "unpause" ? ["hidden", "shown", "ping"] : ["ping"],
    );
    client.input({ type: "network" });
    client.hear({ t: "pong", id: 2 });
    client.advance(5_000);
    expect(client.machine.state).toBe("live");
  });
});

describe("pauses", () => {
  test("a reason that was not held may go at any time: it only probes", () => {
    const client = createHarness();
    client.goLive();
    client.input({ type: "unpause", reason: "offline" });
    expect(client.sent().map((message) => message.t)).toEqual(["ping"]);
  });

  test("every reason must go before an attempt is made; showing cuts the backoff short", () => {
    const client = createHarness();
    client.input({ type: "pause", reason: "manual" });
    client.input({ type: "pause", reason: "hidden" });
    client.input({ type: "unpause", reason: "hidden" });
    client.input({ type: "start" });
    expect(client.machine.state).toBe("paused");
    client.input({ type: "pause", reason: "offline" });
    client.input({ type: "pause", reason: "offline" });
    client.input({ type: "unpause", reason: "manual" });
    expect(client.machine.state).toBe("paused");
    client.input({ type: "unpause", reason: "offline" });
    expect(client.machine.state).toBe("authorizing");
  });

  test("hidden keeps a connection that lives, and stops attempts", () => {
    const client = createHarness();
    client.goLive();
    client.input({ type: "pause", reason: "hidden" });
    expect(client.sent()).toEqual([{ t: "hidden" }]);
    client.closed();
    expect(client.machine.state).toBe("paused");
    client.input({ type: "unpause", reason: "hidden" });
    expect(client.machine.state).toBe("authorizing");
    client.token();
    client.input({ type: "pause", reason: "hidden" });
    client.opened();
    expect(client.sent()).toMatchObject([{ t: "hello", reason: "show" }]);
    client.welcome();
    expect(client.sent()).toEqual([{ t: "hidden" }]);
  });

  test.each(["offline", "manual"] as const)("%s closes the socket in every state that has one", (reason) => {
    const client = createHarness();
    client.goLive();
    client.input({ type: "pause", reason });
    expect(client.machine.state).toBe("closing");
    client.input({ type: "pause", reason: "hidden" });
    client.closed();
    expect(client.machine.state).toBe("paused");
    client.input({ type: "unpause", reason: "hidden" });
    client.input({ type: "unpause", reason });
    client.token();
    client.input({ type: "pause", reason });
    expect(client.machine.state).toBe("closing");
    client.input({ type: "unpause", reason });
    client.advance(2_000);
    expect(client.machine.state).toBe("waiting");
    client.input({ type: "pause", reason });
    expect(client.machine.state).toBe("paused");
    client.input({ type: "unpause", reason });
    client.input({ type: "pause", reason });
    expect(client.machine.state).toBe("paused");
  });

  test("waiting is cut short by the network's return", () => {
    const client = createHarness();
    client.goLive();
    client.closed();
    client.input({ type: "network" });
    expect(client.machine.state).toBe("authorizing");
  });
});

describe("stop", () => {
  const reach = {
    idle: () => createHarness(),
    paused: () => {
      const client = createHarness();
      client.input({ type: "pause", reason: "manual" });
      client.input({ type: "start" });
      return client;
    },
    live: () => {
      const client = createHarness();
      client.goLive();
      return client;
    },
    opening: () => {
      const client = createHarness();
      client.input({ type: "start" });
      client.token();
      return client;
    },
    closing: () => {
      const client = createHarness();
      client.goLive();
      client.hear(drain);
      return client;
    },
  };

  test.each(Object.keys(reach) as Array<keyof typeof reach>)(
    "%s: ends once, and nothing wakes it",
    (state) => {
      const client = reach[state]();
      expect(client.machine.state).toBe(state);
      client.look();
      client.input({ type: "stop" });
      client.closed();
      expect(client.look().filter((output) => output.type === "ended")).toEqual([
        { type: "ended", error: undefined },
      ]);
      client.input({ type: "start" });
      client.input({ type: "stop" });
      client.input({ type: "pause", reason: "manual" });
      client.input({ type: "unpause", reason: "manual" });
      client.run(client.machine.subscribe("a", null, client.now));
      expect(client.look()).toEqual([]);
      client.run(client.machine.request(1, { kind: "members", channel: "a" }, client.now));
      expect(client.look()).toMatchObject([{ type: "settled", request: 1, error: { code: "unavailable" } }]);
      expect(client.machine.positions).toEqual({});
    },
  );

  test("the server is told, so that presence need not wait", () => {
    const client = reach.live();
    client.input({ type: "stop" });
    expect(client.sent()).toEqual([{ t: "bye" }]);
  });
});
