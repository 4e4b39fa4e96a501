import { describe, expect, test } from "vitest";
import { createPhone, publication, welcome, type Phone } from "./phone.js";

/** A live client and everything it said of itself. */
async function live(phone: Phone, options: Parameters<Phone["connect"]>[0] = {}) {
  const client = phone.connect(options);
  const states: string[] = [];
  const errors: string[] = [];
  client.on("state", (state) => void states.push(state));
  client.on("error", (error) => void errors.push(error.message));
  await welcome(phone);
  return { client, states, errors };
}

describe("how it dials", () => {
  test("one socket, with the subprotocol, or with the query where a gateway drops subprotocols", async () => {
    const phone = createPhone();
    phone.connect();
    await phone.settle();
    expect(phone.sockets).toHaveLength(1);
    expect(phone.socket.options).toMatchObject({
      url: "wss://a.example/ws",
      protocols: ["weapp-socket.v1"],
      tcpNoDelay: true,
    });
    for (const url of ["wss://a.example/?weapp-socket=1", "wss://a.example/?a=b&weapp-socket=1&c"]) {
      phone.connect({ url });
      await phone.settle();
      expect(phone.socket.options).not.toHaveProperty("protocols");
    }
    phone.connect({ url: "wss://a.example/?weapp-socket=10" });
    await phone.settle();
    expect(phone.socket.options).toHaveProperty("protocols");
  });

  test("a URL that is none is a mistake, told at once", () => {
    const phone = createPhone();
    for (const url of ["https://a.example", "", undefined]) {
      expect(() => phone.connect({ url: url as string })).toThrow(
        new TypeError(`url: expected wss:// or ws://, got ${url}`),
      );
    }
  });

  test("without an option, wx is the global one", async () => {
    const phone = createPhone();
    const world = globalThis as { wx?: unknown };
    world.wx = phone.wx;
    try {
      phone.connect({ wx: undefined as never });
    } finally {
      delete world.wx;
    }
    await phone.settle();
    expect(phone.sockets).toHaveLength(1);
  });
});

describe("tokens", () => {
  test.each([
    ["a text", () => "t-1"],
    ["a promise", () => Promise.resolve("t-1")],
  ])("%s goes with the hello", async (_name, getToken) => {
    const phone = createPhone();
    phone.connect({ getToken });
    expect(await welcome(phone)).toMatchObject({ token: "t-1" });
  });

  test("asked for before every attempt, and said to be refused when the last one was", async () => {
    const phone = createPhone();
    const asked: boolean[] = [];
    await live(phone, { getToken: ({ refused }) => `t-${asked.push(refused)}` });
    phone.socket.say({ t: "bye", code: 4005, name: "token-expired", retry: true });
    phone.socket.emit("close", { code: 4005 });
    await phone.advance(1_000);
    expect(await welcome(phone)).toMatchObject({ token: "t-2" });
    expect(asked).toEqual([false, true]);
  });

  test("one that is about to end is renewed on the open socket", async () => {
    const phone = createPhone();
    let fetched = 0;
    await live(phone, { getToken: () => `t-${(fetched += 1)}` });
    phone.socket.say({ t: "expiring", inMs: 60_000 });
    await phone.settle();
    expect(phone.socket.heard()).toMatchObject([{ t: "auth", token: "t-2" }]);
    expect(phone.sockets).toHaveLength(1);
  });

  test.each([
    [
      "a rejection",
      () => Promise.reject(new Error("login: 502")),
      "token: login: 502; check getToken 请检查 getToken",
    ],
    [
      "an exception",
      () => {
        throw new Error("no login");
      },
      "token: no login; check getToken 请检查 getToken",
    ],
    [
      "wx.login's failure",
      () => Promise.reject(Object.assign({}, { errMsg: "login:fail timeout" })),
      "token: login:fail timeout; check getToken 请检查 getToken",
    ],
    [
      "nothing",
      () => undefined as never,
      "token: expected a text, got undefined; check getToken 请检查 getToken",
    ],
    ["an empty text", () => "", "token: expected a text, got string; check getToken 请检查 getToken"],
  ])("%s is told, and asked for again", async (_name, getToken, message) => {
    const phone = createPhone();
    let isWell = false;
    const client = phone.connect({ getToken: () => (isWell ? "t-1" : getToken()) });
    const errors: string[] = [];
    client.on("error", (error) => void errors.push(error.message));
    await phone.settle();
    expect(errors).toEqual([message]);
    expect(client.error).toMatchObject({ name: "ClientError", code: "token", retry: true });
    expect(client.state).toBe("waiting");
    expect(phone.sockets).toHaveLength(0);
    isWell = true;
    await phone.advance(1_000);
    expect(await welcome(phone)).toMatchObject({ token: "t-1" });
    expect(client.error).toBeUndefined();
  });

  test("a failure that says `retry: false` ends the client", async () => {
    const phone = createPhone();
    const client = phone.connect({
      getToken: () => Promise.reject(Object.assign(new Error("banned"), { retry: false })),
    });
    await phone.advance(60_000);
    expect(client.state).toBe("ended");
    expect(client.error?.code).toBe("unauthorized");
    expect(phone.sockets).toHaveLength(0);
  });
});

describe("a welcome", () => {
  test("without a heartbeat is none", async () => {
    const phone = createPhone();
    const client = phone.connect();
    await welcome(phone, {}, { heartbeatMs: undefined as never });
    expect(phone.socket.closes).toEqual([[4500, "bad-message"]]);
    await phone.advance(3_000);
    await welcome(phone);
    expect(client.state).toBe("live");
  });

  test("what its listeners ask for goes after what the client itself has to say", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const room = client.channel("room");
    client.on("state", (state) => {
      if (state !== "live") return;
      room.on("message", () => {});
      void room.publish(1);
    });
    phone.hide();
    phone.show();
    await phone.settle();
    void client.call("a");
    await welcome(phone);
    const sent = phone.socket.heard() as Array<{ t: string; id: number }>;
    expect(sent.map(({ t }) => t)).toEqual(["call", "subscribe", "publish"]);
    expect(sent.map(({ id }) => id)).toEqual(sent.map(({ id }) => id).toSorted((a, b) => a - b));
  });

  test("who closes when told that it is live hears of no further socket", async () => {
    const phone = createPhone();
    const client = phone.connect();
    client.on("state", () => client.close());
    await welcome(phone);
    await phone.advance(60_000);
    expect(client.state).toBe("ended");
    expect(phone.sockets).toHaveLength(1);
  });
});

describe("how a connection ends", () => {
  test.each([undefined, 0, 1000, 1001, 1005, 1006, 1012, 1013, 4000, 4040, 4499])(
    "code %s: it comes back",
    async (code) => {
      const phone = createPhone();
      const { client } = await live(phone);
      phone.socket.emit("close", { code });
      expect(client.state).toBe("waiting");
      await phone.advance(1_000);
      await welcome(phone);
      expect(client.state).toBe("live");
    },
  );

  test.each([4500, 4501, 4509, 4999])("code %s alone: it does not", async (code) => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.socket.emit("close", { code });
    await phone.advance(120_000);
    expect(client.state).toBe("ended");
    expect(client.error?.code).toBe("closed");
    expect(phone.sockets).toHaveLength(1);
  });

  test("a bye rules, whatever code follows", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.socket.say({ t: "bye", code: 4000, name: "drain", retry: true, after: [5_000, 7_000] });
    phone.socket.emit("close", { code: 4509 });
    await phone.advance(5_999);
    expect(phone.sockets).toHaveLength(1);
    await phone.advance(1);
    await welcome(phone);
    expect(client.state).toBe("live");
  });

  test("a bye may name another address, for one attempt", async () => {
    const phone = createPhone();
    await live(phone);
    phone.socket.say({ t: "bye", code: 4000, name: "drain", retry: true, to: "wss://b.example/ws" });
    phone.socket.emit("close", {});
    await phone.advance(1_000);
    expect(phone.socket.options.url).toBe("wss://b.example/ws");
    phone.socket.emit("error", { errMsg: "Connection refused" });
    await phone.advance(2_000);
    expect(phone.socket.options.url).toBe("wss://a.example/ws");
  });

  test("a final bye ends it: told once, in two languages, with what to do", async () => {
    const phone = createPhone();
    const { client, states, errors } = await live(phone);
    phone.socket.say({ t: "bye", code: 4510, name: "superseded", retry: false });
    phone.socket.emit("close", { code: 1000 });
    await phone.advance(60_000);
    expect(states).toEqual(["live", "connecting", "ended"]);
    expect(errors).toEqual(["superseded: superseded; connect once only 请勿重复连接"]);
    expect(client.error).toMatchObject({ code: "superseded", retry: false });
    expect(phone.listeners).toEqual({ show: [], hide: [], network: [] });
  });

  test("what ends it is thrown where wx.onError finds it, if nobody listens", async () => {
    const phone = createPhone();
    phone.connect();
    await welcome(phone);
    phone.socket.say({ t: "bye", code: 4509, name: "kicked", retry: false, message: "by an operator" });
    await phone.advance(3_000);
    expect(phone.thrown).toMatchObject([{ code: "kicked", message: "kicked: by an operator" }]);
  });

  test("onClose that comes twice, or onError with it, is one end", async () => {
    const phone = createPhone();
    const { states } = await live(phone);
    const old = phone.socket;
    old.emit("error", { errMsg: "network is down" });
    old.emit("close", { code: 1006 });
    old.emit("close", { code: 1000 });
    await phone.advance(1_000);
    await welcome(phone);
    expect(states).toEqual(["live", "waiting", "connecting", "live"]);
    expect(phone.sockets).toHaveLength(2);
  });

  test("what an older socket says is not heard", async () => {
    const phone = createPhone();
    const { client, states } = await live(phone);
    const seen: unknown[] = [];
    client.channel("room").on("message", ({ data }) => void seen.push(data));
    const old = phone.socket;
    old.emit("close", { code: 1006 });
    await phone.advance(1_000);
    await welcome(phone);
    old.emit("open");
    old.say(publication(2));
    old.emit("error", { errMsg: "late" });
    old.emit("close", { code: 4509 });
    await phone.advance(5_000);
    expect(seen).toEqual([]);
    expect(states).toEqual(["live", "waiting", "connecting", "live"]);
  });

  test("a socket that refuses to send is closed, and given two seconds to say so", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.socket.sendFails = true;
    client.call("a").catch(() => {});
    expect(phone.socket.closes).toEqual([[1000, ""]]);
    await phone.advance(1_999);
    expect(phone.sockets).toHaveLength(1);
    await phone.advance(1_001);
    expect(phone.sockets).toHaveLength(2);
    await welcome(phone);
    expect(phone.socket.heard()).toMatchObject([{ t: "call", method: "a" }]);
  });

  test("a send that throws, too", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.socket.send = () => {
      throw new Error("not open");
    };
    client.call("a").catch(() => {});
    phone.socket.emit("close", { code: 1000 });
    await phone.advance(1_000);
    expect(phone.sockets).toHaveLength(2);
  });

  test("bytes are not of this protocol, and harmless", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.socket.emit("message", { data: new ArrayBuffer(3) });
    expect(client.state).toBe("live");
  });
});

describe("no socket comes to be", () => {
  test.each([
    ["connectSocket:fail url not in domain list", "domain", "合法域名"],
    ["connectSocket:fail check url failed", "domain", "socket domains"],
    ["connectSocket:fail fail reach max websocket connect count 5", "too-many-sockets", "请关闭多余连接"],
    ["createSocketTask:fail wcwss taskID=9 exceed max concurrent count", "too-many-sockets", "close others"],
    ["open fail: _code:111,_msg:Connection refused", "connect", "请检查服务器"],
  ])("%s", async (errMsg, code, advice) => {
    const phone = createPhone();
    phone.refuse(errMsg);
    const client = phone.connect();
    const errors: unknown[] = [];
    client.on("error", (error) => void errors.push(error));
    await phone.settle();
    expect(errors).toEqual([client.error]);
    expect(client.error).toMatchObject({ code, retry: true });
    expect(client.error?.message).toContain(errMsg);
    expect(client.error?.message).toContain(advice);
    expect(client.state).toBe("waiting");
    phone.refuse(undefined);
    await phone.advance(1_000);
    await welcome(phone);
    expect(client.state).toBe("live");
    expect(phone.thrown).toEqual([]);
  });

  test("a task that is closed already, as phones return over the limit", async () => {
    const phone = createPhone();
    const connectSocket = phone.wx.connectSocket;
    phone.wx.connectSocket = (options) => {
      const socket = connectSocket(options);
      options.fail({ errMsg: "connectSocket:fail fail reach max websocket connect count 5" });
      return socket;
    };
    const client = phone.connect();
    await phone.settle();
    expect(client.state).toBe("waiting");
    expect(client.error?.code).toBe("too-many-sockets");
  });

  test("an error only, as phones report a failed handshake: the socket is closed all the same", async () => {
    const phone = createPhone();
    const client = phone.connect();
    await phone.settle();
    phone.socket.emit("error", { errMsg: "open fail: _code:20,_msg:Invalid HTTP status." });
    expect(client.state).toBe("waiting");
    expect(phone.socket.closes).toEqual([[1000, ""]]);
  });

  test("neither open nor error: fifteen seconds, then the next", async () => {
    const phone = createPhone();
    const client = phone.connect();
    await phone.advance(14_999);
    expect(phone.socket.closes).toEqual([]);
    await phone.advance(1);
    expect(phone.socket.closes).toEqual([[1000, ""]]);
    await phone.advance(3_000);
    expect(phone.sockets).toHaveLength(2);
    expect(client.state).toBe("connecting");
  });

  test("attempts are bounded, and spread", async () => {
    const phone = createPhone();
    phone.refuse("Connection refused");
    let attempts = 0;
    const { connectSocket } = phone.wx;
    phone.wx.connectSocket = (options) => {
      attempts += 1;
      return connectSocket(options);
    };
    phone.connect();
    await phone.advance(600_000);
    // Up to 30 s, 15 s on average: about 40 in ten minutes.
    expect(attempts).toBeGreaterThan(35);
    expect(attempts).toBeLessThan(55);
  });
});

test("close: says bye, ends what waits and hears nothing more", async () => {
  const phone = createPhone();
  const { client, states, errors } = await live(phone);
  const call = client.call("a");
  phone.socket.heard();
  client.close();
  expect(phone.socket.heard()).toEqual([{ t: "bye" }]);
  expect(phone.socket.closes).toEqual([[1000, ""]]);
  expect(client.state).toBe("ended");
  await phone.advance(2_000);
  await expect(call).rejects.toMatchObject({ code: "unknown-outcome" });
  await expect(client.call("b")).rejects.toMatchObject({ code: "unavailable", retry: false });
  phone.show();
  phone.network("4g");
  await phone.advance(60_000);
  expect(states).toEqual(["live", "ended"]);
  expect(errors).toEqual([]);
  expect(phone.sockets).toHaveLength(1);
  expect(phone.listeners).toEqual({ show: [], hide: [], network: [] });
  client.close();
});

test("a listener that throws stops no other, and is the app's to hear of", async () => {
  const phone = createPhone();
  const client = phone.connect();
  const seen: string[] = [];
  const mine = new Error("mine");
  client.on("state", () => {
    throw mine;
  });
  const stop = client.on("state", (state) => void seen.push(state));
  await welcome(phone);
  await phone.advance(1);
  expect(seen).toEqual(["live"]);
  expect(phone.thrown).toEqual([mine]);
  stop();
  phone.socket.emit("close", {});
  await phone.advance(1);
  expect(seen).toEqual(["live"]);
});
