import { describe, expect, test, vi } from "vitest";
import { createPhone, publication, welcome, type Phone } from "./phone.js";

const key = "weapp-socket:wss://a.example/ws";
const at = (n: number) => publication(n).p;
const kept = (phone: Phone) =>
  JSON.parse(phone.storage.get(key) as string) as {
    device: string;
    attempt: number;
    session: string;
    positions: Record<string, string>;
  };

async function live(phone: Phone, options: Parameters<Phone["connect"]>[0] = {}) {
  const client = phone.connect(options);
  const seen: unknown[] = [];
  client.channel("room").on("message", ({ data }) => void seen.push(data));
  const hello = await welcome(phone);
  return { client, seen, hello };
}

describe("a cold start goes on", () => {
  test("the same device, session and position; a larger attempt", async () => {
    const phone = createPhone();
    const first = await live(phone);
    phone.socket.say(publication(2));
    await phone.advance(1_000);
    const { hello } = await live(phone);
    expect(first.hello).not.toHaveProperty("session");
    expect(hello).toMatchObject({
      device: first.hello.device,
      session: "s-1",
      secret: "x-1",
      channels: { room: at(2) },
    });
    expect(hello.attempt).toBeGreaterThan(first.hello.attempt!);
  });

  test("also when the phone's clock was set back", async () => {
    const phone = createPhone();
    const first = await live(phone);
    const { hello } = await live(phone, { clock: { ...phone.clock, now: () => 1_000_000 } });
    expect(hello.attempt).toBe(first.hello.attempt! + 1);
  });

  test("killed in the background: what was given is kept at once", async () => {
    const phone = createPhone();
    await live(phone);
    await phone.advance(1_500);
    phone.socket.say(publication(2));
    expect(kept(phone).positions).toEqual({ room: at(1) });
    phone.hide();
    expect(kept(phone).positions).toEqual({ room: at(2) });
  });

  test("a URL and an account have a storage of their own; no query is kept", async () => {
    const phone = createPhone();
    await live(phone, { url: "wss://a.example/ws?ticket=secret" });
    await live(phone, { url: "wss://b.example/ws" });
    await live(phone, { storageKey: "user 7" });
    expect([...phone.storage.keys()].toSorted()).toEqual(["user 7", key, "weapp-socket:wss://b.example/ws"]);
    expect(JSON.stringify([...phone.storage])).not.toContain("secret=");
  });
});

describe("storage that is not ours to rely on", () => {
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["an object of another kind", '{"device":7}'],
    ["no positions", '{"device":"d-1","attempt":1}'],
    ["no attempt", '{"device":"d-1","positions":{}}'],
    ["an object, not its text", { device: "d-1" }],
  ])("%s: a new beginning", async (_name, value) => {
    const phone = createPhone();
    phone.storage.set(key, value);
    const { hello } = await live(phone);
    expect(hello.device).toMatch(/^d-[0-9a-z]+$/);
    expect(hello.channels).toEqual({ room: null });
    expect(kept(phone).device).toBe(hello.device);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("full");
      },
    ],
    ["is not there", undefined],
    ["fails", ({ fail }: { fail: () => void }) => fail()],
  ])("that %s costs nothing else", async (_name, setStorage) => {
    const phone = createPhone();
    const wx = { ...phone.wx, setStorage } as never;
    const { client, seen } = await live(phone, { wx });
    phone.socket.say(publication(2));
    await phone.advance(5_000);
    expect(seen).toEqual([{ n: 2 }]);
    expect(client.state).toBe("live");
    expect(phone.thrown).toEqual([]);
  });

  test("reading that throws, too", async () => {
    const phone = createPhone();
    const getStorageSync = () => {
      throw new Error("broken");
    };
    await live(phone, { wx: { ...phone.wx, getStorageSync } });
    expect(kept(phone).session).toBe("s-1");
  });
});

describe("it is written sparingly", () => {
  test("once a second at most, and not when nothing changed", async () => {
    const phone = createPhone();
    const setStorage = vi.spyOn(phone.wx, "setStorage");
    await live(phone);
    setStorage.mockClear();
    for (let n = 2; n < 502; n += 1) {
      phone.socket.say(publication(n));
      await phone.advance(10);
    }
    expect(setStorage.mock.calls.length).toBeLessThanOrEqual(6);
    await phone.advance(1_000);
    expect(kept(phone).positions).toEqual({ room: at(501) });
    setStorage.mockClear();
    for (let n = 0; n < 10; n += 1) {
      phone.socket.say({ t: "ping", id: 1 });
      await phone.advance(2_000);
    }
    expect(setStorage).not.toHaveBeenCalled();
  });

  test("positions of channels that nobody listens to: the latest hundred", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    for (let n = 0; n < 150; n += 1) {
      const name = `order:${n}`;
      const stop = client.channel(name).on("message", () => {});
      const subscribe = phone.socket.heard().at(-1) as { id: number };
      phone.socket.say({ t: "reply", id: subscribe.id, ok: { position: at(1) } });
      await phone.advance(20);
      stop();
    }
    await phone.advance(1_000);
    const names = Object.keys(kept(phone).positions);
    expect(names).toHaveLength(101);
    expect(names).toContain("room");
    expect(names).not.toContain("order:49");
    expect(names).toContain("order:50");
  });
});
