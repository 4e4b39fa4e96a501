import { describe, expect, test } from "vitest";
import { createPhone, welcome, type Phone } from "./phone.js";

/** A live client and everything it said of itself. */
async function live(phone: Phone, options: Parameters<Phone["connect"]>[0] = {}) {
  const client = phone.connect(options);
  const states: string[] = [];

  client.on("state", (state) => void states.push(state));
  await welcome(phone);
  return { client, states };
}

const pings = (phone: Phone) => phone.socket.heard().filter(({ t }) => t === "ping");

describe("a dead link that says nothing", () => {
  test("is seen 10 s after the heartbeat; the next socket waits for this one, two seconds at most", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    await phone.advance(34_999);
    expect(client.state).toBe("live");
    await phone.advance(1);
    expect(client.state).toBe("connecting");
    expect(phone.socket.closes).toEqual([[1000, ""]]);
    await phone.advance(1_999);
    expect(phone.sockets).toHaveLength(1);
    await phone.advance(502);
    expect(phone.sockets).toHaveLength(2);
  });

  test("the server's ping is answered, and counts", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    for (let minute = 0; minute < 10; minute += 1) {
      await phone.advance(25_000);
      phone.socket.say({ t: "ping", id: minute + 1 });
      expect(phone.socket.heard()).toEqual([{ t: "pong", id: minute + 1 }]);
    }
    expect(client.state).toBe("live");
  });

  test("a clock that is set back hides nothing for long, one set forward kills nothing", async () => {
    const phone = createPhone();
    let shiftMs = 0;
    const { client } = await live(phone, {
      clock: { ...phone.clock, now: () => phone.clock.now() + shiftMs },
    });
    shiftMs = -3_600_000;
    await phone.advance(75_000);
    expect(phone.sockets.length).toBeGreaterThan(1);
    await welcome(phone);
    const sockets = phone.sockets.length;
    shiftMs = 3_600_000;
    for (let second = 0; second < 40; second += 1) {
      await phone.advance(1_000);
      if (pings(phone).length > 0) phone.socket.say({ t: "pong", id: 1 });
    }
    expect(client.state).toBe("live");
    expect(phone.sockets).toHaveLength(sockets);
  });
});

describe("the app and its network", () => {
  test("hidden is told; shown again, the link is tried at once", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.hide();
    expect(phone.socket.heard()).toEqual([{ t: "hidden" }]);
    await phone.advance(3_000);
    phone.show();
    expect(phone.socket.heard()).toMatchObject([{ t: "shown" }, { t: "ping" }]);
    phone.socket.say({ t: "pong", id: 1 });
    await phone.advance(3_000);
    expect(client.state).toBe("live");
  });

  test("a link that died meanwhile is seen within three seconds of coming back", async () => {
    const phone = createPhone();
    const { states } = await live(phone);
    phone.hide();
    await phone.advance(3_000);
    phone.show();
    await phone.advance(2_500);
    expect(states).toEqual(["live", "connecting"]);
  });

  test("also where timers stood still while it was suspended", async () => {
    const phone = createPhone();
    let suspendedMs = 0;
    const { states } = await live(phone, {
      clock: { ...phone.clock, now: () => phone.clock.now() + suspendedMs },
    });
    phone.hide();
    // Time went on; what was armed for the heartbeat still has as long to go as before.
    suspendedMs = 34_000;
    phone.show();
    await phone.advance(2_500);
    expect(states).toEqual(["live", "connecting"]);
  });

  test("nothing is tried in the background; shown again, nothing is waited for", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.hide();
    phone.socket.emit("close", { code: 0 });
    expect(client.state).toBe("hidden");
    await phone.advance(1_800_000);
    expect(phone.sockets).toHaveLength(1);
    phone.show();
    await phone.settle();
    expect(phone.sockets).toHaveLength(2);
    expect(await welcome(phone)).toMatchObject({ reason: "show", session: "s-1" });
  });

  test("without a network nothing is tried; back with it, at once", async () => {
    const phone = createPhone();
    const { client, states } = await live(phone);
    phone.network("none");
    phone.socket.emit("close", { code: 1006 });
    await phone.advance(600_000);
    expect(client.state).toBe("offline");
    expect(phone.sockets).toHaveLength(1);
    phone.network("4g");
    await phone.settle();
    expect(await welcome(phone)).toMatchObject({ reason: "network" });
    expect(states).toEqual(["live", "offline", "connecting", "live"]);
  });

  test("another network: the link is tried, not dropped", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.network("4g");
    expect(pings(phone)).toHaveLength(1);
    phone.socket.say({ t: "pong", id: 1 });
    await phone.advance(5_000);
    expect(client.state).toBe("live");
    expect(phone.sockets).toHaveLength(1);
  });

  test("a network that came back untold is asked for when the app is shown", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    phone.network("none");
    phone.socket.emit("close", { code: 1006 });
    phone.hide();
    phone.network("wifi", false);
    phone.show();
    await welcome(phone);
    expect(client.state).toBe("live");
    phone.network("none");
    phone.socket.emit("close", {});
    phone.hide();
    phone.show();
    await phone.advance(60_000);
    expect(client.state).toBe("offline");
  });

  test("whatever happens in whatever order, no second socket while the first lives", async () => {
    const phone = createPhone();
    await live(phone);
    const acts = [
      phone.hide,
      phone.show,
      () => phone.network("none"),
      () => phone.network("wifi"),
      () => phone.network("4g"),
    ];
    let seed = 7;
    for (let step = 0; step < 400; step += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      acts[seed % acts.length]!();
      await phone.advance(seed % 700);
      const opened = phone.sockets.filter(({ closes }) => closes.length === 0);
      expect(opened.length).toBeLessThanOrEqual(1);
      // Phones close what we close, one in four in silence.
      for (const socket of phone.sockets.slice(0, -1)) socket.emit("close", { code: 1000 });
      if (phone.socket.closes.length > 0 && seed % 4 > 0) phone.socket.emit("close", { code: 1000 });
      if (phone.socket.closes.length === 0 && phone.socket.frames.length === 0 && seed % 3 === 0) {
        phone.socket.emit("open");
      }
    }
    expect(phone.sockets.length).toBeGreaterThan(5);
  });

  test("paused by the app: closed until resumed", async () => {
    const phone = createPhone();
    const { client } = await live(phone);
    client.pause();
    expect(phone.socket.closes).toEqual([[1000, ""]]);
    phone.socket.emit("close", { code: 1000 });
    await phone.advance(60_000);
    expect(client.state).toBe("manual");
    client.resume();
    await welcome(phone);
    expect(client.state).toBe("live");
  });

  test("an API with none of these events will do", async () => {
    const phone = createPhone();
    const { connectSocket } = phone.wx;
    const client = phone.connect({ wx: { connectSocket } });
    await welcome(phone);
    expect(client.state).toBe("live");
    client.close();
  });
});
