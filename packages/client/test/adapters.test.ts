import { describe, expect, test } from "vitest";
import {
  fromAlipay,
  fromBrowser,
  fromTaro,
  type AlipayLike,
  type TaroLike,
} from "@weapp-socket/client/adapters";
import { createPhone, publication, welcome, type Phone } from "./phone.js";

/** The whole way through an adapter: connects, hears, publishes, keeps, is hidden and shown, comes back. */
async function tryOut(phone: Phone, wx: Parameters<Phone["connect"]>[0]): Promise<unknown[]> {
  const client = phone.connect(wx);
  const seen: unknown[] = [];
  client.channel("room").on("message", ({ data }) => void seen.push(data));
  await welcome(phone);
  phone.socket.say(publication(2));
  await phone.advance(1_500);
  expect(seen).toEqual([{ n: 2 }]);
  expect([...phone.storage.values()].join()).toContain('"room":"2-00000002"');
  phone.socket.heard();
  phone.hide();
  phone.show();
  await phone.settle();
  expect(phone.socket.heard()).toMatchObject([{ t: "hidden" }, { t: "shown" }, { t: "ping" }]);
  phone.socket.emit("close", { code: 1006 });
  await phone.advance(1_000);
  expect(await welcome(phone)).toMatchObject({ session: "s-1", channels: { room: "2-00000002" } });
  client.close();
  await phone.advance(3_000);
  expect(phone.socket.closes).toEqual([[1000, ""]]);
  expect(phone.listeners).toEqual({ show: [], hide: [], network: [] });
  expect(phone.thrown).toEqual([]);
  return seen;
}

describe("Taro", () => {
  const taroOf = (phone: Phone): TaroLike => ({
    ...phone.wx,
    connectSocket: (options) =>
      new Promise((resolve, reject) => {
        const socket = phone.wx.connectSocket(options);
        if (socket === undefined) reject(new Error("connectSocket:fail"));
        else {
          const send = socket.send.bind(socket);
          const close = socket.close.bind(socket);
          socket.send = (what) => (send(what), Promise.reject(new Error("told by fail"))) as never;
          socket.close = (what) => (close(what), Promise.resolve()) as never;
          resolve(socket);
        }
      }),
  });

  test("its promises of sockets are waited for", async () => {
    const phone = createPhone();
    expect(await tryOut(phone, { wx: fromTaro(taroOf(phone)) })).toEqual([{ n: 2 }]);
  });

  test("a promise that is broken is a failed attempt", async () => {
    const phone = createPhone();
    phone.refuse("connectSocket:fail url not in domain list");
    const client = phone.connect({ wx: fromTaro(taroOf(phone)) });
    await phone.settle();
    expect(client.error?.code).toBe("domain");
    expect(client.state).toBe("waiting");
  });
});

test("Alipay: one task for each socket, data and storage in objects", async () => {
  const phone = createPhone();
  const asked: unknown[] = [];
  const my: AlipayLike = {
    ...phone.wx,
    connectSocket(options) {
      asked.push(options.multiple);
      const socket = phone.wx.connectSocket(options)!;
      const onMessage = socket.onMessage.bind(socket);
      socket.onMessage = (listener) =>
        onMessage(({ data }) => listener({ data: { data, isBuffer: false } as never }));
      return socket;
    },
    getStorageSync: ({ key }) => ({ data: phone.storage.get(key) }),
  };
  expect(await tryOut(phone, { wx: fromAlipay(my) })).toEqual([{ n: 2 }]);
  expect(asked).toEqual([true, true]);
});

test.each(["uni", "tt"])("%s is as wx", async () => {
  const phone = createPhone();
  expect(await tryOut(phone, { wx: phone.wx })).toEqual([{ n: 2 }]);
});

test("a browser's page", async () => {
  const phone = createPhone();
  const events = new Map<string, Set<() => void>>();
  const target = {
    addEventListener: (event: string, listener: () => void) => {
      events.set(event, (events.get(event) ?? new Set()).add(listener));
    },
    removeEventListener: (event: string, listener: () => void) => void events.get(event)?.delete(listener),
  };
  const emit = (event: string): void => events.get(event)?.forEach((listener) => listener());
  const document = { ...target, visibilityState: "visible" };
  const navigator = { onLine: true };
  class WebSocket {
    readyState = 0;
    readonly #socket;
    constructor(url: string, protocols?: string[]) {
      this.#socket = phone.wx.connectSocket({ url, ...(protocols && { protocols }), fail() {} })!;
    }
    send(data: string): void {
      this.#socket.send({ data });
    }
    close(code?: number, reason?: string): void {
      this.#socket.close({ ...(code && { code }), ...(reason !== undefined && { reason }) });
    }
    addEventListener(event: string, listener: (value: never) => void): void {
      (this.#socket.listeners[event] ??= []).push((value) => {
        this.readyState = event === "close" ? 3 : 1;
        listener(value as never);
      });
    }
  }
  const wx = fromBrowser({
    ...target,
    WebSocket,
    document,
    navigator,
    localStorage: {
      getItem: (key) => (phone.storage.get(key) as string | undefined) ?? null,
      setItem: (key, value) => void phone.storage.set(key, value),
    },
  });
  const see = (state: string): void => {
    document.visibilityState = state;
    emit("visibilitychange");
  };
  phone.listeners["show"] = [];
  phone.listeners["hide"] = [];
  phone.listeners["network"] = [];
  expect(
    await tryOut(
      {
        ...phone,
        get socket() {
          return phone.socket;
        },
        hide: () => see("hidden"),
        show: () => see("visible"),
      },
      { wx },
    ),
  ).toEqual([{ n: 2 }]);
  expect([...events.values()].every((listeners) => listeners.size === 0)).toBe(true);

  const client = phone.connect({ wx });
  await welcome(phone);
  navigator.onLine = false;
  emit("offline");
  phone.socket.emit("close", {});
  await phone.settle();
  expect(client.state).toBe("offline");
  navigator.onLine = true;
  see("visible");
  await welcome(phone);
  expect(client.state).toBe("live");
});
