import { describe, expect, test } from "vitest";
import type { Channel, ChannelMessage } from "@weapp-socket/client";
import { createPhone, publication, welcome, type Phone } from "./phone.js";

const at = (n: number) => publication(n).p;
const numbers = (messages: readonly ChannelMessage[]) =>
  messages.map(({ data }) => (data as { n: number }).n);

/** A live client with one channel at position 1, and everything that the channel told. */
async function live(phone: Phone, options: Parameters<Phone["connect"]>[0] = {}) {
  const client = phone.connect(options);
  const room = client.channel("room");
  const seen: unknown[] = [];
  const stop = room.on("messages", (messages) => void seen.push(numbers(messages)));
  room.on("gap", ({ why, position }) => void seen.push(`gap ${why} ${position}`));
  room.on("state", (state) => void seen.push(state));
  await welcome(phone);
  await phone.advance(20);
  return { client, room, seen, stop };
}

describe("subscribed while somebody listens", () => {
  test("nobody: not in the hello, and nothing is asked", async () => {
    const phone = createPhone();
    const room = phone.connect().channel("room");
    room.on("gap", () => {});
    room.on("state", () => {});
    room.on("presence", () => {});
    expect(room.state).toBe("idle");
    expect(await welcome(phone)).toMatchObject({ channels: {} });
    expect(phone.socket.heard()).toEqual([]);
  });

  test("the first listener subscribes, the last one unsubscribes", async () => {
    const phone = createPhone();
    const client = phone.connect();
    await welcome(phone);
    const room = client.channel("room");
    const first = room.on("message", () => {});
    const second = room.on("messages", () => {});
    expect(room.state).toBe("joining");
    expect(phone.socket.heard()).toMatchObject([{ t: "subscribe", c: "room" }]);
    phone.socket.say({ t: "reply", id: 2, ok: { position: at(7) } });
    await phone.advance(20);
    expect(room.state).toBe("live");
    expect(room.position).toBe(at(7));
    first();
    first();
    expect(phone.socket.heard()).toEqual([]);
    second();
    expect(room.state).toBe("idle");
    expect(phone.socket.heard()).toMatchObject([{ t: "unsubscribe", c: "room" }]);
  });

  test("the next listener goes on where the last one stopped, in the midst of a batch", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const room = client.channel("room");
    const first: number[] = [];
    const stop = room.on("message", (message) => {
      first.push(...numbers([message]));
      if (first.length === 2) stop();
    });
    await welcome(phone);
    phone.socket.say(publication(2), publication(3), publication(4), publication(5));
    await phone.advance(20);
    expect(first).toEqual([2, 3]);
    expect(room.position).toBe(at(3));
    phone.socket.heard();
    const again: number[] = [];
    room.on("message", (message) => void again.push(...numbers([message])));
    expect(phone.socket.heard()).toMatchObject([{ t: "subscribe", position: at(3) }]);
    phone.socket.say({ t: "reply", id: 3, ok: { position: at(5), recovered: true } });
    phone.socket.say(publication(4), publication(5), publication(6));
    await phone.advance(20);
    expect(again).toEqual([4, 5, 6]);
  });

  test("what waited for a frame when the last listener left comes to the next one", async () => {
    const phone = createPhone();
    const { room, seen, stop } = await live(phone);
    phone.socket.say(publication(2));
    phone.socket.say(publication(3));
    stop();
    expect(room.position).toBe(at(2));
    room.on("messages", (messages) => void seen.push(numbers(messages)));
    expect(phone.socket.heard()).toMatchObject([{ t: "unsubscribe" }, { t: "subscribe", position: at(2) }]);
    await phone.advance(20);
    expect(seen).toEqual(["live", [2], "idle", "joining"]);
  });

  test("where to begin may be said: from a position, or from now on", async () => {
    const phone = createPhone();
    phone.storage.set(
      "weapp-socket:wss://a.example/ws",
      JSON.stringify({ device: "d-1", attempt: 1, positions: { kept: at(5), now: at(5), set: at(5) } }),
    );
    const client = phone.connect();
    client.channel("kept").on("message", () => {});
    client.channel("now", { from: null }).on("message", () => {});
    client.channel("set", { from: at(2) }).on("message", () => {});
    client.channel("new").on("message", () => {});
    expect(await welcome(phone)).toMatchObject({
      channels: { kept: at(5), now: null, set: at(2), new: null },
    });
  });

  test("one object for one name; a name that is none is a mistake", () => {
    const phone = createPhone();
    const client = phone.connect();
    expect(client.channel("a")).toBe(client.channel("a"));
    expect(client.channel("~").name).toBe("~");
    for (const name of ["", "a b", "~a", "x".repeat(201), "__proto__", undefined, {}]) {
      expect(() => client.channel(name as string)).toThrow(TypeError);
    }
  });

  test("names of Object.prototype are channels as all others", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const seen: number[] = [];
    client.channel("constructor").on("messages", (messages) => void seen.push(...numbers(messages)));
    expect(await welcome(phone)).toMatchObject({ channels: { constructor: null } });
    phone.socket.say(publication(2, "constructor"));
    await phone.advance(20);
    expect(seen).toEqual([2]);
  });
});

describe("once a frame", () => {
  test("the first at once, what comes within 16 ms together", async () => {
    const phone = createPhone();
    const { seen } = await live(phone);
    seen.length = 0;
    phone.socket.say(publication(2), publication(3));
    expect(seen).toEqual([[2, 3]]);
    phone.socket.say(publication(4));
    await phone.advance(5);
    phone.socket.say(publication(5));
    await phone.advance(10);
    expect(seen).toEqual([[2, 3]]);
    await phone.advance(1);
    expect(seen).toEqual([
      [2, 3],
      [4, 5],
    ]);
  });

  test("one by one as well, each before its batch; gaps stay in their place", async () => {
    const phone = createPhone();
    const { room, seen } = await live(phone);
    seen.length = 0;
    room.on("message", (message) => void seen.push(message));
    phone.socket.say(
      publication(2),
      { t: "gap", c: "room", p: at(9), why: "trimmed" },
      publication(10),
      publication(11),
    );
    const asSeen = (n: number) => ({ channel: "room", position: at(n), data: { n }, at: 1_000 + n });
    expect(seen).toEqual([asSeen(2), [2], `gap trimmed ${at(9)}`, asSeen(10), asSeen(11), [10, 11]]);
  });

  test("channels do not mix", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const seen: string[] = [];
    for (const name of ["a", "b"]) {
      client
        .channel(name)
        .on("messages", (messages) => void seen.push(`${name}: ${numbers(messages).join()}`));
    }
    await welcome(phone);
    phone.socket.say(publication(2, "a"), publication(2, "b"), publication(3, "a"));
    await phone.advance(20);
    expect(seen).toEqual(["a: 2,3", "b: 2"]);
  });

  test("a listener that throws loses nothing of the others'", async () => {
    const phone = createPhone();
    const { room, seen } = await live(phone);
    room.on("message", () => {
      throw new Error("mine");
    });
    phone.socket.say(publication(2), publication(3));
    await phone.advance(20);
    expect(seen).toEqual(["live", [2, 3]]);
    expect(room.position).toBe(at(3));
    expect(phone.thrown).toHaveLength(2);
  });
});

describe("nothing is lost in silence", () => {
  test("duplicates are dropped, a hole is filled before anything later is given", async () => {
    const phone = createPhone();
    const { seen } = await live(phone);
    phone.socket.heard();
    phone.socket.say(publication(2), publication(2), publication(5));
    const [subscribe] = phone.socket.heard();
    expect(subscribe).toMatchObject({ t: "subscribe", c: "room", position: at(2) });
    phone.socket.say(publication(6));
    phone.socket.say({
      t: "reply",
      id: (subscribe as { id: number }).id,
      ok: { position: at(6), recovered: true },
    });
    phone.socket.say(publication(3), publication(4), publication(5), publication(6), publication(7));
    await phone.advance(20);
    expect(seen).toEqual(["live", [2], [3, 4, 5, 6, 7]]);
  });

  test("over a reconnect it goes on from its position; what is gone is told", async () => {
    const phone = createPhone();
    const { room, seen } = await live(phone);
    phone.socket.say(publication(2));
    phone.socket.emit("close", { code: 1006 });
    await phone.advance(16);
    expect(room.state).toBe("joining");
    await phone.advance(1_000);
    expect(await welcome(phone, { room: { position: at(40), gap: "trimmed" } })).toMatchObject({
      channels: { room: at(2) },
    });
    phone.socket.say(publication(41));
    await phone.advance(20);
    expect(seen).toEqual(["live", [2], "joining", "live", `gap trimmed ${at(40)}`, [41]]);
    expect(room.state).toBe("live");
  });

  test("a position that the server neither recovers nor explains is a gap", async () => {
    const phone = createPhone();
    const { seen } = await live(phone);
    phone.socket.emit("close", {});
    await phone.advance(1_000);
    await welcome(phone, { room: { position: at(9) } });
    await phone.advance(20);
    expect(seen).toEqual(["live", "joining", "live", `gap unknown ${at(9)}`]);
  });

  test("a gap that no listener of the channel hears goes to the client's, else to wx.onError", async () => {
    const phone = createPhone();
    const client = phone.connect();
    client.channel("room").on("message", () => {});
    await welcome(phone);
    phone.socket.say({ t: "gap", c: "room", p: at(9), why: "slow" });
    await phone.advance(20);
    const message = "gap: room: slow; load it again 请重新加载";
    expect(phone.thrown).toMatchObject([{ code: "gap", message }]);
    const errors: string[] = [];
    client.on("error", (error) => void errors.push(error.message));
    phone.socket.say({ t: "gap", c: "room", p: at(11), why: "slow" });
    await phone.advance(20);
    expect(errors).toEqual([message]);
    expect(phone.thrown).toHaveLength(1);
  });

  test("a skip moves the position without a word", async () => {
    const phone = createPhone();
    const { room, seen } = await live(phone);
    phone.socket.say({ t: "skip", c: "room", p: at(4), prev: at(1) });
    expect(room.position).toBe(at(4));
    phone.socket.say(publication(5));
    await phone.advance(20);
    expect(seen).toEqual(["live", [5]]);
  });
});

describe("what a receipt may say", () => {
  test("received: the library has it", async () => {
    const phone = createPhone();
    await live(phone);
    phone.socket.heard();
    phone.socket.say(publication(2), publication(3));
    await phone.advance(1_000);
    expect(phone.socket.heard()).toEqual([{ t: "ack", c: { room: at(3) }, from: { room: at(1) } }]);
  });

  test("processed: the listeners have returned, and what has no data counts", async () => {
    const phone = createPhone();
    const { seen } = await live(phone, { ack: "processed" });
    await phone.advance(1_000);
    phone.socket.heard();
    phone.socket.say(publication(2));
    phone.socket.say(publication(3));
    expect(seen).toEqual(["live", [2]]);
    await phone.advance(1_000);
    expect(seen).toEqual(["live", [2], [3]]);
    expect(phone.socket.heard()).toEqual([
      { t: "ack", c: { room: at(3) }, from: { room: at(1) }, level: "processed" },
    ]);
    phone.socket.say({ t: "skip", c: "room", p: at(4), prev: at(3) });
    await phone.advance(1_000);
    expect(phone.socket.heard()).toEqual([
      { t: "ack", c: { room: at(4) }, from: { room: at(3) }, level: "processed" },
    ]);
    phone.socket.say({ t: "gap", c: "room", p: at(9), why: "trimmed" });
    await phone.advance(1_020);
    expect(phone.socket.heard()).toEqual([]);
  });

  test("processed in the background: nothing is said of what waits for its frame", async () => {
    const phone = createPhone();
    const { room } = await live(phone, { ack: "processed" });
    await phone.advance(1_000);
    phone.socket.heard();
    phone.socket.say(publication(2));
    phone.socket.say(publication(3));
    expect(room.position).toBe(at(2));
    phone.hide();
    expect(JSON.parse(phone.storage.values().next().value as string)).toMatchObject({
      positions: { room: at(2) },
    });
  });
});

describe("what the server decides", () => {
  const error = { code: "forbidden", message: "not yours", retry: false };

  test("refused: told to the channel, and not tried again", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const room = client.channel("room");
    const seen: unknown[] = [];
    room.on("message", () => {});
    room.on("state", (state, why) => void seen.push([state, why?.message]));
    await welcome(phone, { room: { error } });
    await phone.advance(20);
    expect(seen).toEqual([["refused", "forbidden: room: not yours"]]);
    phone.socket.emit("close", {});
    await phone.advance(1_000);
    expect(await welcome(phone)).toMatchObject({ channels: {} });
    expect(phone.thrown).toEqual([]);
    expect(room.state).toBe("refused");
  });

  test("refused, and nobody listens: thrown where wx.onError finds it", async () => {
    const phone = createPhone();
    phone
      .connect()
      .channel("room")
      .on("message", () => {});
    await welcome(phone, { room: { error } });
    await phone.advance(20);
    expect(phone.thrown).toMatchObject([{ code: "forbidden" }]);
  });

  test("refused for now: tried again by itself", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    phone.socket.emit("close", {});
    await phone.advance(1_000);
    await welcome(phone, {
      room: { error: { code: "unavailable", message: "", retry: true, afterMs: 3_000 } },
    });
    phone.socket.heard();
    await phone.advance(3_000);
    expect(phone.socket.heard()).toMatchObject([{ t: "subscribe", c: "room", position: at(1) }]);
    expect(room.state).toBe("joining");
  });

  test("taken away: a listener that comes again asks again", async () => {
    const phone = createPhone();
    const { room, seen, stop } = await live(phone);
    phone.socket.say({ t: "unsubscribed", c: "room", error });
    expect(seen).toEqual(["live", "refused"]);
    stop();
    phone.socket.heard();
    room.on("message", () => {});
    expect(phone.socket.heard()).toMatchObject([{ t: "subscribe", position: at(1) }]);
  });

  test("a channel that only the server wants is offered; without a taker it is left", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const seen: unknown[] = [];
    const offered: Channel[] = [];
    client.on("channel", (channel) => {
      offered.push(channel);
      if (channel.name === "room") channel.on("messages", (messages) => void seen.push(numbers(messages)));
    });
    await welcome(phone);
    phone.socket.say({ t: "subscribed", c: "room", position: at(1) });
    phone.socket.say(publication(2));
    phone.socket.say({ t: "subscribed", c: "other", position: at(1) });
    phone.socket.say(publication(2, "other"));
    await phone.advance(20);
    expect(offered.map(({ name }) => name)).toEqual(["room", "other"]);
    expect(seen).toEqual([[2]]);
    expect(phone.socket.heard()).toMatchObject([{ t: "unsubscribe", c: "other" }]);
  });

  test("presence", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    const seen: unknown[] = [];
    room.on("presence", (change) => void seen.push(change));
    const joined = [{ user: "u2", device: "d2" }];
    phone.socket.say({ t: "presence", c: "room", joined, left: [] });
    await phone.advance(20);
    expect(seen).toEqual([{ joined, left: [] }]);
  });
});
