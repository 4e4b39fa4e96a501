import fc from "fast-check";
import { expect, test } from "vitest";
import type { ServerMessage } from "@weapp-socket/protocol";
import { createPhone, publication, welcome } from "./phone.js";

/** Messages as a server says them, and then with one field gone, or of another kind. */
const error = { code: "failed", message: "no", retry: true, afterMs: 10 };
const messages: readonly ServerMessage[] = [
  publication(2),
  publication(3),
  { t: "skip", c: "room", p: "4-00000004", prev: "3-00000003" },
  { t: "gap", c: "room", p: "9-00000009", why: "trimmed" },
  { t: "reply", id: 2, ok: { position: "2-00000002", recovered: true } },
  { t: "reply", id: 2, error },
  { t: "subscribed", c: "other", position: "1-00000001" },
  { t: "unsubscribed", c: "room", error },
  { t: "presence", c: "room", joined: [{ user: "u", device: "d" }], left: [] },
  { t: "call", id: -1, method: "a", d: 1 },
  { t: "ping", id: 1 },
  { t: "pong", id: 1 },
  { t: "expiring", inMs: 1_000 },
  { t: "bye", code: 4000, name: "drain", retry: true, after: [0, 10], to: "wss://b.example" },
  {
    t: "welcome",
    id: 1,
    version: 1,
    session: "s-1",
    secret: "x-1",
    resumed: true,
    user: "u",
    now: 1,
    heartbeatMs: 25_000,
    window: 256,
    windowBytes: 524_288,
    messageBytes: 65_536,
    channels: { room: { position: "1-00000001", recovered: true } },
  },
];

const frame = fc
  .record({
    message: fc.constantFrom(...messages),
    field: fc.nat(11),
    value: fc.oneof(
      fc.constant(undefined),
      fc.constantFrom(null, -1, 0, "", "x", true, [], {}, [null], { position: null }, { error: 1 }),
      fc.jsonValue({ maxDepth: 2 }),
    ),
    isBroken: fc.boolean(),
  })
  .map(({ message, field, value, isBroken }) => {
    // How long to stay away is the server's to say.
    const names = Object.keys(message).filter((name) => name !== "after");
    return JSON.stringify(isBroken ? { ...message, [names[field % names.length]!]: value } : message);
  });

const step = fc.record({
  data: fc.oneof(
    frame,
    fc.constantFrom("", "null", "7", "[]", "[null]", '["a"]', "{", '{"t":1}', '{"t":"new"}'),
  ),
  ms: fc.constantFrom(0, 1, 20, 1_000, 40_000),
});

test("whatever the server says, nothing is thrown, no timer spins, and a good server is lived with again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const phone = createPhone();
      let timers = 0;
      const client = phone.connect({
        clock: {
          ...phone.clock,
          setTimer(delayMs, callback) {
            timers += 1;
            return phone.clock.setTimer(delayMs, callback);
          },
        },
      });
      client.on("error", () => {});
      const room = client.channel("room");
      room.on("message", () => {});
      room.on("gap", () => {});
      await phone.settle();
      for (const [index, { data, ms }] of steps.entries()) {
        phone.socket.emit("open");
        if (index === 0) await welcome(phone).catch(() => {});
        phone.socket.emit("message", { data });
        const before = timers;
        await phone.advance(ms);
        // Two a second, and a handful for what was just said.
        expect(timers - before).toBeLessThanOrEqual(20 + ms / 500);
        for (const socket of phone.sockets) if (socket.closes.length > 0) socket.emit("close", {});
      }
      expect(phone.thrown).toEqual([]);
      if (client.state === "ended") return;
      const count = phone.sockets.length;
      phone.socket.emit("close", {});
      for (let second = 0; second < 35 && phone.sockets.length === count; second += 1)
        await phone.advance(1_000);
      await welcome(phone);
      expect(client.state).toBe("live");
    }),
    { numRuns: 300 },
  );
});
