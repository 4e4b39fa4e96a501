import { describe, expect, test } from "vitest";
import { createPhone, welcome, type Phone } from "./phone.js";

async function live(phone: Phone, options: Parameters<Phone["connect"]>[0] = {}) {
  const client = phone.connect(options);
  await welcome(phone);
  return { client, room: client.channel("room") };
}

/** What the client said last, with the number that a reply needs. */
function asked(phone: Phone) {
  const messages = phone.socket.heard();
  expect(messages).toHaveLength(1);
  return messages[0] as { readonly t: string; readonly id: number; readonly key: string };
}

describe("publish and call", () => {
  test("resolve with the position, and with the result", async () => {
    const phone = createPhone();
    const { client, room } = await live(phone);
    const published = room.publish({ text: "hi" });
    const publish = asked(phone);
    expect(publish).toMatchObject({ t: "publish", c: "room", d: { text: "hi" } });
    phone.socket.say({ t: "reply", id: publish.id, ok: { p: "2-00000002" } });
    await expect(published).resolves.toEqual({ position: "2-00000002" });

    const called = client.call("order.get", { id: 7 });
    const call = asked(phone);
    expect(call).toMatchObject({ t: "call", method: "order.get", d: { id: 7 } });
    phone.socket.say({ t: "reply", id: call.id, ok: ["tea"] });
    await expect(called).resolves.toEqual(["tea"]);

    void client.call("time");
    expect(asked(phone)).not.toHaveProperty("d");
  });

  test("each has a key of its own, or the caller's", async () => {
    const phone = createPhone();
    const { client, room } = await live(phone);
    const keys = new Set<string>();
    for (let n = 0; n < 50; n += 1) {
      void (n % 2 === 0 ? room.publish(n) : client.call("a", n));
      const { key } = asked(phone);
      expect(key).toMatch(/^.{1,64}$/);
      keys.add(key);
    }
    expect(keys.size).toBe(50);
    void room.publish(1, { key: "order-991" });
    expect(asked(phone)).toMatchObject({ key: "order-991" });
  });

  test("made without a connection, sent in order when there is one, and again after it was lost", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const room = client.channel("room");
    const first = room.publish(1);
    const second = room.publish(2);
    await welcome(phone);
    const sent = phone.socket.heard() as Array<{ key: string; d: number }>;
    expect(sent.map(({ d }) => d)).toEqual([1, 2]);
    phone.socket.emit("close", { code: 1006 });
    await phone.advance(1_000);
    await welcome(phone);
    const again = phone.socket.heard() as Array<{ id: number; key: string; d: number }>;
    expect(again.map(({ key, d }) => [key, d])).toEqual(sent.map(({ key, d }) => [key, d]));
    phone.socket.say(...again.map(({ id }) => ({ t: "reply", id, ok: { p: `${id}-00000000` } }) as const));
    await expect(Promise.all([first, second])).resolves.toHaveLength(2);
  });

  test("refused: rejected, in two languages, with what to do", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    const published = room.publish(1);
    const error = { code: "unauthorized", message: "read only", retry: false };
    phone.socket.say({ t: "reply", id: asked(phone).id, error });
    await expect(published).rejects.toMatchObject({
      name: "ClientError",
      code: "unauthorized",
      retry: false,
      message: "unauthorized: read only; log in again 请重新登录",
    });
  });

  test("refused for now: tried again when the server says", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    const published = room.publish(1);
    const first = asked(phone);
    const error = { code: "rate-limited", message: "", retry: true, afterMs: 800 };
    phone.socket.say({ t: "reply", id: first.id, error });
    await phone.advance(800);
    const second = asked(phone);
    expect(second.key).toBe(first.key);
    phone.socket.say({ t: "reply", id: second.id, ok: { p: "2-00000002" } });
    await expect(published).resolves.toBeDefined();
  });

  test("unanswered: what was sent may have happened, what was not did not", async () => {
    const phone = createPhone();
    const { client, room } = await live(phone, { requestMs: 10_000 });
    const sent = room.publish(1);
    phone.socket.emit("close", {});
    const unsent = client.call("a");
    phone.hide();
    const both = Promise.allSettled([sent, unsent]);
    await phone.advance(10_000);
    expect(await both).toMatchObject([
      { reason: { code: "unknown-outcome", retry: false } },
      { reason: { code: "unavailable", retry: true } },
    ]);
  });

  test("no more of them wait than allowed", async () => {
    const phone = createPhone();
    const client = phone.connect({ maxRequests: 2 });
    void client.call("a");
    void client.call("b");
    await expect(client.call("c")).rejects.toMatchObject({ code: "rate-limited", retry: true });
  });

  test("what is given is taken as it is now", async () => {
    const phone = createPhone();
    const client = phone.connect();
    const data = { items: [1] };
    void client.channel("room").publish(data);
    data.items.push(2);
    await welcome(phone);
    expect(asked(phone)).toMatchObject({ d: { items: [1] } });
  });

  test.each([
    ["nothing", undefined, 0],
    ["a function", () => {}, 0],
    ["too much", "x".repeat(70_000), 70_002],
    ["too many Chinese characters", "汉".repeat(22_000), 66_002],
  ])("%s is a mistake, told at once", async (_name, data, bytes) => {
    const phone = createPhone();
    const { client, room } = await live(phone);
    const expected = new TypeError(`data: expected 1 to 64512 bytes of JSON, got ${bytes}`);
    expect(() => void room.publish(data as never)).toThrow(expected);
    if (data !== undefined) expect(() => void client.call("a", data as never)).toThrow(expected);
    expect(phone.socket.heard()).toEqual([]);
    void room.publish("汉".repeat(21_000));
    expect(phone.socket.heard()).toHaveLength(1);
  });

  test("a loop is a mistake, told at once", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    expect(() => void room.publish(loop as never)).toThrow(TypeError);
  });
});

describe("history and members", () => {
  test("a page, oldest first", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    const page = room.history({ before: "9-00000009", limit: 2 });
    const { id, ...what } = asked(phone);
    expect(what).toEqual({ t: "history", c: "room", before: "9-00000009", limit: 2 });
    phone.socket.say({
      t: "reply",
      id,
      ok: {
        messages: [
          { p: "7-00000007", d: "a", at: 1 },
          { p: "8-00000008", d: "b", at: 2 },
        ],
        more: true,
      },
    });
    await expect(page).resolves.toEqual({
      messages: [
        { channel: "room", position: "7-00000007", data: "a", at: 1 },
        { channel: "room", position: "8-00000008", data: "b", at: 2 },
      ],
      more: true,
    });
    void room.history();
    expect(asked(phone)).toEqual({ t: "history", id: id + 1, c: "room" });
  });

  test("who is there", async () => {
    const phone = createPhone();
    const { room } = await live(phone);
    const members = room.members();
    const ok = { members: [{ user: "u1", device: "d1", info: { name: "A" } }], count: 1 };
    phone.socket.say({ t: "reply", id: asked(phone).id, ok });
    await expect(members).resolves.toEqual(ok);
  });

  test("an answer of another shape rejects, and breaks nothing", async () => {
    const phone = createPhone();
    const { client, room } = await live(phone);
    for (const act of [() => room.history(), () => room.publish(1)]) {
      const answer = act();
      phone.socket.say({ t: "reply", id: asked(phone).id, ok: null });
      await expect(answer).rejects.toThrow(TypeError);
    }
    expect(client.state).toBe("live");
  });
});

describe("calls of the server", () => {
  async function answerOf(phone: Phone, method: string, d?: null) {
    phone.socket.heard();
    phone.socket.say({ t: "call", id: -3, method, ...(d === undefined ? {} : { d }) });
    await phone.settle();
    return phone.socket.heard();
  }

  test("are answered with the result, or the promise's", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    client.handle("at once", () => ({ battery: 0.5 }));
    client.handle("later", () => Promise.resolve([1]));
    client.handle("nothing", () => {});
    expect(await answerOf(phone, "at once")).toEqual([{ t: "reply", id: -3, ok: { battery: 0.5 } }]);
    expect(await answerOf(phone, "later", null)).toEqual([{ t: "reply", id: -3, ok: [1] }]);
    expect(await answerOf(phone, "nothing")).toEqual([{ t: "reply", id: -3, ok: null }]);
  });

  test("of an unknown method are refused", async () => {
    const phone = createPhone();
    await live(phone);
    for (const method of ["nobody", "constructor"]) {
      expect(await answerOf(phone, method)).toMatchObject([{ id: -3, error: { code: "unsupported" } }]);
    }
  });

  test("a handler that fails says so, without its words, and throws where wx.onError finds it", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    client.handle("fails", () => {
      throw new Error("secret");
    });
    expect(await answerOf(phone, "fails")).toEqual([
      { t: "reply", id: -3, error: { code: "failed", message: "the handler failed", retry: false } },
    ]);
    await phone.advance(1);
    expect(phone.thrown).toMatchObject([{ message: "secret" }]);
  });

  test("an answer that a server would not take is a no, and costs no connection", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    client.handle("large", () => "x".repeat(65_536));
    expect(await answerOf(phone, "large")).toMatchObject([{ id: -3, error: { code: "failed" } }]);
    await phone.advance(1);
    expect(phone.thrown).toMatchObject([{ message: "data: expected 1 to 64512 bytes of JSON, got 65538" }]);
    expect(client.state).toBe("live");
  });
});
